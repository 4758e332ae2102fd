"""How often a token may ask: a bound for each, shared by the web processes of one host.

The generic cell rate algorithm (ITU-T I.371, annex A) needs one number for each token: the time at which its next
request would be due if they came evenly. Those stand in memory that gunicorn's master maps and its workers inherit. No
lock is taken: at worst two requests that come at once count as one.
"""

from __future__ import annotations

import mmap
import struct
from typing import Final

SLOTS: Final = 65_536
"""Tokens with a number of their own; later ones share. Only what is used takes memory."""
MINUTE: Final = 60.0
_SLOT = struct.Struct("=d")


class Meter:
    """Lets each token ask so often, in any rhythm within a minute. Times are seconds of one clock of the host."""

    def __init__(self) -> None:
        """Map the memory; whatever process is forked later shares it."""
        self._due = mmap.mmap(-1, SLOTS * _SLOT.size)

    def take(self, token: int, *, per_minute: int, now: float) -> float:
        """Count a request; return 0.0, or how many seconds to wait when it is one too many (and does not count)."""
        place = token % SLOTS * _SLOT.size
        (due,) = _SLOT.unpack_from(self._due, place)
        apart = MINUTE / per_minute
        due = max(due, now) + apart
        early = due - (now + MINUTE)
        if early > apart * 1e-6:  # what rounding leaves is no request
            return float(early)
        _SLOT.pack_into(self._due, place, due)
        return 0.0
