"""What happens to feedback, as those see it who follow it: its changes, each of a kind."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from resolver.model.answers import Confidence
from resolver.model.feedback import Status


class ChangeKind(enum.StrEnum):
    """What a change means to whoever acts on feedback; the most telling kind counts."""

    CREATED = "created"
    """It came in, and no run is named yet."""
    RESOLVED = "resolved"
    """A run is named, where none was."""
    REASSIGNED = "reassigned"
    """Another run is named than before, or none any more."""
    WITHDRAWN = "withdrawn"
    """The command, or the comment, was taken back."""
    UPDATED = "updated"
    """Anything else: its text, its status, the confidence or the findings of its answer."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands with feedback at a moment; ``run`` is the span of the run that its newest answer names."""

    status: Status
    updated_at: int
    resolution_id: int | None
    confidence: Confidence | None
    span_id: str | None

    @property
    def run(self) -> str | None:
        """The run named; an unresolved answer may speak of a span, and names no run."""
        return None if self.confidence is Confidence.UNRESOLVED else self.span_id


@dataclass(frozen=True, slots=True)
class Change:
    """One change, as it was kept: ``status`` and ``resolution_id`` are those from then on."""

    id: int
    workspace: str
    feedback_id: int
    kind: ChangeKind
    status: Status
    resolution_id: int | None
    changed_at: datetime


def kind_of(before: Standing | None, after: Standing) -> ChangeKind | None:
    """Say what a change from one standing (None: there was no feedback) to another means; None: nothing changed."""
    if before == after:
        return None
    former = None if before is None else before.run
    if after.status is Status.WITHDRAWN and (before is None or before.status is not Status.WITHDRAWN):
        return ChangeKind.WITHDRAWN
    if after.run is not None and former is None:
        return ChangeKind.RESOLVED
    if former is not None and after.run != former:
        return ChangeKind.REASSIGNED
    return ChangeKind.CREATED if before is None else ChangeKind.UPDATED
