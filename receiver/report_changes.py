"""What callers may change about reports, each in one transaction: for the surfaces, as ``receiver.changes``.

Every method takes the producer that the change is attributed to; none has a default for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from receiver.report_queries import entry_in, report_in
from receiver.wiring import Services
from resolver.errors import PayloadError
from resolver.locks import report_lock
from resolver.model.reports import Producer, Report, ReportStatus
from resolver.reports import life, registry, writing
from resolver.reports.life import StatusChange
from resolver.reports.log import Written
from store.ledger import Ledger

MOST_AT_ONCE = 100
"""Reports that are woken at a look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Revised:
    """What is to be changed about a report; None leaves things as they are."""

    title: str | None = None
    summary: str | None = None
    status: ReportStatus | None = None
    snoozed_until: datetime | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ReportChanges:
    """The changes to one workspace's reports. Each raises NotFoundError for what is not there."""

    services: Services
    workspace: str

    def append(self, report_id: int, type_: str, content: Any, *, producer: Producer) -> Written:  # noqa: ANN401 - JSON
        """Append an entry, unless just that counts already.

        Raises PayloadError, whose problems name the fields, TooLargeError and ForbiddenError.
        """
        kind = registry.writable(type_)
        read = kind.read(content)
        locks = writing.locks_for(self.workspace, read, producer) if kind is registry.TASK_RUN else ()
        with self._writing(report_id, *locks) as (ledger, report):
            policy, at = self.services.policy, self.services.clock()
            return writing.append_entry(ledger, policy, report, kind, read, producer=producer, at=at)

    def edit(
        self,
        report_id: int,
        entry_id: int,
        *,
        type_: str | None,
        content: Any,  # noqa: ANN401 - JSON
        producer: Producer,
    ) -> Written:
        """Give an entry another content. Raises as ``append`` does."""
        locks = writing.locks_for(self.workspace, content, producer)  # of which type it is, is not known yet
        with self._writing(report_id, *locks) as (ledger, report):
            entry = entry_in(ledger, report, entry_id)
            policy, at = self.services.policy, self.services.clock()
            return writing.edit_entry(ledger, policy, report, entry, type_, content, producer=producer, at=at)

    def delete(self, report_id: int, entry_id: int, *, producer: Producer) -> None:
        """Take an entry out of the log. Raises ForbiddenError."""
        with self._writing(report_id) as (ledger, report):
            entry = entry_in(ledger, report, entry_id)
            policy, at = self.services.policy, self.services.clock()
            writing.delete_entry(ledger, policy, report, entry, producer=producer, at=at)

    def revise(self, report_id: int, revised: Revised, *, producer: Producer) -> None:
        """Word a report otherwise, or give it another status, by hand.

        Raises ConflictError for another status of a withdrawn report, PayloadError for a snooze that is over.
        """
        now = self.services.clock()
        if revised.snoozed_until is not None and revised.snoozed_until <= now:
            raise PayloadError((("snoozed_until", "is over already"),))
        with self._writing(report_id) as (ledger, report):
            present = report
            if revised.status is not None:
                change = StatusChange(status=revised.status, reason=revised.reason, snoozed_until=revised.snoozed_until)
                present = life.set_status(ledger, report, change, by=producer, at=now)
            life.set_words(ledger, present, title=revised.title, summary=revised.summary, by=producer, at=now)

    @contextmanager
    def _writing(self, report_id: int, *locks: str) -> Iterator[tuple[Ledger, Report]]:
        """Write to a report that nobody else writes to meanwhile; ``locks`` are taken before the report's."""
        with self.services.store.transaction(*locks) as ledger:
            ledger.lock((report_lock(report_id),))
            yield ledger, report_in(ledger, self.workspace, report_id)


def wake_reports(services: Services) -> int:
    """Reopen the reports, of all workspaces, whose snooze is over; return how many were looked at."""
    now = services.clock()
    with services.store.snapshot() as catalogue:
        due = catalogue.reports_to_wake(now, MOST_AT_ONCE)
    for report_id in due:
        with services.store.transaction(report_lock(report_id)) as ledger:
            report = ledger.report(report_id)
            if report is not None:
                life.wake(ledger, report, now)
    return len(due)
