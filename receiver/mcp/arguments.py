"""What each tool takes. Descriptions are read by agents, with every call: few words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Final, get_args

from pydantic import Field

from receiver.mcp.schemas import Arguments
from resolver.model.answers import Confidence
from resolver.model.feedback import SETTABLE, Status
from resolver.model.reports import ReportStatus
from resolver.reports.contents import Priority


def _told(description: str) -> Any:  # noqa: ANN401 - pydantic's own type of a field
    return Field(description=description)


def _one_of(values: Iterable[str]) -> Any:  # noqa: ANN401 - as above
    """Name the possible values; whether it is one of them is for the API to say."""
    return Field(json_schema_extra={"enum": [str(value) for value in values]})


Repository = Annotated[str, _told("owner/name")]
Number = Annotated[int, _told("issue or pull request")]
FeedbackId = Annotated[int, _told("from list_feedback")]
ReportId = Annotated[str, Field(description="from list_reports or get_feedback", coerce_numbers_to_str=True)]
EntryId = Annotated[int, _told("from get_report")]
Content = Annotated[Any, Field(json_schema_extra={"type": ["object", "array"], "items": {}})]
Run = Annotated[str, _told("span_id of your run, the writer; default: the one your client names")]

MOST_ENTRIES: Final = 50
"""Entries of a log that are shown with a report."""


class ResolveArguments(Arguments):
    """An address, or a text and where it stands."""

    url: Annotated[str, _told("of a comment, review, commit, issue or pull request; then nothing else")] | None = None
    repository: Annotated[str, _told("owner/name; needed without url")] | None = None
    number: Number | None = None
    body: Annotated[str, _told("text to ask about")] | None = None
    at: Annotated[str, _told("when it was written, as 2026-10-01T09:00:00Z")] | None = None
    issue_comment_id: int | None = None
    review_id: int | None = None
    review_comment_id: int | None = None
    in_reply_to_id: Annotated[int, _told("review comment it answers")] | None = None
    pull_request_review_id: Annotated[int, _told("review it belongs to")] | None = None
    commit_sha: str | None = None
    original_commit_sha: str | None = None
    path: str | None = None
    line: int | None = None
    side: Annotated[str, Field(json_schema_extra={"enum": ["LEFT", "RIGHT"]})] | None = None
    commit_message: str | None = None


class ListArguments(Arguments):
    """Which feedback, and which part of the list."""

    repository: Repository | None = None
    number: Number | None = None
    status: Annotated[str, _one_of(Status)] | None = None
    confidence: Annotated[str, _one_of(Confidence)] | None = None
    agent: Annotated[str, _told("agent_name of the run")] | None = None
    run: Annotated[str, _told("span_id of the run")] | None = None
    since: Annotated[str, _told("updated at or after this, as 2026-10-01T09:00:00Z")] | None = None
    limit: Annotated[int, _told("items, up to 500")] = 20
    cursor: Annotated[str, _told("next_cursor of the page before; same filters")] | None = None


class FeedbackArguments(Arguments):
    """One piece of feedback."""

    feedback_id: FeedbackId


class StatusArguments(Arguments):
    """A status to set."""

    feedback_id: FeedbackId
    status: Annotated[str, _one_of(sorted(SETTABLE))]


class RunArguments(Arguments):
    """One run."""

    span_id: Annotated[str, _told("as resolve and feedback name it")]


class ReportsArguments(Arguments):
    """Which reports, and which part of the list."""

    run: Annotated[str, _told("span_id of an associated run")] | None = None
    status: Annotated[str, _one_of(ReportStatus)] | None = None
    priority: Annotated[str, _one_of(get_args(Priority))] | None = None
    repository: Repository | None = None
    limit: Annotated[int, _told("items, up to 500")] = 20
    cursor: Annotated[str, _told("next_cursor of the page before; same filters")] | None = None


class ReportArguments(Arguments):
    """One report, and which part of its log."""

    report_id: ReportId
    entries: Annotated[int, Field(ge=0, le=MOST_ENTRIES, description="how many entries, newest first")] = 10
    type: Annotated[str, _told("entries of this type")] | None = None
    run: Annotated[str, _told("entries by this run")] | None = None
    current: Annotated[bool, _told("entries that count: newest judgments, newest finding of each signal")] | None = None
    cursor: Annotated[str, _told("next_cursor of the part before; same filters")] | None = None


class AppendArguments(Arguments):
    """An entry to append."""

    report_id: ReportId
    type: str
    content: Content
    run: Run | None = None


class EditArguments(Arguments):
    """Another content for an entry."""

    report_id: ReportId
    entry_id: EntryId
    content: Content
    run: Run | None = None


class DeleteArguments(Arguments):
    """An entry to take out."""

    report_id: ReportId
    entry_id: EntryId
    run: Run | None = None
