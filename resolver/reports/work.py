"""Who works on a report: runs that are associated, the one that implements it, and its pull requests (SPEC §6).

Anyone who may write entries may associate a run, so an association never has an effect. What resolves a report is the
one run that was *registered* as its implementation, by a merged pull request that this run itself signed.
"""

from __future__ import annotations

from dataclasses import replace
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
    runs = dict.fromkeys((report.implementation, *ledger.associated_runs(report.id, MOST_RUNS)))
    made = {span: _made_by(ledger, policy, report.workspace, span, at) for span in runs if span is not None}
    newest = max((pull for pulls in made.values() for pull in pulls), key=_age, default=None)
    followed = replace(report, pull_request_url=None if newest is None else newest.url)
    own = () if report.implementation is None else made[report.implementation]
    merged = next((pull for pull in own if _is_merged(ledger, pull)), None)
    if merged is not None and report.status is not ReportStatus.WITHDRAWN:
        followed = replace(followed, merged_url=merged.url)
    if followed != report:
        ledger.put_report(followed)
    if merged is None or followed.merged_url == report.merged_url or followed.status is ReportStatus.RESOLVED:
        return followed
    reason = "the pull request that implements it was merged"
    change = StatusChange(status=ReportStatus.RESOLVED, reason=reason, pull_request_url=merged.url)
    return set_status(ledger, followed, change, by=SYSTEM, at=at)


def _made_by(ledger: Ledger, policy: Policy, workspace: str, span_id: str, at: datetime) -> tuple[GithubObject, ...]:
    """Return the pull requests that a run proves to have made, the newest first."""
    found = ledger.pulls_signed_by(workspace, span_id, MOST_PULLS)
    return tuple(pull for pull in found if _is_made_by(ledger, policy, workspace, span_id, pull, at))


def _is_made_by(ledger: Ledger, policy: Policy, workspace: str, span_id: str, pull: GithubObject, at: datetime) -> bool:
    """Whether a version of a pull request's body carries a signed claim of a run that counts there (SPEC §2.1, §4)."""
    repository = ledger.repository(pull.ref.repository_id)
    if repository is None or workspace not in repository.workspaces:
        return False
    query = Query(workspace, repository.names[0], repository.id, at, number=pull.number)
    admission = Admission(ledger, policy, query, set())
    for revision in ledger.revisions(pull.ref):
        reading = ledger.reading(pull.ref, revision.updated_at)
        admitted = () if reading is None else admission.admit(reading).sightings
        if any((one.span_id, one.trust) == (span_id, Trust.SIGNED) for one in admitted):
            return True
    return False


def _is_merged(ledger: Ledger, pull: GithubObject) -> bool:
    stated = None if pull.number is None else ledger.pull_request(pull.ref.repository_id, pull.number)
    return stated is not None and stated.merged


def _age(pull: GithubObject) -> tuple[datetime, int]:
    return pull.created_at, pull.ref.id
