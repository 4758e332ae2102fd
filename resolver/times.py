"""Time, kept one way: aware ``datetime`` in UTC inside, RFC 3339 with ``Z`` outside."""

from __future__ import annotations

from datetime import UTC, datetime


def parse(text: str) -> datetime:
    """Read an RFC 3339 time.

    Raises ValueError when it is not one, or names no offset.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time needs an offset, such as Z")
    return moment.astimezone(UTC)


def write(moment: datetime) -> str:
    """Write as ``2026-10-01T09:00:00Z``, with microseconds only where there are any."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def write_optional(moment: datetime | None) -> str | None:
    """Write a time that may be missing."""
    return None if moment is None else write(moment)
