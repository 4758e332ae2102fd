"""How reports look as JSON: for every surface, as ``receiver.present``."""

from __future__ import annotations

from typing import cast

from receiver import report_shapes as shapes
from receiver.diffs import DiffView
from receiver.present import answer_json, run_json
from receiver.report_queries import ReportView
from receiver.views import view_of
from resolver import times
from resolver.model.reports import Entry, EntryRevision, Producer, ProducerKind
from resolver.reports.registry import fits
from resolver.reports.wording import summary_of, title_of


def report_json(view: ReportView) -> shapes.Report:
    """Write a report."""
    report, feedback = view.report, view.feedback.feedback
    resolution = feedback.resolution
    state = {type_: None if entry is None else entry_json(entry) for type_, entry in view.state.items()}
    return {
        "id": str(report.id),
        "title": title_of(report),
        "summary": summary_of(report),
        "status": report.status,
        "snoozed_until": times.write_optional(report.snoozed_until),
        "state": cast("shapes.State", state),
        "feedback_id": report.feedback_id,
        "feedback": {
            "id": feedback.id,
            "url": feedback.object.url,
            "author": feedback.object.author.login,
            "source": feedback.object.ref.kind,
            "status": feedback.state.status,
            "created_at": times.write(feedback.object.created_at),
        },
        "repository": feedback.repository,
        "number": feedback.object.number,
        "resolution": None if resolution is None else answer_json(view_of(resolution, view.feedback.run)),
        "runs": [run_json(run) for run in view.runs],
        "implementation": report.implementation,
        "pull_request_url": report.pull_request_url,
        "created_at": times.write(report.created_at),
        "updated_at": times.write(report.updated_at),
    }


def entry_json(entry: Entry) -> shapes.Entry:
    """Write an entry of a log."""
    return {
        "id": entry.id,
        "type": entry.type,
        "content": entry.content,
        "producer": producer_json(entry.producer),
        "created_at": times.write(entry.created_at),
        "updated_at": times.write(entry.updated_at),
        "revision": entry.revision,
        "edited_by": None if entry.revision == 1 else producer_json(entry.writer),
        "valid": fits(entry.type, entry.content),
    }


def content_json(revision: EntryRevision) -> shapes.EntryRevision:
    """Write one version of an entry's content."""
    return {
        "revision": revision.revision,
        "content": revision.content,
        "producer": producer_json(revision.writer),
        "written_at": times.write(revision.written_at),
    }


def diff_json(view: DiffView) -> shapes.Diff:
    """Write what a commit changed."""
    return {
        "repository": view.repository,
        "commit_sha": view.commit_sha,
        "diff": view.diff.text,
        "complete": view.diff.complete,
        "missing": list(view.diff.missing),
        "proven": view.proven,
    }


def producer_json(producer: Producer) -> shapes.Producer:
    """Write who wrote something: the name stands below its kind."""
    name = producer.name or ""
    if producer.kind is ProducerKind.USER:
        return {"kind": "user", "user": name}
    if producer.kind is ProducerKind.RUN:
        return {"kind": "run", "run": name}
    if producer.kind is ProducerKind.AGENT:
        return {"kind": "agent", "agent": name}
    return {"kind": "system"}
