"""Who last changed the lines of a file at a commit.

The ranges kept of one file and side never overlap. So they end in the order in which they begin, and those that
reach into some lines are found by where they end, reading no more rows than there are lines.
"""

from __future__ import annotations

from collections.abc import Iterable

from resolver.hunks import LEFT
from resolver.model.github import Blame, BlameRange, Lines
from store.part import Part
from store.rows import text_key

MOST_RANGES = 500
"""Of how many ranges one look-up tells: the first ones of the lines."""

MOST_LINES = 2**31 - 1
"""GitHub counts lines in 32 bits."""

_FILE = "repository_id = ? AND sha = ? AND path_key = ? AND side = ?"
_RANGES = f"""
SELECT first_line, last_line, blamed FROM line_blame WHERE {_FILE} AND last_line >= ? ORDER BY last_line LIMIT ?
"""  # noqa: S608 -- composed of constants
_ADD = "INSERT INTO line_blame (repository_id, sha, path_key, side, first_line, last_line, blamed) VALUES"


class BlameFacts(Part):
    """Looking up who last changed a line."""

    def blame(self, lines: Lines) -> tuple[BlameRange, ...]:
        """Return what is known of who last changed (``LEFT``: removed) some lines, in their order.

        A range may reach beyond the lines. Where it is not known of all of them, the others are left out, and so
        are those after the first 500 ranges.
        """
        wanted = min(lines.last - lines.first + 1, MOST_RANGES)
        return self._ranges(lines, lines.first, lines.last, wanted) if wanted > 0 else ()

    def _ranges(self, file: Lines | Blame, first: int, last: int, limit: int) -> tuple[BlameRange, ...]:
        rows = self._db.rows(_RANGES, (*_file(file), first, limit))
        return tuple(BlameRange(*row) for row in rows if row[0] <= last)


class BlameLedger(BlameFacts):
    """Keeping who last changed lines."""

    def put_blame(self, blame: Blame) -> bool:
        """Keep who last changed lines of a file at a commit; what is known already stays.

        Of a range that is known in part, the rest is added.
        """
        told = sorted((one for one in blame.ranges if one.first <= one.last), key=lambda one: (one.first, one.last))
        if not told:
            return False
        known = self._ranges(blame, told[0].first, max(one.last for one in told), MOST_LINES)
        rows = [(*_file(blame), one.first, one.last, one.sha) for one in untold(told, known)]
        return self._db.insert(_ADD, rows, "ON CONFLICT DO NOTHING") > 0


def _file(lines: Lines | Blame) -> tuple[int, str, bytes, str]:
    """Return what names the file; removed lines are numbered by the diff that shows them, which is named too."""
    side = lines.side if lines.side != LEFT else f"{LEFT} {text_key(lines.hunk or '').hex()}"
    return lines.repository_id, lines.sha, text_key(lines.path), side


def untold(told: Iterable[BlameRange], known: tuple[BlameRange, ...]) -> Iterable[BlameRange]:
    """Yield the parts of what is told, in order of lines, that neither is known nor was told before."""
    index, free = 0, 0
    for one in told:
        free = max(free, one.first)
        while index < len(known) and known[index].last < free:
            index += 1
        while free <= one.last:
            nearest = known[index] if index < len(known) else None
            end = one.last if nearest is None else min(one.last, nearest.first - 1)
            if free <= end:
                yield BlameRange(free, end, one.sha)
            if nearest is None or nearest.first > one.last:
                free = one.last + 1
            else:
                free = nearest.last + 1
                index += 1
