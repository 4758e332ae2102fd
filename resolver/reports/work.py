"""Who works on a report: runs that are associated, the one that implements it, and its pull requests (SPEC §6).

Anyone who may write entries may associate a run, so an association never has an effect. What resolves a report is the
one run that was *registered* as its implementation, by a merged pull request that this run itself signed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from resolver.admission import Admission
from resolver.errors import ConflictError, NotFoundError
from resolver.model.github import GithubObject
from resolver.model.reports import SYSTEM, Report, ReportStatus
from resolver.model.runs import Run, Trust
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
"""How many of the runs associated last, and of each one's newest pull requests, are looked at."""


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
    """See which pull request is the newest, and whether one resolves the report. The caller holds its lock."""
    made = _Made(ledger, policy, report.workspace, at)
    own = () if report.implementation is None else tuple(made.by(report.implementation))
    others = (next(made.by(span), None) for span in ledger.associated_runs(report.id, MOST_RUNS))
    newest = max((pull for pull in (*own[:1], *others) if pull is not None), key=_age, default=None)
    followed = replace(report, pull_request_url=None if newest is None else newest.url)
    merged = next((pull for pull in own if _is_merged(ledger, pull)), None)
    if merged is not None and report.status is not ReportStatus.WITHDRAWN:
        followed = replace(followed, merged_url=merged.url)
    if followed != report:
        followed = replace(followed, updated_at=max(at, report.updated_at))
        ledger.put_report(followed)
    if merged is None or followed.merged_url == report.merged_url or followed.status is ReportStatus.RESOLVED:
        return followed
    reason = "the pull request that implements it was merged"
    change = StatusChange(status=ReportStatus.RESOLVED, reason=reason, pull_request_url=merged.url)
    return set_status(ledger, followed, change, by=SYSTEM, at=at)


@dataclass(frozen=True, slots=True)
class _Made:
    """The pull requests that runs of a workspace prove to have made."""

    ledger: Ledger
    policy: Policy
    workspace: str
    at: datetime

    def by(self, span_id: str) -> Iterator[GithubObject]:
        """Yield those of a run, the newest first."""
        accounts = self.policy.agent_accounts
        for pull in self.ledger.pulls_signed_by(self.workspace, span_id, accounts, MOST_PULLS):
            if self._is_by(span_id, pull):
                yield pull

    def _is_by(self, span_id: str, pull: GithubObject) -> bool:
        """Whether a version of a body carries a signed claim of a run that counts there (SPEC §2.1, §4)."""
        repository = self.ledger.repository(pull.ref.repository_id)
        if repository is None or self.workspace not in repository.workspaces:
            return False
        query = Query(self.workspace, repository.names[0], repository.id, self.at, number=pull.number)
        admission = Admission(self.ledger, self.policy, query, set())
        for revision in self.ledger.revisions(pull.ref):
            reading = self.ledger.reading(pull.ref, revision.updated_at)
            admitted = () if reading is None else admission.admit(reading).sightings
            if any((one.span_id, one.trust) == (span_id, Trust.SIGNED) for one in admitted):
                return True
        return False


def _is_merged(ledger: Ledger, pull: GithubObject) -> bool:
    stated = None if pull.number is None else ledger.pull_request(pull.ref.repository_id, pull.number)
    return stated is not None and stated.merged


def _age(pull: GithubObject) -> tuple[datetime, int]:
    return pull.created_at, pull.ref.id
