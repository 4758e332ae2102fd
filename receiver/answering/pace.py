"""How fast GitHub is written to: at least a second between two writes, and so many in an hour for an installation.

https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits: no more
than 80 requests in a minute and 500 in an hour that make content. What other programs of the same App write counts
too, so some of it is left to them. What is left is kept in the store: it holds over all workers, one after the other.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from resolver import times

AT_ONCE: Final = 50
"""Writes that may follow each other as fast as can be."""
AN_HOUR: Final = 350
"""Writes that come to these in an hour."""
HOUR: Final = timedelta(hours=1)
BETWEEN: Final = timedelta(seconds=1)


@dataclass(slots=True)
class Pace:
    """What may still be written, for each installation: a bucket that fills slowly."""

    buckets: dict[str, tuple[float, datetime]] = field(default_factory=dict)
    last: datetime | None = None

    @classmethod
    def read(cls, state: dict[str, Any]) -> Pace:
        """Read what ``written`` wrote; nothing at all is a bucket that is full."""
        buckets = {name: (float(left), times.parse(at)) for name, (left, at) in state.get("buckets", {}).items()}
        return cls(buckets, max((at for _, at in buckets.values()), default=None))

    def written(self) -> dict[str, Any]:
        """Write it, as JSON can hold it."""
        return {"buckets": {name: [left, times.write(at)] for name, (left, at) in self.buckets.items()}}

    def free_at(self, installation_id: int | None, now: datetime) -> datetime | None:
        """Return when an installation may be written to again; None: now."""
        left = self._left(installation_id, now)
        return None if left >= 1 else now + HOUR * ((1 - left) / AN_HOUR)

    def wait(self, now: datetime, between: timedelta) -> timedelta:
        """Return how long to wait for the next write of all."""
        if self.last is None or self.last > now:
            return timedelta(0)
        return max(timedelta(0), self.last + between - now)

    def spend(self, installation_id: int | None, now: datetime) -> None:
        """Count a write, before it is made."""
        self.buckets[str(installation_id)] = (self._left(installation_id, now) - 1, now)
        self.last = now

    def _left(self, installation_id: int | None, now: datetime) -> float:
        known = self.buckets.get(str(installation_id))
        if known is None:
            return AT_ONCE
        left, at = known
        return min(float(AT_ONCE), left + AN_HOUR * (max(timedelta(0), now - at) / HOUR))
