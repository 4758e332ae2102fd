"""Reports and entries made compact, and divided as in ``receiver.mcp.shaping``.

The service speaks for types, kinds, times and spans of runs. What an entry holds is its writer's, but for a value of
an enumeration in a content that fits its type: with that nothing can be said but itself.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final, get_args, get_type_hints

from receiver.client import Appended
from receiver.mcp.report_results import (
    EntryDeleted,
    EntryShown,
    EntryWords,
    EntryWritten,
    ProducerShown,
    ReportBrief,
    ReportCommon,
    ReportPage,
    ReportShown,
    ReportWords,
    RunBrief,
)
from receiver.mcp.shaping import Json, answer_brief, answer_shown
from resolver.reports.contents import ActionabilityJudgment, Priority

HOW_TO_LOG: Final = (
    "Log your work with append_entry and your run's span_id as run: first type task_run with content {}, which says "
    "that you are on it; then finding, note, commit, judgments. update_entry and delete_entry mend your own."
)
"""One line, the same with each answer that is read: so an agent meets the protocol where it needs it."""

PRIORITIES: Final = get_args(Priority)
ACTIONABILITIES: Final = get_args(get_type_hints(ActionabilityJudgment)["actionability"])
_OWN: Final = ReportCommon.model_fields.keys() - {"untrusted", "priority", "actionability", "feedback_url"}


def report_page_shown(page: Json) -> ReportPage:
    """Write a page of reports."""
    items = [report_brief(one) for one in page["items"]]
    return ReportPage(items=items, next_cursor=page["next_cursor"], how_to_log=HOW_TO_LOG)


def report_brief(report: Json) -> ReportBrief:
    """Write a report as lists have it."""
    answer = report["resolution"]
    return ReportBrief(
        **_common(report),
        resolution=None if answer is None else answer_brief(answer),
        runs=[run["span_id"] for run in report["runs"]] or None,
        untrusted=ReportWords(title=report["title"]),
    )


def report_shown(report: Json, log: Json | None) -> ReportShown:
    """Write a report with the newest part of its log; None where that was not asked for."""
    answer = report["resolution"]
    state = {type_: entry_shown(entry) for type_, entry in report["state"].items() if entry is not None}
    return ReportShown(
        **_common(report),
        resolution=None if answer is None else answer_shown(answer),
        runs=[_run(run) for run in report["runs"]] or None,
        state=state or None,
        entries=None if log is None else [entry_shown(entry) for entry in log["items"]],
        next_cursor=None if log is None else log["next_cursor"],
        how_to_log=HOW_TO_LOG,
        untrusted=ReportWords(title=report["title"], summary=report["summary"]),
    )


def entry_shown(entry: Json) -> EntryShown:
    """Write an entry."""
    producer, editor = entry["producer"], entry["edited_by"]
    return EntryShown(
        id=entry["id"],
        type=entry["type"],
        producer=_producer(producer),
        created_at=entry["created_at"],
        edited_by=None if editor is None else _producer(editor),
        edited_at=None if editor is None else entry["updated_at"],
        valid=None if entry["valid"] else False,
        untrusted=EntryWords(
            content=entry["content"],
            producer=_name(producer),
            edited_by=None if editor is None else _name(editor),
        ),
    )


def entry_appended(report_id: str, appended: Appended) -> EntryWritten:
    """Write what became of an entry to be appended; what it holds the caller knows."""
    return entry_written(report_id, appended.entry).model_copy(update={"new": appended.new})


def entry_written(report_id: str, entry: Json) -> EntryWritten:
    """Write what became of an entry that was edited."""
    return EntryWritten(
        id=entry["id"],
        report_id=report_id,
        type=entry["type"],
        producer=_producer(entry["edited_by"] or entry["producer"]),
        revision=entry["revision"],
    )


def entry_deleted(report_id: str, entry_id: int) -> EntryDeleted:
    """Write that an entry is gone."""
    return EntryDeleted(report_id=report_id, deleted=entry_id)


def _common(report: Json) -> dict[str, Any]:
    state = report["state"]
    return {
        **{name: value for name, value in report.items() if name in _OWN},
        "feedback_url": report["feedback"]["url"],
        "priority": _value(state["priority_judgment"], "priority", PRIORITIES),
        "actionability": _value(state["actionability_judgment"], "actionability", ACTIONABILITIES),
    }


def _value(entry: Json | None, field: str, values: Collection[str]) -> str | None:
    """Return a field of an entry that fits its type, where it is one of these values."""
    if entry is None or not entry["valid"]:
        return None
    return next((value for value in values if value == entry["content"][field]), None)


def _run(run: Json) -> RunBrief:
    return RunBrief(**{name: run[name] for name in RunBrief.model_fields})


def _producer(producer: Json) -> ProducerShown:
    return ProducerShown(kind=producer["kind"], run=producer.get("run"))


def _name(producer: Json) -> str | None:
    """Return the name that whoever made a login or a token chose."""
    name: str | None = producer.get("user", producer.get("agent"))
    return name
