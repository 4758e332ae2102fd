"""What reports make of a transaction: the last thing that it does, once all its facts and answers are kept.

By then it is known which reports are concerned, so their locks are taken together, after those of repositories and
runs: nobody waits in a circle.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from resolver.locks import report_lock
from resolver.model.github import Kind
from resolver.model.reports import SYSTEM, Producer
from resolver.model.runs import Run
from resolver.observe import Observation
from resolver.policy import Policy
from resolver.ports import Ledger
from resolver.reports.life import follow_feedback
from resolver.reports.port import SpanKey
from resolver.reports.work import follow_work, implement

MOST_REPORTS = 100
"""How many of the newest reports that runs are associated with are looked at when something becomes known of these.

An association is for anyone to write, and all that follows from it is which pull request a report shows.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """What a transaction touched: feedback by id, and runs whose claims or facts it kept.

    ``implementation`` is a report, by id, and the run that was registered to implement it.
    """

    feedback: frozenset[int] = frozenset()
    runs: frozenset[SpanKey] = frozenset()
    implementation: tuple[int, Run] | None = None


def follow(ledger: Ledger, policy: Policy, happened: Happened, at: datetime, *, answered_by: Producer = SYSTEM) -> None:
    """Have the reports say what happened; ``answered_by`` gave the answers that are new.

    Raises ConflictError when a report is implemented by another run already.
    """
    about = {feedback_id: ledger.report_about(feedback_id) for feedback_id in sorted(happened.feedback)}
    worked_on = ledger.reports_of_runs(happened.runs, MOST_REPORTS) if happened.runs else frozenset()
    if happened.implementation is not None:
        worked_on |= {happened.implementation[0]}
    kept = worked_on.union(report.id for report in about.values() if report is not None)
    ledger.lock_late(map(report_lock, kept))
    if happened.implementation is not None:
        implement(ledger, *happened.implementation, at=at)
    for feedback_id, former in about.items():
        feedback = ledger.feedback(feedback_id)
        if feedback is not None:
            # As it is with its lock; one that was not there cannot have come meanwhile: its repository is locked.
            report = None if former is None else ledger.report(former.id)
            follow_feedback(ledger, feedback, report, answered_by=answered_by, at=at)
    for report_id in sorted(kept):
        report = ledger.report(report_id)
        if report is not None and (report.implementation is not None or report_id in worked_on):
            follow_work(ledger, policy, report, at)


def runs_in(
    ledger: Ledger, observation: Observation, claimed: Iterable[SpanKey], workspaces: frozenset[str] | None
) -> frozenset[SpanKey]:
    """Return the runs that what was observed speaks of: by claims in it, or by those in a pull request's body.

    Only those of ``workspaces`` that it is of, None for all: anybody may paste a claim into another's repository, and
    what happens in one that a workspace has left is not told there.
    """
    pulls = {(pull.repository_id, pull.number) for pull in observation.pulls}
    bodies = (ledger.subject(*pull) for pull in pulls)
    signed = (ledger.spans_in(body.ref) for body in bodies if body is not None and body.ref.kind is Kind.PULL_REQUEST)
    spoken_of = frozenset(claimed).union(*signed)
    return frozenset(run for run in spoken_of if workspaces is None or run[0] in workspaces)
