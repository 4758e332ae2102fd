"""Which lines of a pull request's head a squash merge brought: its own commits are gone, but not the lines.

A squash merge adds the lines that the pull request added, in the same order, to a branch that may have moved on.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from resolver.github.shapes import CommitShape, FileShape
from resolver.tracing.listed import MOST_COMMITTED, MOST_COMPARED, added_texts, after, names, patch_of
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
    of one text apart, and show whether the file is the one that had its name at the squash. Blame goes with a file
    that was renamed to the name of one that is gone, which ``since`` does not show: where a line may be of another
    file, nothing is told. The caller asks for the blame at the head, and holds that a line is the pull request's own
    only where that names one of its commits.
    """
    try:
        name, moved = _at_squash(path, since)
        brought = _patch(squash.files or (), name)
        pulled = _patch(pull_files, name)
        # A merge takes lines over from its parents: what its patch adds is not what blame says of it.
        if len(squash.parents) != 1 or [*brought.added.values()] != [*pulled.added.values()]:
            return None
        if max(len(lines), len(also)) > len(brought.added):
            return None
        texts = _texts({*lines, *also}, moved, brought.added)
        places = _places(texts, brought.added) if since else {line: line for line in texts}
        asked = {texts[line] for line in lines}
        if since and _may_be_elsewhere(asked, {*texts.values()}, name, squash.files or (), since):
            return None
    except PatchError:
        return None
    if not places.keys() >= {*lines}:
        return None
    ours = dict(zip(brought.added, pulled.added, strict=True))
    return Squashed(name, {line: ours[places[line]] for line in sorted(lines)})


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


def _texts(lines: Collection[int], moved: Patch, brought: Mapping[int, str]) -> Mapping[int, str]:
    """Return the texts of lines, in order. Raises PatchError where one is not among those that the squash brought."""
    texts: dict[int, str] = {}
    for line in sorted(lines):
        was = backward(moved, line) if line > 0 else None
        text = None if was is None or isinstance(was, Added) else brought.get(was)
        if text is None:
            raise PatchError("a line is not what it was, or not of this file")
        texts[line] = text
    return texts


def _places(texts: Mapping[int, str], brought: Mapping[int, str]) -> Mapping[int, int]:
    """Return where lines stood at the squash, among those that it brought, as far as it is sure.

    Lines that are all blamed on one commit keep their order, and each has the text of a line that it brought. A patch
    over several commits may take one for another of the same text, and shows no change of what was changed back, so
    only what leaves one possibility is sure.
    """
    by_text: dict[str, list[int]] = {}
    for place, text in brought.items():
        by_text.setdefault(text, []).append(place)
    return _sure({line: by_text[text] for line, text in texts.items()})


def _may_be_elsewhere(
    asked: set[str], known: set[str], name: str, files: Sequence[FileShape], since: Sequence[FileShape]
) -> bool:
    """Whether lines may be of another file that the squash touched, and that was renamed since to what is theirs.

    Such a file is gone, or another one stands in its place: then it is listed as changed, and may have any of the
    lines. Where it was put back as it was, it is not listed; then it has all lines that are known to be of the squash,
    for a file comes from one other. That one is not looked for among files that are too large to be shown.
    """
    if len(since) >= MOST_COMPARED or len(files) >= MOST_COMMITTED:
        raise PatchError("the list may not name every file")
    changed = {other for file in since for other in names(file)}
    others = [file for file in files if file.filename != name and file.status != "removed"]
    return any(
        not asked.isdisjoint(added_texts(file, files))
        if file.filename in changed
        else file.patch is not None and known <= added_texts(file, files)
        for file in others
    )


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
