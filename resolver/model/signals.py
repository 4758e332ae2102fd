"""Feedback without words: what people did to what a run made. It says less than words do, and is kept apart."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from resolver.model.github import Kind

COMMIT: Final = "commit"


class SignalKind(enum.StrEnum):
    """What happened. Each is kept only where the operator wants it (``WHICHRUN_SIGNALS``)."""

    THREAD_RESOLVED = "thread_resolved"
    """A review thread was resolved: of its first comment."""
    REVIEW_DISMISSED = "review_dismissed"
    """A review was dismissed."""
    PULL_REQUEST_CLOSED = "pull_request_closed"
    """A pull request was closed without being merged."""
    REVERT = "revert"
    """A commit was reverted by another one: ``detail`` is that one's SHA."""
    REACTION = "reaction"
    """Somebody reacted to a text: ``detail`` is the reaction, by GitHub's word for it."""


@dataclass(frozen=True, slots=True)
class SignalSeen:
    """What happened to an object (by kind and id) or a commit (``COMMIT``, and its SHA).

    ``event`` tells it from others of its kind that happen to the same: with it a signal is kept once, however often it
    is told. ``actor_id`` is the account that did it; None where nobody says.
    """

    repository_id: int
    kind: SignalKind
    subject_kind: Kind | str
    subject: str
    event: str
    occurred_at: datetime
    number: int | None = None
    actor_id: int | None = None
    actor_type: str = "User"
    detail: str | None = None
