"""Where lines of a file stood before some changes, as far as that is sure."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from resolver.github.shapes import FileShape
from resolver.tracing.alignments import Budget, sure_places
from resolver.tracing.listed import after, patch_of
from resolver.tracing.patches import PatchError, turned


def stood(files: Sequence[FileShape], name: str, lines: Collection[int], *, most: int) -> tuple[str, dict[int, int]]:
    """Return what a file was called before the changes that ``files`` lists, and where each of its lines stood.

    ``most`` is of how many files such a list tells. Raises PatchError where a line was not there, or may have stood
    elsewhere, and where the list may be cut.
    """
    file = after(files, name, most=most)
    if file is None:
        return name, {line: line for line in lines}
    if file.status in {"added", "copied"}:
        raise PatchError("the file is newer")
    places = sure_places(turned(patch_of(file, files)), lines, Budget())
    known = {line: place for line, place in places.items() if place is not None}
    if len(known) < len(places):
        raise PatchError("a line is newer")
    return (file.previous_filename if file.status == "renamed" else None) or name, known
