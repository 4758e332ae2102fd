"""Wants on their way: what becomes of one that was handed out, and how one looks to people (SPEC §5.5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from resolver.model.asking import Asked


@dataclass(frozen=True, slots=True)
class WantChange:
    """What becomes, at a time, of a want that was handed out.

    One that stays ``WAITING`` is asked again at ``retry_at``, or at once without one; within a day in any case.
    ``error`` says what went wrong with the try, for people; ``refusal`` why GitHub was not asked, for the findings.
    Where ``counts`` is false the try is given back: nothing was wrong with the want.
    """

    status: Asked
    at: datetime
    error: str | None = None
    refusal: str | None = None
    retry_at: datetime | None = None
    counts: bool = True


@dataclass(frozen=True, slots=True)
class WantSeen:
    """A want as people see it: ``key`` names the fact within its ``repository``, whose name is None while unknown.

    ``next_try_at`` is there while it waits, ``answered_at`` once it was answered or given up.
    """

    repository_id: int
    repository: str | None
    need: str
    key: str
    status: Asked
    refusal: str | None
    error: str | None
    tries: int
    wanted_at: datetime
    next_try_at: datetime | None
    answered_at: datetime | None
