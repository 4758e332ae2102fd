"""What a row of the table is."""

from __future__ import annotations

from typing import NamedTuple


class Defence(NamedTuple):
    """One defence: in ``file`` the text ``old``, which stands there once, becomes ``new``; then ``test`` fails."""

    threat: str
    file: str
    old: str
    new: str
    test: str
