"""Where else a line may stand than where a patch says: lines of one text are as good as each other to a diff.

A patch takes as many lines as it can for kept ones, and often may choose: of two equal lines next to each other, of
which one was removed, it names one. Whatever choice keeps as many lines is as likely.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from resolver.tracing.patches import Hunk, Patch, PatchError, Removed, forward

MOST_PAIRS = 100_000
"""How many pairs of an old and a new line of a hunk are looked at."""
MOST_STEPS = 1_000_000
"""How many pairs, and lines and places followed through a patch, are looked at to answer one question."""


@dataclass(slots=True)
class Budget:
    """How much may still be looked at: whoever writes commits could make a question as long as they like."""

    left: int = MOST_STEPS

    def spend(self, steps: int) -> None:
        """Take some steps off. Raises PatchError where none are left."""
        self.left -= steps
        if self.left < 0:
            raise PatchError("there is too much to compare")


@dataclass(frozen=True, slots=True)
class Fate:
    """What may have become of a line of the old file: removed, or any of the new file's lines."""

    removed: bool
    places: frozenset[int]


def fates(patch: Patch, lines: frozenset[int], budget: Budget) -> Mapping[int, Fate]:
    """Return what may have become of lines, what the patch says among it.

    Lines that no hunk shows are believed to be where the patch says. Raises PatchError for a hunk that is too large,
    or when the budget is spent.
    """
    budget.spend(len(lines))
    told = {line: _told(patch, line) for line in lines}
    ordered = sorted(lines)
    for hunk in patch.hunks:
        begin, end = (bisect_left(ordered, hunk.old_start + count) for count in (0, hunk.old_count))
        ours = ordered[begin:end]
        if not ours:
            continue
        kept = {text.removesuffix("\n") for text in hunk.new()}
        # What the new side does not show at all was removed: most lines are told without comparing all pairs.
        unsure = [line for line in ours if patch.removed.get(line) is None or patch.removed[line] in kept]
        if unsure:
            found = _choices(hunk, unsure, budget)
            told |= {line: _both(told[line], found[line]) for line in unsure}
    return told


def sure_places(patch: Patch, lines: Collection[int], budget: Budget) -> dict[int, int | None]:
    """Return where each line stands in the new file, None for one that was removed.

    Raises PatchError where lines of one text could as well have changed places.
    """
    found = fates(patch, frozenset(lines), budget)
    if any(len(fate.places) + fate.removed != 1 for fate in found.values()):
        raise PatchError("lines of one text cannot be told apart")
    return {line: next(iter(found[line].places), None) for line in lines}


def _told(patch: Patch, line: int) -> Fate:
    place = forward(patch, line)
    if isinstance(place, Removed):
        return Fate(removed=True, places=frozenset())
    return Fate(removed=False, places=frozenset({place}))


def _both(one: Fate, other: Fate) -> Fate:
    return Fate(one.removed or other.removed, one.places | other.places)


def _choices(hunk: Hunk, lines: Sequence[int], budget: Budget) -> Mapping[int, Fate]:
    """Return what becomes of some lines of a hunk in all the ways that keep as many of its lines as can be."""
    old, new = hunk.old(), hunk.new()
    if len(old) * len(new) > MOST_PAIRS:
        raise PatchError("a hunk is too large to compare all its lines")
    budget.spend(len(old) * len(new))
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
