"""From when until when a key counts, and when it was retired (SPEC §2.3)."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from resolver import times

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MOMENT = re.compile(r"\d{8}T\d{6}Z", re.ASCII)


class Standing(enum.StrEnum):
    """How it stands with a key at some moment; only one that is ``valid`` signs or verifies."""

    VALID = "valid"
    NOT_YET = "not yet"
    EXPIRED = "expired"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class Validity:
    """A key counts from ``not_before`` on, until ``not_after`` or ``retired_at``, which are outside. None: no bound."""

    not_before: datetime | None = None
    not_after: datetime | None = None
    retired_at: datetime | None = None

    def at(self, now: datetime) -> Standing:
        """Say how it stands with the key. What was retired is that for good, whatever its other dates."""
        if self.retired_at is not None and now >= self.retired_at:
            return Standing.RETIRED
        if self.not_after is not None and now >= self.not_after:
            return Standing.EXPIRED
        if self.not_before is not None and now < self.not_before:
            return Standing.NOT_YET
        return Standing.VALID

    def is_valid(self, now: datetime) -> bool:
        """Whether the key signs and verifies."""
        return self.at(now) is Standing.VALID

    def refusal(self, now: datetime) -> str | None:
        """Say why a claim that the key made is refused, as the end of a sentence; None while the key is valid."""
        standing = self.at(now)
        if standing is Standing.RETIRED:
            return f"is retired, since {times.write_optional(self.retired_at)}"
        if standing is Standing.EXPIRED:
            return f"has expired, at {times.write_optional(self.not_after)}"
        if standing is Standing.NOT_YET:
            return f"is not valid before {times.write_optional(self.not_before)}"
        return None


ALWAYS = Validity()
"""Of a key without dates."""


def parse_interval(text: str) -> Validity:
    """Read ``FROM/UNTIL`` (ISO 8601), each ``YYYY-MM-DD`` (midnight in UTC) or ``YYYYMMDDThhmmssZ``, or empty.

    Raises ValueError, which says how to write it. At least one of them is given, and FROM comes before UNTIL.
    """
    start, slash, end = text.strip().partition("/")
    if not slash:
        raise ValueError("write the dates of a key as FROM/UNTIL, such as 2026-01-01/2026-12-31 or /2026-12-31")
    not_before, not_after = _moment(start), _moment(end)
    if not_before is None and not_after is None:
        raise ValueError("the dates of a key are both empty: leave `@/` out")
    if not_before is not None and not_after is not None and not_before >= not_after:
        raise ValueError("the dates of a key leave no time between them")
    return Validity(not_before, not_after)


def _moment(text: str) -> datetime | None:
    """Read one end of an interval; None for an open one. Raises ValueError."""
    if not text:
        return None
    form = "%Y-%m-%d" if _DAY.fullmatch(text) else "%Y%m%dT%H%M%SZ" if _MOMENT.fullmatch(text) else None
    try:
        if form is not None:
            return datetime.strptime(text, form).replace(tzinfo=UTC)
    except ValueError:  # a month 13: told below
        pass
    raise ValueError("a key's date is written YYYY-MM-DD or YYYYMMDDThhmmssZ")
