"""What stands in the query of an address: one model for each list of parameters.

Filters, the limit and the cursor of a list become ``Span`` and the filters of ``receiver.queries``.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from receiver.api.fields import NumberText, Time, flag, number
from receiver.queries import FeedbackFilter, RunFilter
from receiver.report_queries import EntryFilter, ReportFilter
from resolver.model.answers import Confidence
from resolver.model.deliveries import DeliveryStatus
from resolver.model.feedback import Status
from resolver.model.reports import ReportStatus
from resolver.reports.contents import Priority
from resolver.reports.registry import BY_TYPE
from resolver.values import FilledText, RepositoryName, Sha

DEFAULT_LIMIT: Final = 50
MAX_LIMIT: Final = 500
TYPES = tuple(BY_TYPE)


class Parameters(BaseModel):
    """The parameters of a query; others are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class NoParameters(Parameters):
    """Of an address that takes none."""


class ListParameters(Parameters):
    """Which part of a list."""

    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT), BeforeValidator(number)] = DEFAULT_LIMIT
    cursor: Annotated[str, Field(max_length=512)] | None = None

    def filters(self) -> str:
        """Return everything that decides what the list holds: a cursor belongs to that."""
        return self.model_dump_json(exclude={"limit", "cursor"}, exclude_none=True)


class RunParameters(ListParameters):
    """Which runs."""

    repository: RepositoryName | None = None
    number: NumberText | None = None
    agent: FilledText | None = None

    def which(self) -> RunFilter:
        """Return the filter as the queries take it."""
        return RunFilter(repository=self.repository, number=self.number, agent=self.agent)


class FeedbackParameters(ListParameters):
    """Which feedback."""

    repository: RepositoryName | None = None
    number: NumberText | None = None
    status: Status | None = None
    confidence: Confidence | None = None
    agent: FilledText | None = None
    run: FilledText | None = None
    since: Time | None = None

    def which(self) -> FeedbackFilter:
        """Return the filter as the queries take it."""
        return FeedbackFilter(
            repository=self.repository,
            number=self.number,
            status=self.status,
            confidence=self.confidence,
            agent=self.agent,
            run=self.run,
            since=self.since,
        )


class ReportParameters(ListParameters):
    """Which reports."""

    run: FilledText | None = None
    status: ReportStatus | None = None
    priority: Priority | None = None
    repository: RepositoryName | None = None

    def which(self) -> ReportFilter:
        """Return the filter as the queries take it."""
        return ReportFilter(run=self.run, status=self.status, priority=self.priority, repository=self.repository)


class EntryParameters(ListParameters):
    """Which entries of a log."""

    type: Literal[TYPES] | None = None  # type: ignore[valid-type]
    run: FilledText | None = None
    current: Annotated[bool, BeforeValidator(flag)] | None = None

    def which(self) -> EntryFilter:
        """Return the filter as the queries take it."""
        return EntryFilter(type_=self.type, run=self.run, current=bool(self.current))


class DeliveryParameters(ListParameters):
    """Which deliveries."""

    status: DeliveryStatus | None = None


class StatsParameters(Parameters):
    """The time in which the feedback was given that is counted."""

    since: Time | None = None
    until: Time | None = None


class AddressParameters(Parameters):
    """The address of something on GitHub."""

    url: str


class ExportParameters(Parameters):
    """What is exported: all of a workspace, from a place on, or the commits of a repository between two."""

    format: Literal["jsonl", "agent-trace"] = "jsonl"
    after: Annotated[str, Field(max_length=512)] | None = None
    repository: RepositoryName | None = None
    base: Sha | None = None
    head: Sha | None = None
