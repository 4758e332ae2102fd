"""Cursors: where a list goes on, as an opaque text.

A list is walked by the ids of the store, newest first: a cursor holds the id of the last item that was given, so
that the next page neither skips nor repeats anything, whatever arrives meanwhile. It also holds a digest of that
id and of the list that it belongs to: a cursor that was altered, or is used with other filters, is refused instead
of leading somewhere else. The digest is a checksum, not a secret: a cursor gives no right to anything.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from typing import Final

VERSION: Final = 1
LONGEST: Final = 200
"""Characters: no cursor that was written here is longer."""
POSITIONS: Final = range(-(2**63), 2**63)
"""What a store can count to: a position beyond was made up by whoever knows how digests are made."""


def write(position: int, *, of: str) -> str:
    """Write the cursor that stands after the item at ``position`` of the list described by ``of``."""
    fields = {"v": VERSION, "after": position, "of": _digest(position, of)}
    return base64.urlsafe_b64encode(json.dumps(fields, separators=(",", ":")).encode()).rstrip(b"=").decode()


def read(cursor: str, *, of: str) -> int:
    """Return the position that a cursor of the same list stands after.

    Raises ValueError when the cursor was not written for this list, by this version, exactly so.
    """
    position = _position(cursor)
    if position is None or write(position, of=of) != cursor:
        raise ValueError("is not a cursor of this list with these filters; begin again without one")
    return position


def _position(cursor: str) -> int | None:
    """Return the position that a cursor says, unchecked; None when it is not one at all."""
    if len(cursor) > LONGEST or not cursor.isascii():
        return None
    try:
        fields = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return None
    position = fields.get("after") if isinstance(fields, dict) else None
    return position if type(position) is int and position in POSITIONS else None


def _digest(position: int, of: str) -> str:
    return hashlib.sha256(f"{VERSION}\n{position}\n{of}".encode()).hexdigest()[:16]
