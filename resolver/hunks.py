"""Diff hunks, as GitHub sends them with review comments: the last line of one is the commented line.

https://docs.github.com/en/rest/pulls/comments (``diff_hunk``)
"""

from __future__ import annotations

import enum


class Change(enum.StrEnum):
    """What a diff did with a line."""

    ADDED = "added"
    REMOVED = "removed"
    CONTEXT = "context"


_SIGNS = {"+": Change.ADDED, "-": Change.REMOVED, " ": Change.CONTEXT}
_NO_NEWLINE = "\\"


def commented(hunk: str | None) -> Change | None:
    """Say what the diff did with the commented line; None when the hunk is missing or does not show it."""
    for line in reversed((hunk or "").split("\n")):
        if line.startswith("@@"):
            return None
        if line and not line.startswith(_NO_NEWLINE):
            return _SIGNS.get(line[0])
    return None
