"""Reports: the living document around one piece of feedback, and the entries of its log (SPEC §6)."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from resolver.model.feedback import Feedback
from resolver.model.github import User


class ProducerKind(enum.StrEnum):
    """Who can write. ``agent`` is a client with a token, ``user`` an account that GitHub vouches for."""

    USER = "user"
    RUN = "run"
    AGENT = "agent"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Producer:
    """Who wrote something: ``name`` is a login, a run's span or a token's name; the system alone has none.

    ``account`` is the number of the account that bears the login: another may bear it later.
    """

    kind: ProducerKind
    name: str | None
    account: int | None = None

    def __post_init__(self) -> None:
        """Refuse what names nobody."""
        if (self.name is None) is not (self.kind is ProducerKind.SYSTEM):
            raise ValueError(f"a producer of kind {self.kind} named {self.name!r} is none")

    @classmethod
    def user(cls, user: User) -> Producer:
        """Return an account of GitHub."""
        return cls(ProducerKind.USER, user.login, user.id)

    @classmethod
    def of_run(cls, span_id: str) -> Producer:
        """Return a run."""
        return cls(ProducerKind.RUN, span_id)

    @classmethod
    def agent(cls, name: str) -> Producer:
        """Return a client, by the name of its token."""
        return cls(ProducerKind.AGENT, name)

    @property
    def run(self) -> str | None:
        """The span of the run that writes; None when it is none."""
        return self.name if self.kind is ProducerKind.RUN else None


SYSTEM: Final = Producer(ProducerKind.SYSTEM, None)
"""This service."""


class ReportStatus(enum.StrEnum):
    """``withdrawn`` follows the feedback; the others may be set by hand."""

    OPEN = "open"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"
    WITHDRAWN = "withdrawn"


BY_HAND: Final = (ReportStatus.OPEN, ReportStatus.SNOOZED, ReportStatus.RESOLVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A report as it is kept.

    ``instruction`` is the feedback's as the report last saw it; ``title`` and ``summary`` were given by hand, None
    where they follow from it (``resolver.reports.wording``). ``snoozed_until`` is None for a snooze without an end.
    ``priority`` repeats the newest judgment, ``resolution_id`` the newest answer that the log tells of.
    ``implementation`` is the span of the run that was registered to implement it; ``merged`` are the pull requests of
    that run, by GitHub's ids, whose merge the report has followed, each once: by hand it may be reopened since.
    """

    id: int
    workspace: str
    feedback_id: int
    repository_id: int
    status: ReportStatus
    instruction: str
    created_at: datetime
    updated_at: datetime
    snoozed_until: datetime | None = None
    title: str | None = None
    summary: str | None = None
    priority: str | None = None
    implementation: str | None = None
    pull_request_url: str | None = None
    merged: tuple[int, ...] = ()
    resolution_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """An entry to be appended; ``key`` is what it speaks of where only the newest of each counts, or is wanted once."""

    report_id: int
    type: str
    content: Any
    key: str | None
    producer: Producer
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry as it stands: ``content`` is JSON, of whatever shape its type had when it was written.

    ``producer`` appended it; ``writer`` wrote the present content, which is the ``revision``-th. ``counts`` says that
    it is what the report's state says now.
    """

    id: int
    report_id: int
    type: str
    key: str | None
    content: Any
    producer: Producer
    writer: Producer
    revision: int
    counts: bool
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRevision:
    """One version of an entry's content, and who wrote it."""

    revision: int
    content: Any
    writer: Producer
    written_at: datetime


@dataclass(frozen=True, slots=True)
class ReportWithFeedback:
    """A report, and the feedback that it is about."""

    report: Report
    feedback: Feedback
