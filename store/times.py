"""Time in the database: whole microseconds since 1970 in UTC, in a BIGINT, in both databases alike."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_micros(moment: datetime) -> int:
    """Return an aware time as a column holds it; no precision is lost."""
    return (moment - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """Return what a column holds as an aware time in UTC."""
    return _EPOCH + timedelta(microseconds=micros)


def to_optional(moment: datetime | None) -> int | None:
    """Return a time that may be missing as a column holds it."""
    return None if moment is None else to_micros(moment)


def from_optional(micros: int | None) -> datetime | None:
    """Return what a column that may be null holds."""
    return None if micros is None else from_micros(micros)


def now() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)
