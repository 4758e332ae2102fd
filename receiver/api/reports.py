"""``/v1/reports``: what is made of each piece of feedback, and the log that agents and people write (SPEC §6)."""

from __future__ import annotations

from http import HTTPStatus

from receiver import current
from receiver import report_shapes as shapes
from receiver.api.bodies import NoBody
from receiver.api.paging import page_json, span_of
from receiver.api.parameters import EntryParameters, ListParameters, NoParameters, ReportParameters
from receiver.api.report_bodies import EntryChange, NewEntry, ReportChange
from receiver.api.requests import explaining
from receiver.api.routing import Call, Created, Routes
from receiver.report_changes import Revised
from receiver.report_present import content_json, diff_json, entry_json, report_json
from receiver.shapes import List
from resolver.model.tokens import Scope

routes = Routes.about("reports")


@routes.get("/reports", scope=Scope.REPORTS_READ)
def listed(call: Call[ReportParameters, NoBody]) -> List[shapes.Report]:
    """List reports, newest first."""
    return page_json(call.reports.listed(call.query.which(), span_of(call)), call, report_json)


@routes.get("/reports/{id}", scope=Scope.REPORTS_READ, tagged=True)
def one(call: Call[NoParameters, NoBody], report_id: int) -> shapes.Report:
    """Show a report: its feedback and answer, its state, and who works on it."""
    return report_json(call.reports.report(report_id))


@routes.patch("/reports/{id}", scope=Scope.REPORTS_WRITE, errors=(HTTPStatus.CONFLICT,), attributed=True)
def change(call: Call[NoParameters, ReportChange], report_id: int) -> shapes.Report:
    """Word a report otherwise, snooze, resolve or reopen it.

    Each change becomes an entry of its log. What is said already changes nothing.
    """
    body = call.body
    revised = Revised(
        title=body.title,
        summary=body.summary,
        status=body.status,
        snoozed_until=body.snoozed_until,
        reason=body.reason,
    )
    with explaining():
        call.report_changes.revise(report_id, revised, producer=call.producer)
    return report_json(call.reports.report(report_id))


@routes.post("/reports/{id}/entries", scope=Scope.REPORTS_WRITE, attributed=True)
def append(call: Call[NoParameters, NewEntry], report_id: int) -> Created[shapes.Entry]:
    """Append an entry to a report's log: 201 when it is new, 200 with the one that says just this already.

    The newest entry of a status type is the report's state. An empty `task_run` associates the run that writes.
    """
    with explaining():
        written = call.report_changes.append(report_id, call.body.type, call.body.content, producer=call.producer)
    return Created(entry_json(written.entry), new=written.new)


@routes.get("/reports/{id}/entries", scope=Scope.REPORTS_READ)
def entries(call: Call[EntryParameters, NoBody], report_id: int) -> List[shapes.Entry]:
    """List the entries of a report's log, newest first."""
    return page_json(call.reports.entries(report_id, call.query.which(), span_of(call)), call, entry_json)


@routes.get("/reports/{id}/entries/{entry_id}", scope=Scope.REPORTS_READ, tagged=True)
def entry(call: Call[NoParameters, NoBody], report_id: int, entry_id: int) -> shapes.Entry:
    """Show an entry."""
    return entry_json(call.reports.entry(report_id, entry_id))


@routes.patch("/reports/{id}/entries/{entry_id}", scope=Scope.REPORTS_WRITE, attributed=True)
def edit(call: Call[NoParameters, EntryChange], report_id: int, entry_id: int) -> shapes.Entry:
    """Give an entry another content; the former one is kept as a revision.

    Who writes as a run changes that run's entries alone.
    """
    body = call.body
    with explaining():
        written = call.report_changes.edit(
            report_id, entry_id, type_=body.type, content=body.content, producer=call.producer
        )
    return entry_json(written.entry)


@routes.delete("/reports/{id}/entries/{entry_id}", scope=Scope.REPORTS_WRITE, attributed=True)
def delete(call: Call[NoParameters, NoBody], report_id: int, entry_id: int) -> None:
    """Take an entry out of the log. Where it was a report's state, the one before is the state again."""
    call.report_changes.delete(report_id, entry_id, producer=call.producer)


@routes.get("/reports/{id}/entries/{entry_id}/diff", scope=Scope.REPORTS_READ, errors=(HTTPStatus.BAD_GATEWAY,))
def diff(call: Call[NoParameters, NoBody], report_id: int, entry_id: int) -> shapes.Diff:
    """Show what a `commit` entry's commit changed, as GitHub tells it.

    `complete` is false where `missing` says what the diff does not show, `proven` where nothing shows that the commit
    is this repository's: GitHub shows commits of forks, too.
    """
    repository, sha = call.reports.commit_of(report_id, entry_id)
    return diff_json(current.diffs().show(call.principal.workspace, repository, sha))


@routes.get("/reports/{id}/entries/{entry_id}/revisions", scope=Scope.REPORTS_READ)
def revisions(call: Call[ListParameters, NoBody], report_id: int, entry_id: int) -> List[shapes.EntryRevision]:
    """List what an entry holds and has held, newest first, and who wrote it."""
    return page_json(call.reports.revisions(report_id, entry_id, span_of(call)), call, content_json)
