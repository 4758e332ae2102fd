"""Numbers about feedback: how much of it came to which confidence."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from resolver.model.answers import Confidence


class By(enum.Enum):
    """What feedback is counted by."""

    AGENT = "agent"
    MODE = "mode"
    REPOSITORY = "repository"
    DAY = "day"
    PROMPT = "prompt"


@dataclass(frozen=True, slots=True)
class Count:
    """How often feedback came to which confidence; ``key`` is None where what it is counted by is missing."""

    key: str | None
    by_confidence: Mapping[Confidence, int]

    @property
    def total(self) -> int:
        """How much feedback that is."""
        return sum(self.by_confidence.values())


@dataclass(frozen=True, slots=True)
class Statistics:
    """Counts of the feedback that was given in ``[since, until)`` and asks for something."""

    since: datetime
    until: datetime
    total: Count
    groups: Mapping[By, tuple[Count, ...]]
