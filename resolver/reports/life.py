"""How a report lives: it opens with its feedback, follows it, and is snoozed, resolved and reopened (SPEC §6).

Every change is an entry by whoever made it. The caller holds the report's lock, as for ``resolver.reports.log``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from resolver import times
from resolver.errors import ConflictError
from resolver.model.feedback import Feedback, Status
from resolver.model.reports import SYSTEM, Producer, Report, ReportStatus
from resolver.ports import Ledger
from resolver.reports import registry
from resolver.reports.log import append
from resolver.reports.registry import EntryKind
from resolver.reports.wording import summary_of, title_of

WITHDRAWN = {
    Status.WITHDRAWN: "the feedback was withdrawn",
    Status.IGNORED: "the feedback's text is not authorised any more",
}
"""Why a report is withdrawn, by its feedback's status."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChange:
    """A status to be given; the rest says why, until when, and by which merged pull request."""

    status: ReportStatus
    reason: str | None = None
    snoozed_until: datetime | None = None
    pull_request_url: str | None = None


def follow_feedback(
    ledger: Ledger, feedback: Feedback, report: Report | None, *, answered_by: Producer, at: datetime
) -> None:
    """Open a report about feedback that is authorised and has none; have it say what became of the feedback since.

    ``answered_by`` is who gave the newest answer, should the report not tell of it yet.
    """
    if report is None:
        if not feedback.state.authorized:
            return
        report = ledger.open_report(feedback, at)
    report = _follow_text(ledger, report, feedback, at)
    report = _follow_status(ledger, report, feedback, at)
    _follow_answer(ledger, report, feedback, answered_by, at)


def set_status(ledger: Ledger, report: Report, change: StatusChange, *, by: Producer, at: datetime) -> Report:
    """Give a report another status by hand; what it has already changes nothing.

    Raises ConflictError for a report whose feedback is withdrawn: only GitHub's side can change that.
    """
    if report.status is ReportStatus.WITHDRAWN:
        raise ConflictError("the report is withdrawn, as its feedback is: only GitHub can change that")
    if (report.status, report.snoozed_until) == (change.status, change.snoozed_until):
        return report
    return _set_status(ledger, report, change, by=by, at=at)


def set_words(
    ledger: Ledger, report: Report, *, title: str | None, summary: str | None, by: Producer, at: datetime
) -> Report:
    """Word a report's title or summary by hand (None leaves it); it stands until the feedback's text changes."""
    said = replace(
        report,
        title=report.title if title is None else title,
        summary=report.summary if summary is None else summary,
    )
    return _say(ledger, report, said, by=by, at=at)


def wake(ledger: Ledger, report: Report, now: datetime) -> Report:
    """Reopen a report whose snooze is over; any other stays as it is."""
    until = report.snoozed_until
    if report.status is not ReportStatus.SNOOZED or until is None or until > now:
        return report
    change = StatusChange(status=ReportStatus.OPEN, reason=f"it was snoozed until {times.write(until)}")
    return _set_status(ledger, report, change, by=SYSTEM, at=now)


def _follow_text(ledger: Ledger, report: Report, feedback: Feedback, at: datetime) -> Report:
    """Say a new text: it asks anew, whatever was made of the former one."""
    if report.instruction == feedback.state.instruction:
        return report
    author = _author(ledger, feedback)
    said = replace(report, instruction=feedback.state.instruction, title=None, summary=None)
    report = _say(ledger, report, said, by=author, at=at)
    if report.status in {ReportStatus.SNOOZED, ReportStatus.RESOLVED}:
        change = StatusChange(status=ReportStatus.OPEN, reason="the feedback has another text")
        report = _set_status(ledger, report, change, by=author, at=at)
    return report


def _follow_status(ledger: Ledger, report: Report, feedback: Feedback, at: datetime) -> Report:
    reason = WITHDRAWN.get(feedback.state.status)
    if (reason is not None) is (report.status is ReportStatus.WITHDRAWN):
        return report
    change = StatusChange(status=ReportStatus.OPEN, reason="the feedback stands again")
    by = _author(ledger, feedback)
    if reason is not None:
        change = StatusChange(status=ReportStatus.WITHDRAWN, reason=reason)
        # What an account may do is GitHub's to say: that is nothing that the editor of the text has done.
        by = SYSTEM if feedback.state.status is Status.IGNORED else by
    return _set_status(ledger, report, change, by=by, at=at)


def _follow_answer(ledger: Ledger, report: Report, feedback: Feedback, answered_by: Producer, at: datetime) -> Report:
    resolution = feedback.resolution
    if resolution is None or resolution.id == report.resolution_id:
        return report
    answer = resolution.answer
    content = {
        "confidence": answer.confidence.value,
        "mode": answer.mode,
        "span_id": answer.span_id,
        "diagnostic": answer.diagnostic,
        "cause": resolution.cause,
    }
    told = replace(report, resolution_id=resolution.id)
    return append(ledger, told, registry.RESOLUTION, content, producer=answered_by, at=at).report


def _author(ledger: Ledger, feedback: Feedback) -> Producer:
    """Return who wrote the newest version of the feedback's text; of a deletion GitHub does not say by whom it was."""
    if feedback.object.deleted:
        return SYSTEM
    return Producer.user(ledger.revisions(feedback.object.ref)[-1].editor)


def _say(ledger: Ledger, report: Report, said: Report, *, by: Producer, at: datetime) -> Report:
    """Keep a report that is worded otherwise, with an entry for each of title and summary that differs."""
    words = (
        (registry.TITLE_CHANGE, title_of(report), title_of(said)),
        (registry.SUMMARY_CHANGE, summary_of(report), summary_of(said)),
    )
    for kind, before, after in words:
        if before != after:
            said = _note(ledger, said, kind, {"before": before, "after": after}, by=by, at=at)
    if said != report:
        ledger.put_report(said)
    return said


def _set_status(ledger: Ledger, report: Report, change: StatusChange, *, by: Producer, at: datetime) -> Report:
    content = {
        "before": report.status.value,
        "after": change.status.value,
        "reason": change.reason,
        "snoozed_until": times.write_optional(change.snoozed_until),
        "pull_request_url": change.pull_request_url,
    }
    changed = replace(report, status=change.status, snoozed_until=change.snoozed_until)
    said = {name: value for name, value in content.items() if value is not None}
    return _note(ledger, changed, registry.STATUS_CHANGE, said, by=by, at=at)


def _note(
    ledger: Ledger, report: Report, kind: EntryKind, content: dict[str, str], *, by: Producer, at: datetime
) -> Report:
    """Append an entry of the service's own types; the report is kept with it."""
    return append(ledger, report, kind, content, producer=by, at=at).report
