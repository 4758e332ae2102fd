"""Patches, as GitHub gives them with each file of a commit or comparison: hunks only, and where they lead each line.

https://docs.github.com/en/rest/commits/commits#get-a-commit (``files[].patch``)
https://git-scm.com/docs/diff-format#generate_patch_text_with_p

A patch is read strictly: from one that was cut, or does not add up, a line's number would come out wrong.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass

_HEAD = re.compile(r"@@ -([0-9]{1,9})(?:,([0-9]{1,9}))? \+([0-9]{1,9})(?:,([0-9]{1,9}))? @@(?: .*)?", re.DOTALL)
NO_NEWLINE = "\\ No newline at end of file"
"""The row behind a line that ends its side of the file without a newline."""
_KEPT, _REMOVED, _ADDED = " ", "-", "+"


class PatchError(ValueError):
    """A patch is malformed or cut, or missing where it is needed: where a line stands cannot be told."""


@dataclass(frozen=True, slots=True)
class Hunk:
    """Lines that follow each other, each with its sign (space, ``-`` or ``+``) in front.

    Of a side without lines, the start is the number of the line before (0: the file begins there). ``unended`` holds
    the places of those among ``lines`` that end their side of the file without a newline: to git, such a line is
    another one than the same text with a newline.
    """

    old_start: int
    old_count: int
    new_start: int
    new_count: int
    lines: tuple[str, ...]
    unended: frozenset[int] = frozenset()

    def old(self) -> list[str]:
        """Return the lines of the old file, each with its newline where it has one."""
        return self._side(_ADDED)

    def new(self) -> list[str]:
        """Return the lines of the new file, each with its newline where it has one."""
        return self._side(_REMOVED)

    def _side(self, other: str) -> list[str]:
        return [
            line[1:] if place in self.unended else f"{line[1:]}\n"
            for place, line in enumerate(self.lines)
            if line[0] != other
        ]


@dataclass(frozen=True, slots=True)
class Removed:
    """A line of the old file that the new one has not, and its text."""

    text: str


@dataclass(frozen=True, slots=True)
class Added:
    """A line of the new file that the old one had not, and its text."""

    text: str


@dataclass(frozen=True, slots=True)
class Patch:
    """A whole patch; one without hunks leaves every line where it is.

    ``removed`` holds texts by their numbers in the old file, ``added`` by those in the new one, both in order.
    ``runs`` says from which old and which new line on (until the next run) the lines were kept.
    """

    hunks: tuple[Hunk, ...]
    removed: Mapping[int, str]
    added: Mapping[int, str]
    runs: tuple[tuple[int, int], ...]


UNCHANGED = Patch((), {}, {}, ((1, 1),))
"""The patch of a file that only got another name."""


def read(text: str) -> Patch:
    """Read a patch. Raises PatchError when it is malformed, empty or cut."""
    rows = text.removesuffix("\n").split("\n")
    hunks: list[Hunk] = []
    ended: set[str] = set()
    index = 0
    while index < len(rows):
        hunk, index = _hunk(rows, index, ended)
        hunks.append(hunk)
    return _followed(hunks)


def numbers(head: str) -> tuple[int, int, int, int] | None:
    """Return where a hunk begins in the old file, how many of its lines it holds, and both of the new file.

    Takes the hunk's head, a row; None for a row that is none.
    """
    found = _HEAD.fullmatch(head)
    if found is None:
        return None
    old, new = (1 if count is None else int(count) for count in found.group(2, 4))
    return int(found[1]), old, int(found[3]), new


def forward(patch: Patch, line: int) -> int | Removed:
    """Return where a line of the old file stands in the new one, or that it was removed.

    A line that the old file has not, behind its end, is not told from one that it has.
    """
    _check(line)
    if line in patch.removed:
        return Removed(patch.removed[line])
    old, new = patch.runs[bisect_right(patch.runs, line, key=lambda run: run[0]) - 1]
    return line - old + new


def backward(patch: Patch, line: int) -> int | Added:
    """Return where a line of the new file stands in the old one, or that it was added; see ``forward``."""
    _check(line)
    if line in patch.added:
        return Added(patch.added[line])
    old, new = patch.runs[bisect_right(patch.runs, line, key=lambda run: run[1]) - 1]
    return line - new + old


def turned(patch: Patch) -> Patch:
    """Return the patch that leads back."""
    signs = {_ADDED: _REMOVED, _REMOVED: _ADDED, _KEPT: _KEPT}
    hunks = tuple(
        Hunk(
            hunk.new_start,
            hunk.new_count,
            hunk.old_start,
            hunk.old_count,
            tuple(signs[line[0]] + line[1:] for line in hunk.lines),
            hunk.unended,
        )
        for hunk in patch.hunks
    )
    return Patch(hunks, patch.added, patch.removed, tuple((new, old) for old, new in patch.runs))


def _check(line: int) -> None:
    if line < 1:
        raise ValueError(f"no line has the number {line}")


def _hunk(rows: list[str], index: int, ended: set[str]) -> tuple[Hunk, int]:
    """Read the hunk whose head stands at an index; return it, and the index behind it.

    ``ended`` holds the signs of the lines that cannot follow any more: a side's last line said that it has no newline.
    """
    head = numbers(rows[index])
    if head is None:
        raise PatchError("a hunk has no head")
    left = {_REMOVED: head[1], _ADDED: head[3]}
    lines: list[str] = []
    unended: set[int] = set()
    index += 1
    while index < len(rows) and (any(left.values()) or rows[index] == NO_NEWLINE):
        row = rows[index]
        index += 1
        if row == NO_NEWLINE:
            _end(lines, ended)
            unended.add(len(lines) - 1)
            continue
        sign = row[:1]
        sides = (_REMOVED, _ADDED) if sign == _KEPT else (sign,)
        if sign in ended or not all(left.get(side) for side in sides):
            raise PatchError("a hunk holds a line that does not belong there")
        for side in sides:
            left[side] -= 1
        lines.append(row)
    if any(left.values()):
        raise PatchError("a hunk was cut")
    if all(line.startswith(_KEPT) for line in lines):
        raise PatchError("a hunk changes nothing")
    return Hunk(*head, tuple(lines), frozenset(unended)), index


def _end(lines: list[str], ended: set[str]) -> None:
    """Take note that the last line ends its side of the file, or both."""
    sign = lines[-1][:1] if lines else None
    if sign is None or sign in ended:
        raise PatchError("a missing newline belongs to no line")
    ended |= {_KEPT, _REMOVED, _ADDED} if sign == _KEPT else {_KEPT, sign}


def _followed(hunks: list[Hunk]) -> Patch:
    """Number the lines of all hunks. Raises PatchError where those that lie between two do not match."""
    removed: dict[int, str] = {}
    added: dict[int, str] = {}
    runs = [(1, 1)]
    old = new = 1
    for hunk in hunks:
        begins = (hunk.old_start + (hunk.old_count == 0), hunk.new_start + (hunk.new_count == 0))
        if begins[0] < old or begins[0] - old != begins[1] - new:
            raise PatchError("a hunk does not follow from the one before")
        old, new = begins
        for line in hunk.lines:
            sign, text = line[0], line[1:]
            if sign == _REMOVED:
                removed[old] = text
            elif sign == _ADDED:
                added[new] = text
            old, new = old + (sign != _ADDED), new + (sign != _REMOVED)
            if sign != _KEPT:
                runs.append((old, new))
    return Patch(tuple(hunks), removed, added, tuple(runs))
