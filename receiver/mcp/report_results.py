"""What the tools about reports answer. What an entry holds is its writer's word, so it stands below ``untrusted``."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, Field

from receiver.mcp.results import AnswerBrief, AnswerShown, Text, Untrusted
from receiver.mcp.schemas import Result
from receiver.mcp.visible import all_visible

Words = Annotated[Any, AfterValidator(all_visible)]
"""JSON of any shape, with nothing hidden in it."""
Hint = Annotated[str, Field(description="how to log your work")]


class ProducerShown(Result):
    """Who wrote something. Names that a login or a token bears stand below the entry's ``untrusted``."""

    kind: Annotated[Text, Field(description="user, run, agent or system")]
    run: Annotated[Text, Field(description="span_id")] | None = None


class EntryWords(Result):
    """What an entry says, and the names of those who wrote it."""

    content: Words
    producer: Text | None = None
    edited_by: Text | None = None


class EntryShown(Result):
    """An entry of a log."""

    id: int
    type: Text
    producer: ProducerShown
    created_at: Text
    edited_by: ProducerShown | None = None
    edited_at: Text | None = None
    valid: Annotated[bool, Field(description="false: its type has another shape by now")] | None = None
    untrusted: Untrusted[EntryWords]


class RunBrief(Result):
    """A run that is associated with a report."""

    span_id: Text
    agent_name: Text
    purpose: Text | None = None
    started_at: Text
    ended_at: Text | None = None


class ReportWords(Result):
    """What is asked for, as it was worded last."""

    title: Text
    summary: Text | None = None


class ReportCommon(Result):
    """What is said of a report everywhere."""

    id: Text
    status: Text
    snoozed_until: Text | None = None
    priority: Text | None = None
    actionability: Text | None = None
    repository: Text
    number: int | None = None
    feedback_id: int
    feedback_url: Text
    implementation: Annotated[Text, Field(description="span_id of the run registered to implement it")] | None = None
    pull_request_url: Text | None = None
    created_at: Text
    updated_at: Text
    untrusted: Untrusted[ReportWords]


class ReportBrief(ReportCommon):
    """A report in a list."""

    resolution: AnswerBrief | None = None
    runs: Annotated[list[Text], Field(description="span_ids of associated runs, newest first")] | None = None


class ReportPage(Result):
    """A part of the list, newest first."""

    items: list[ReportBrief]
    next_cursor: Annotated[str, Field(description="there are more: call again with it as cursor")] | None = None
    how_to_log: Hint


class ReportShown(ReportCommon):
    """A report with all that is known of it, and the end of its log."""

    resolution: AnswerShown | None = None
    runs: list[RunBrief] | None = None
    state: Annotated[dict[str, EntryShown], Field(description="newest entry of each status type")] | None = None
    entries: Annotated[list[EntryShown], Field(description="of the log, newest first")] | None = None
    next_cursor: Annotated[str, Field(description="more entries: call again with it as cursor")] | None = None
    how_to_log: Hint


class EntryWritten(Result):
    """An entry after it was written."""

    id: int
    report_id: Text
    type: Text
    producer: ProducerShown
    revision: int
    new: Annotated[bool, Field(description="false: it said so already")] | None = None


class EntryDeleted(Result):
    """An entry that is gone."""

    report_id: Text
    deleted: int
