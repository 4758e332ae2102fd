"""What the chain answers: a resolution that explains itself, step by step (SPEC §5.2)."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime


class Confidence(enum.StrEnum):
    """``exact`` is a promise: the evidence admits one run. ``claimed`` is what somebody wrote, and nobody signed."""

    EXACT = "exact"
    CLAIMED = "claimed"
    INFERRED = "inferred"
    UNRESOLVED = "unresolved"


class Outcome(enum.StrEnum):
    """What one step made of what it looked at."""

    DECIDED = "decided"
    NOTHING = "nothing"
    NOT_APPLICABLE = "not_applicable"
    UNKNOWN = "unknown"
    """The fact it would have to look at was never delivered: what follows cannot be exact."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One step's account: ``detail`` is a sentence, ``evidence`` the addresses or names of what was looked at."""

    step: str
    outcome: Outcome
    detail: str
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A run that the evidence admits but does not prove; without a span, a tool that a mark names, and no run of it."""

    span_id: str | None
    agent_name: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Answer:
    """Where a walk ended. ``mode`` names the step that decided; ``span_id`` may name a run nobody registered."""

    confidence: Confidence
    mode: str
    span_id: str | None
    diagnostic: str | None
    candidates: tuple[Candidate, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Resolution:
    """An answer as it was appended: with what caused it to be sought, and when."""

    id: int
    workspace: str
    answer: Answer
    cause: str
    resolved_at: datetime
