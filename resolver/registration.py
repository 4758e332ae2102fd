"""Runs enter the index: registered once, completed later, each time reaching the feedback that waited for them."""

from __future__ import annotations

from dataclasses import dataclass

from resolver import names, watch
from resolver.answering.noting import note_feedback, note_run
from resolver.errors import NotFoundError
from resolver.model.reports import Report
from resolver.model.runs import Run
from resolver.policy import Policy
from resolver.ports import Clock, Ledger
from resolver.reports.following import Happened, follow
from resolver.reports.work import IMPLEMENTATION
from resolver.settle import Settling, settle
from resolver.watch import News


@dataclass(frozen=True, slots=True)
class Registration:
    """Registers runs, by one operator's policy."""

    policy: Policy
    clock: Clock

    def register(self, ledger: Ledger, run: Run, *, facts: str) -> tuple[Run, bool]:
        """Register a run; return it as stored, and whether it is new.

        ``facts`` is a canonical text of what the caller said. Raises ConflictError when the span was registered
        with other facts, or when another run implements the report that it is to implement; NotFoundError when its
        workspace has no such report.
        """
        stored, new = ledger.put_run(run, facts)
        if new:
            self._settle(ledger, stored, f"run {run.span_id} registered", to_implement(ledger, run))
        return stored, new

    def update(self, ledger: Ledger, run: Run) -> None:
        """Keep a run's later facts: its end, its head, further numbers, what it made."""
        ledger.update_run(run)
        self._settle(ledger, run, f"run {run.span_id} updated")

    def _settle(self, ledger: Ledger, run: Run, cause: str, implemented: Report | None = None) -> None:
        news = News()
        news.add(watch.run_key(run.workspace, run.span_id))
        news.add(*(watch.session_key(run.workspace, session) for session in run.sessions))
        for number in run.numbers:
            news.add(watch.runs_key(run.workspace, run.repository, number), since=run.started_at)
        settling = Settling(self.policy, cause, self.clock())
        answered = settle(ledger, settling, news)
        runs = frozenset({(run.workspace, run.span_id)})
        implementation = None if implemented is None else (implemented.id, run)
        happened = Happened(feedback=answered, runs=runs, implementation=implementation)
        follow(ledger, self.policy, happened, settling.at)
        note_feedback(ledger, self.policy, answered, settling.at)
        note_run(ledger, self.policy, run.workspace, run.span_id, settling.at)


def to_implement(ledger: Ledger, run: Run) -> Report | None:
    """Return the report that a run is registered to implement (SPEC §6). Raises NotFoundError where there is none.

    What does not read as an id of ours is another system's name of a report: it is kept, and means nothing here.
    """
    report_id = None if run.report_id is None else names.read_number(run.report_id)
    if run.purpose != IMPLEMENTATION or report_id is None:
        return None
    report = ledger.report(report_id)
    if report is None or report.workspace != run.workspace:
        raise NotFoundError(f"there is no report {run.report_id}")
    return report
