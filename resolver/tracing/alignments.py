"""Where else a line may stand than where a patch says: lines of one text are as good as each other to a diff.

A patch takes as many lines as it can for kept ones, and often may choose: of two equal lines next to each other, of
which one was removed, it names one. Whatever choice keeps as many lines is as likely.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from resolver.tracing.patches import Hunk, Patch, PatchError, Removed, forward

MOST_PAIRS = 1_000_000
"""How many pairs of an old and a new line of a hunk are looked at."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What may have become of a line of the old file: removed, or any of the new file's lines."""

    removed: bool
    places: frozenset[int]


def fates(patch: Patch, lines: frozenset[int]) -> Mapping[int, Fate]:
    """Return what may have become of lines, what the patch says among it.

    Lines that no hunk shows are believed to be where the patch says. Raises PatchError for a hunk that is too large.
    """
    told = {line: _told(patch, line) for line in lines}
    for hunk in patch.hunks:
        ours = [line for line in lines if hunk.old_start <= line < hunk.old_start + hunk.old_count]
        kept = {row[1:] for row in hunk.lines if row[0] != "-"}
        # What the new side does not show at all was removed: most lines are told without comparing all pairs.
        unsure = [line for line in ours if patch.removed.get(line) is None or patch.removed[line] in kept]
        if unsure:
            found = _choices(hunk, unsure)
            told |= {line: _both(told[line], found[line]) for line in unsure}
    return told


def _told(patch: Patch, line: int) -> Fate:
    place = forward(patch, line)
    if isinstance(place, Removed):
        return Fate(removed=True, places=frozenset())
    return Fate(removed=False, places=frozenset({place}))


def _both(one: Fate, other: Fate) -> Fate:
    return Fate(one.removed or other.removed, one.places | other.places)


def _choices(hunk: Hunk, lines: Sequence[int]) -> Mapping[int, Fate]:
    """Return what becomes of some lines of a hunk in all the ways that keep as many of its lines as can be."""
    old = [row[1:] for row in hunk.lines if row[0] != "+"]
    new = [row[1:] for row in hunk.lines if row[0] != "-"]
    if len(old) * len(new) > MOST_PAIRS:
        raise PatchError("a hunk is too large to compare all its lines")
    before = _common(old, new)
    behind = [row[::-1] for row in reversed(_common(old[::-1], new[::-1]))]
    most = before[-1][-1]
    found: dict[int, Fate] = {}
    for line in lines:
        index = line - hunk.old_start
        ahead, back = before[index], behind[index + 1]
        removed = any(kept + left == most for kept, left in zip(ahead, back, strict=True))
        places = (
            hunk.new_start + place
            for place, text in enumerate(new)
            if text == old[index] and ahead[place] + 1 + back[place + 1] == most
        )
        found[line] = Fate(removed, frozenset(places))
    return found


def _common(old: Sequence[str], new: Sequence[str]) -> list[list[int]]:
    """Return how many lines can be kept of the first lines of both sides, for each number of them."""
    table = [[0] * (len(new) + 1)]
    for text in old:
        above, row = table[-1], [0]
        for place, other in enumerate(new):
            row.append(above[place] + 1 if text == other else max(above[place + 1], row[place]))
        table.append(row)
    return table
