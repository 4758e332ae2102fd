"""What callers may ask about reports, in one workspace: for the surfaces, as ``receiver.queries``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Final

from receiver.views import FeedbackView, Page, Span, paged, run_of, runs_named
from receiver.wiring import Services
from resolver.errors import NotFoundError
from resolver.model.reports import Entry, EntryRevision, Report, ReportStatus, ReportWithFeedback
from resolver.model.runs import Run
from resolver.reports.registry import COMMIT, STATUS_TYPES
from resolver.reports.work import MOST_RUNS
from store import Catalogue
from store.ledger import Ledger

LARGEST_PAGE: Final = 4 * 2**20
"""Characters, about: a page of reports ends with the few that exceed it. Five judgments alone may hold 320 KiB."""
AT_ONCE: Final = 20
"""Reports that are read at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFilter:
    """Which reports; None asks for any. ``run`` is the span of a run that is associated with them."""

    run: str | None = None
    status: ReportStatus | None = None
    priority: str | None = None
    repository: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryFilter:
    """Which entries; None asks for any. ``run`` is the span of the run that wrote them.

    ``current`` keeps what counts: the newest entry of each status type, and the newest finding of each signal.
    """

    type_: str | None = None
    run: str | None = None
    current: bool = False


@dataclass(frozen=True, slots=True)
class ReportView:
    """A report, the feedback that it is about, its state, and the runs associated last, the last first.

    ``state`` has the entry that counts of each status type, None where there is none.
    """

    report: Report
    feedback: FeedbackView
    state: dict[str, Entry | None]
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class ReportQueries:
    """The questions about one workspace's reports. Each raises NotFoundError for what is not there."""

    services: Services
    workspace: str

    def report(self, report_id: int) -> ReportView:
        """Return a report."""
        with self.services.store.snapshot() as catalogue:
            found = catalogue.report_shown(self.workspace, report_id)
            if found is None:
                raise NotFoundError(f"there is no report {report_id}")
            return self._views(catalogue, (found,))[0]

    def listed(self, which: ReportFilter, span: Span) -> Page[ReportView]:
        """Return reports; fewer than the limit where they hold so much that a page of them would be too large."""
        with self.services.store.snapshot() as catalogue:
            rows = catalogue.reports(self.workspace, **asdict(which), before=span.before, limit=span.limit + 1)
            page = paged(rows, span)
            shown = self._some_views(catalogue, page.items)
            return Page(shown, page.last if len(shown) == len(page.items) else rows[len(shown) - 1][0])

    def entries(self, report_id: int, which: EntryFilter, span: Span) -> Page[Entry]:
        """Return the entries of a report's log."""
        with self.services.store.snapshot() as catalogue:
            report_in(catalogue, self.workspace, report_id)
            found = catalogue.entries(report_id, **asdict(which), before=span.before, limit=span.limit + 1)
            return paged(found, span)

    def entry(self, report_id: int, entry_id: int) -> Entry:
        """Return one entry."""
        with self.services.store.snapshot() as catalogue:
            return entry_in(catalogue, report_in(catalogue, self.workspace, report_id), entry_id)

    def commit_of(self, report_id: int, entry_id: int) -> tuple[object, object]:
        """Return the repository and the SHA that an entry of type ``commit`` names, as they are kept: of any shape."""
        entry = self.entry(report_id, entry_id)
        if entry.type != COMMIT.name:
            raise NotFoundError(f"entry {entry_id} names no commit: there is no diff of it")
        content = entry.content if isinstance(entry.content, dict) else {}
        return content.get("repository"), content.get("commit_sha")

    def revisions(self, report_id: int, entry_id: int, span: Span) -> Page[EntryRevision]:
        """Return what an entry holds and has held; positions are the revisions' numbers."""
        with self.services.store.snapshot() as catalogue:
            entry = entry_in(catalogue, report_in(catalogue, self.workspace, report_id), entry_id)
            former = catalogue.former_contents(entry, before=span.before, limit=span.limit + 1)
        present = EntryRevision(
            revision=entry.revision, content=entry.content, writer=entry.writer, written_at=entry.updated_at
        )
        if span.before is None or entry.revision < span.before:
            former = ((entry.revision, present), *former)
        return paged(former[: span.limit + 1], span)

    def _some_views(self, catalogue: Catalogue, found: Sequence[ReportWithFeedback]) -> tuple[ReportView, ...]:
        """Show the first of some reports, a few at a time, until they are too large together."""
        shown: list[ReportView] = []
        size = 0
        for start in range(0, len(found), AT_ONCE):
            views = self._views(catalogue, found[start : start + AT_ONCE])
            shown += views
            size += sum(map(_size, views))
            if size > LARGEST_PAGE:
                break
        return tuple(shown)

    def _views(self, catalogue: Catalogue, found: Iterable[ReportWithFeedback]) -> tuple[ReportView, ...]:
        """Show reports with all that belongs to them, asked for once for all of them."""
        rows = tuple(found)
        ids = [row.report.id for row in rows]
        states = catalogue.states(ids, STATUS_TYPES)
        associated = catalogue.runs_of_reports(ids, MOST_RUNS)
        no_state: dict[str, Entry | None] = dict.fromkeys(STATUS_TYPES)
        named = runs_named(catalogue, self.workspace, (row.feedback.resolution for row in rows))
        return tuple(
            ReportView(
                row.report,
                FeedbackView(row.feedback, run_of(row.feedback.resolution, named)),
                no_state | {entry.type: entry for entry in states.get(row.report.id, ())},
                associated.get(row.report.id, ()),
            )
            for row in rows
        )


def report_in(facts: Catalogue | Ledger, workspace: str, report_id: int) -> Report:
    """Return a report of a workspace, for whoever reads or writes. Raises NotFoundError."""
    report = facts.report(report_id)
    if report is None or report.workspace != workspace:
        raise NotFoundError(f"there is no report {report_id}")
    return report


def entry_in(facts: Catalogue | Ledger, report: Report, entry_id: int) -> Entry:
    """Return an entry of a report, as above. Raises NotFoundError."""
    entry = facts.entry(report.id, entry_id)
    if entry is None:
        raise NotFoundError(f"there is no entry {entry_id} in report {report.id}")
    return entry


def _size(view: ReportView) -> int:
    """Return how many characters the long parts of a report have, about."""
    judged = sum(len(json.dumps(entry.content)) for entry in view.state.values() if entry is not None)
    texts = sum(len(text) for run in view.runs for text in (*run.skill_version_ids, *run.guardrail_version_ids))
    numbers = sum(20 * len(run.numbers) for run in view.runs)
    return judged + texts + numbers + len(view.report.instruction)
