"""Diff hunks as rows: GitHub sends one with each review comment, and its last line is the commented one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

MOST: Final = 40
"""Lines that are shown: the last ones, which lead to the commented line."""
_HEAD = re.compile(r"@@ -(\d{1,9})(?:,\d{1,9})? \+(\d{1,9})(?:,\d{1,9})? @@(.*)")


@dataclass(frozen=True, slots=True)
class Row:
    """A line: its numbers in the old and in the new file, None where it is not there; ``kind`` is how it is drawn."""

    kind: str
    old: int | None
    new: int | None
    text: str
    commented: bool = False


def rows(hunk: str | None) -> tuple[Row, ...]:
    """Read a hunk; nothing where there is none, or it begins with no head."""
    lines = (hunk or "").split("\n")
    head = _HEAD.fullmatch(lines[0])
    if head is None:
        return ()
    old, new = int(head[1]), int(head[2])
    found = [Row("head", None, None, lines[0])]
    for line in lines[1:]:
        sign, text = line[:1], line[1:]
        if sign == "+":
            found.append(Row("added", None, new, text))
            new += 1
        elif sign == "-":
            found.append(Row("removed", old, None, text))
            old += 1
        elif sign == "\\":
            found.append(Row("note", None, None, line))
        else:
            found.append(Row("context", old, new, text))
            old, new = old + 1, new + 1
    last = max((place for place, row in enumerate(found) if row.kind not in {"head", "note"}), default=None)
    if last is not None:
        row = found[last]
        found[last] = Row(row.kind, row.old, row.new, row.text, commented=True)
    return tuple(found if len(found) <= MOST else found[-MOST:])
