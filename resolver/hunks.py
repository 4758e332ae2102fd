"""Diff hunks, as GitHub sends them with review comments: the last line of one is the commented line.

https://docs.github.com/en/rest/pulls/comments (``diff_hunk``)
"""

from __future__ import annotations

import enum
from collections.abc import Iterator


class Change(enum.StrEnum):
    """What a diff did with a line."""

    ADDED = "added"
    REMOVED = "removed"
    CONTEXT = "context"


LEFT, RIGHT = "LEFT", "RIGHT"
"""The sides of a diff: where it begins and where it ends."""

_SIGNS = {"+": Change.ADDED, "-": Change.REMOVED, " ": Change.CONTEXT}
_NO_NEWLINE = "\\"


def commented(hunk: str | None, *, side: str, count: int = 1) -> tuple[Change, ...]:
    """Say what the diff did with the commented lines, ``count`` of them, the last one first.

    Lines of the other side than ``side`` (``LEFT``: where the diff begins, ``RIGHT``: where it ends) are passed over.
    Fewer, or none, where the hunk is missing or does not show them.
    """
    found: list[Change] = []
    other = Change.ADDED if side == LEFT else Change.REMOVED
    for line in _backwards(hunk):
        change = _SIGNS.get(line[0])
        if change is None or len(found) == count:
            break
        if not found or change is not other:
            found.append(change)
    return tuple(found)


def last_line(hunk: str | None) -> str | None:
    """Return the text of the commented line; None when the hunk is missing or does not show it."""
    line = next(_backwards(hunk), None)
    return None if line is None or line[0] not in _SIGNS else line[1:]


def _backwards(hunk: str | None) -> Iterator[str]:
    """Yield the lines of a hunk, the last one first, up to its head."""
    for line in reversed((hunk or "").split("\n")):
        if line.startswith("@@"):
            return
        if line and not line.startswith(_NO_NEWLINE):
            yield line
