"""What reports ask of a store, in the transaction that is open. All of it raises StoreError."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Protocol

from resolver.model.feedback import Feedback
from resolver.model.github import GithubObject, ObjectRef
from resolver.model.reports import Entry, NewEntry, Producer, Report
from resolver.model.runs import Sighting

SpanKey = tuple[str, str]
"""A workspace, and the span of a run in it."""


class ReportLedger(Protocol):
    """Reports and the entries of their logs, and the keeping of them. Whoever changes a report holds its lock."""

    def report(self, report_id: int) -> Report | None:
        """Return a report."""
        ...

    def report_about(self, feedback_id: int) -> Report | None:
        """Return the report about some feedback."""
        ...

    def open_report(self, feedback: Feedback, at: datetime) -> Report:
        """Open the report about some feedback; there must be none."""
        ...

    def put_report(self, report: Report) -> None:
        """Keep a report as it is now."""
        ...

    def reports_of_runs(self, spans: Iterable[SpanKey], limit: int) -> frozenset[int]:
        """Return the ids of the reports that some runs implement, and of the newest that they are associated with."""
        ...

    def reports_to_wake(self, now: datetime, limit: int) -> tuple[int, ...]:
        """Return the ids of snoozed reports whose time is over, the longest first."""
        ...

    def entry(self, report_id: int, entry_id: int) -> Entry | None:
        """Return an entry of a report; None when it was deleted."""
        ...

    def counting_entry(self, report_id: int, type_: str, key: str | None) -> Entry | None:
        """Return the entry of a type and key that counts."""
        ...

    def entries_with_key(self, report_id: int, type_: str, key: str) -> tuple[Entry, ...]:
        """Return the last hundred entries of a type and key, newest first."""
        ...

    def associated_runs(self, report_id: int, limit: int) -> tuple[str, ...]:
        """Return the spans of the runs that are associated with a report, the last associated first, each once."""
        ...

    def add_entry(self, entry: NewEntry) -> int:
        """Append an entry; return its id."""
        ...

    def rewrite_entry(self, entry: Entry, content: Any, key: str | None, *, writer: Producer, at: datetime) -> None:  # noqa: ANN401 - JSON
        """Give an entry another content; the former one is kept as a revision. It counts no more (``count_newest``)."""
        ...

    def remove_entry(self, entry: Entry, *, remover: Producer, at: datetime) -> None:
        """Take an entry out of the log; its row stays, with who took it out and when."""
        ...

    def count_newest(self, report_id: int, type_: str, key: str | None) -> None:
        """Have the newest entry of a type and key count, and no other."""
        ...

    def spans_in(self, ref: ObjectRef) -> frozenset[SpanKey]:
        """Return the runs whose claims stand, or stood, in an object."""
        ...

    def pulls_signed_by(
        self, workspace: str, span_id: str, accounts: frozenset[str] | None, limit: int, *, merged: bool = False
    ) -> tuple[GithubObject, ...]:
        """Return the pull requests, or the merged ones, whose bodies carry, or carried, a claim of a run, newest first.

        They are those of the agents' ``accounts`` (logins in lower case, or ids); where it is None, of those who may
        have posted the claim first.
        """
        ...

    def signs_in(self, ref: ObjectRef, workspace: str, span_id: str) -> tuple[Sighting, ...]:
        """Return the claims of a run in all versions of an object's text, the oldest first."""
        ...
