"""Who works on a report: runs that are associated, the one that implements it, and its pull requests (SPEC §6).

Anyone who may write entries may associate a run, so an association never has an effect. What resolves a report is the
one run that was *registered* as its implementation, by a merged pull request that this run itself signed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from resolver.admission import Admission
from resolver.errors import ConflictError, NotFoundError
from resolver.model.github import GithubObject
from resolver.model.reports import SYSTEM, Report, ReportStatus
from resolver.model.runs import Reading, Run, Sighting, Trust
from resolver.policy import Policy
from resolver.ports import Ledger
from resolver.query import Query
from resolver.reports import registry
from resolver.reports.life import StatusChange, set_status
from resolver.reports.log import append

IMPLEMENTATION = "implementation"
"""The purpose of a run that is to implement a report."""
MOST_RUNS = 20
MOST_PULLS = 20
"""How many of the runs associated last, and of each one's newest pull requests, are looked at.

Anybody may open pull requests with a claim that was copied: those of the account that signed first come first.
"""


def implement(ledger: Ledger, report_id: int, run: Run, *, at: datetime) -> Report:
    """Make a registered run a report's implementation, once.

    Raises ConflictError when another run is, NotFoundError without the report. The caller holds the report's lock.
    """
    report = ledger.report(report_id)
    if report is None:
        raise NotFoundError(f"there is no report {report_id}")
    if report.implementation == run.span_id:
        return report
    if report.implementation is not None:
        raise ConflictError(f"report {report.id} is implemented by another run already")
    content = {"run": run.span_id, "product": "agents", "type": IMPLEMENTATION}
    taken = replace(report, implementation=run.span_id)
    return append(ledger, taken, registry.TASK_RUN, content, producer=SYSTEM, at=at).report


def follow_work(ledger: Ledger, policy: Policy, report: Report, at: datetime) -> Report:
    """See which pull request is the newest, and whether one resolves the report. The caller holds its lock.

    Each merge is followed once, whatever the repository is called by then: a report that was reopened by hand stays so.
    """
    made = _Made(ledger, policy, report.workspace, at)
    newest = _newest(ledger, report, made)
    merged = _merged(report, made)
    followed = replace(
        report,
        pull_request_url=None if newest is None else newest.url,
        merged=(*report.merged, *(pull.ref.id for pull in merged)),
    )
    if followed != report:
        followed = replace(followed, updated_at=max(at, report.updated_at))
        ledger.put_report(followed)
    if not merged or followed.status is ReportStatus.RESOLVED:
        return followed
    reason = "the pull request that implements it was merged"
    change = StatusChange(status=ReportStatus.RESOLVED, reason=reason, pull_request_url=merged[0].url)
    return set_status(ledger, followed, change, by=SYSTEM, at=at)


@dataclass(frozen=True, slots=True)
class _Made:
    """The pull requests that runs of a workspace prove to have made."""

    ledger: Ledger
    policy: Policy
    workspace: str
    at: datetime

    def by(self, span_id: str, *, merged: bool = False) -> Iterator[GithubObject]:
        """Yield those of a run, or those that were merged, the newest first."""
        accounts = self.policy.agent_accounts
        for pull in self.ledger.pulls_signed_by(self.workspace, span_id, accounts, MOST_PULLS, merged=merged):
            if self._is_by(span_id, pull):
                yield pull

    def _is_by(self, span_id: str, pull: GithubObject) -> bool:
        """Whether a version of a body carries a signed claim of a run that counts there (SPEC §2.1, §4)."""
        repository = self.ledger.repository(pull.ref.repository_id)
        if repository is None or self.workspace not in repository.workspaces:
            return False
        query = Query(self.workspace, repository.names[0], repository.id, self.at, number=pull.number)
        admission = Admission(self.ledger, self.policy, query, set())
        signs = self.ledger.signs_in(pull.ref, self.workspace, span_id)
        signed = (sighting for sighting in signs if sighting.trust is Trust.SIGNED)
        return any(admission.admit(Reading((sighting,))).sightings for sighting in _unlike(signed))


def _newest(ledger: Ledger, report: Report, made: _Made) -> GithubObject | None:
    """Return the newest pull request of those who work on a report."""
    runs = dict.fromkeys((report.implementation, *ledger.associated_runs(report.id, MOST_RUNS)))
    newest = (next(made.by(span), None) for span in runs if span is not None)
    return max((pull for pull in newest if pull is not None), key=_age, default=None)


def _merged(report: Report, made: _Made) -> tuple[GithubObject, ...]:
    """Return the merged pull requests of a report's implementation that it has not followed yet, the newest first.

    While a report is withdrawn it follows none: it does once its feedback stands again.
    """
    if report.implementation is None or report.status is ReportStatus.WITHDRAWN:
        return ()
    found = made.by(report.implementation, merged=True)
    return tuple(pull for pull in found if pull.ref.id not in report.merged)


def _unlike(sightings: Iterable[Sighting]) -> Iterator[Sighting]:
    """Yield the first of those that are judged alike: a body may have been edited many times around its claim.

    Of one claim by one author the earliest is judged most kindly.
    """
    seen = set()
    for one in sightings:
        kind = (one.digest, one.carrier.author_type, one.carrier.author_association)
        if kind not in seen:
            seen.add(kind)
            yield one


def _age(pull: GithubObject) -> tuple[datetime, int]:
    return pull.created_at, pull.ref.id
