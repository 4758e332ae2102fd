"""Which lines of a pull request's head a squash merge brought: its own commits are gone, but not the lines.

A squash merge adds the lines that the pull request added, in the same order, to a branch that may have moved on.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from resolver.github.shapes import CommitShape, FileShape
from resolver.tracing.listed import MOST_COMMITTED, MOST_COMPARED, after, patch_of
from resolver.tracing.patches import UNCHANGED, Added, Patch, PatchError, backward


@dataclass(frozen=True, slots=True)
class Squashed:
    """Where lines stand at a pull request's head: in the file ``path``, by their numbers at a later commit."""

    path: str
    lines: Mapping[int, int]


def squashed_lines(
    path: str,
    lines: Collection[int],
    *,
    squash: CommitShape,
    since: Sequence[FileShape],
    pull_files: Sequence[FileShape],
    also: Collection[int] = (),
) -> Squashed | None:
    """Say where lines stand at the head of the pull request that a commit squashed; None when not all can be told.

    The lines are those of the file ``path`` at a commit, and blamed on ``squash`` there. ``since`` lists what changed
    between the two (nothing where they are one; the squash must be an ancestor), ``pull_files`` what the pull request
    changed up to its head. ``also`` are other lines of the file that are blamed on the squash: they help to tell lines
    of one text apart. The caller asks for the blame at the head, and holds that a line is the pull request's own only
    where that names one of its commits.
    """
    try:
        name, moved = _at_squash(path, since)
        brought = _patch(squash.files or (), name)
        pulled = _patch(pull_files, name)
        # A merge takes lines over from its parents: what its patch adds is not what blame says of it.
        if len(squash.parents) != 1 or [*brought.added.values()] != [*pulled.added.values()]:
            return None
        if len(lines) > len(brought.added):
            return None
        places = _places(lines, also, moved, brought.added)
    except PatchError:
        return None
    ours = dict(zip(brought.added, pulled.added, strict=True))
    return Squashed(name, {line: ours[place] for line, place in sorted(places.items())})


def _at_squash(path: str, since: Sequence[FileShape]) -> tuple[str, Patch]:
    """Return what a file was called at the squash, and what changed in it since."""
    file = after(since, path, most=MOST_COMPARED)
    if file is None:
        return path, UNCHANGED
    if file.status == "added":
        raise PatchError("the file is newer")
    name = file.previous_filename if file.status == "renamed" else path
    return name or path, patch_of(file, since)


def _patch(files: Sequence[FileShape], name: str) -> Patch:
    """Return the patch that led to a file."""
    file = after(files, name, most=MOST_COMMITTED)
    if file is None:
        raise PatchError("the file was not touched")
    return patch_of(file, files)


def _places(
    lines: Collection[int], also: Collection[int], moved: Patch, brought: Mapping[int, str]
) -> Mapping[int, int]:
    """Return where lines stood at the squash, among those that it brought. Raises PatchError where one is not sure.

    Lines that are all blamed on one commit keep their order, and each has the text of a line that it brought. A patch
    over several commits may take one for another of the same text, so only what leaves one possibility is sure.
    """
    if not moved.hunks:
        if not set(lines) <= brought.keys():
            raise PatchError("a line is not of this commit")
        return {line: line for line in lines}
    by_text: dict[str, list[int]] = {}
    for place, text in brought.items():
        by_text.setdefault(text, []).append(place)
    possible = {line: by_text[text] for line, text in _texts({*lines, *also}, moved, brought)}
    if not set(lines) <= possible.keys():
        raise PatchError("a line is not what it was")
    sure = _sure(possible)
    if not set(lines) <= sure.keys():
        raise PatchError("lines of one text cannot be told apart")
    return {line: sure[line] for line in lines}


def _texts(lines: Iterable[int], moved: Patch, brought: Mapping[int, str]) -> Iterable[tuple[int, str]]:
    """Yield the lines in order, each with its text, as far as it is known."""
    for line in sorted(lines):
        was = backward(moved, line)
        if not isinstance(was, Added) and was in brought:
            yield line, brought[was]


def _sure(possible: Mapping[int, Sequence[int]]) -> Mapping[int, int]:
    """Return the place of each line that has but one, when no two change their order.

    ``possible`` holds the lines in order, with all places of each. As the earliest and the latest order put it in one
    place, so does every other.
    """
    earliest: dict[int, int] = {}
    bound = 0
    for line, places in possible.items():
        # There is one: where the patch says that the lines were, they are in order too.
        earliest[line] = bound = places[bisect_right(places, bound)]
    latest: dict[int, int] = {}
    for line, places in reversed([*possible.items()]):
        index = bisect_left(places, bound) if latest else len(places)
        # There is one: the earliest order has its place before the next line's too.
        latest[line] = bound = places[index - 1]
    return {line: place for line, place in earliest.items() if latest[line] == place}
