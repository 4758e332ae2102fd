"""Reports: the document around each piece of feedback."""

# ruff: noqa: S608 -- statements are composed of this room's constants; what comes from outside is bound

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from resolver.errors import NotFoundError
from resolver.model.feedback import Feedback
from resolver.model.reports import Report, ReportStatus, ReportWithFeedback
from resolver.model.runs import Run
from resolver.reports.port import SpanKey
from store.database import Row
from store.feedback import COLUMNS, JOINS, to_feedback
from store.part import below, compose
from store.repositories import RepositoryFacts
from store.rows import RUN, from_texts, to_run, to_texts
from store.times import from_micros, from_optional, to_micros, to_optional

_COLUMNS = (
    "p.id, p.workspace, p.feedback_id, p.repository_id, p.status, p.snoozed_until, p.title, p.summary, p.instruction, "
    "p.priority, p.implementation, p.pull_request_url, p.merged, p.resolution_id, p.created_at, p.updated_at"
)
_WIDTH = 16
_BY_ID = f"SELECT {_COLUMNS} FROM report p WHERE p.id = ?"
_ABOUT = f"SELECT {_COLUMNS} FROM report p WHERE p.feedback_id = ?"
_WITH_FEEDBACK = f"SELECT {_COLUMNS}, {COLUMNS} FROM report p JOIN feedback f ON f.id = p.feedback_id {JOINS}"
_SHOWN = f"{_WITH_FEEDBACK} WHERE p.id = ? AND p.workspace = ?"
_LISTED = f"{_WITH_FEEDBACK} WHERE p.workspace = ? AND p.id < ?"
_FILTERS = {
    "run": "p.id IN (SELECT e.report_id FROM report_entry e WHERE e.type = 'task_run' AND e.entry_key = ? "
    "AND e.deleted_at IS NULL)",
    "status": "p.status = ?",
    "priority": "p.priority = ?",
    "repository_id": "p.repository_id = ?",
}
_ORDER = "ORDER BY p.id DESC LIMIT ?"
_OPEN = f"""
INSERT INTO report (workspace, feedback_id, repository_id, status, instruction, created_at, updated_at)
VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING {_COLUMNS.replace("p.", "")}
"""
_PUT = """
UPDATE report SET status = ?, snoozed_until = ?, title = ?, summary = ?, instruction = ?, priority = ?,
    implementation = ?, pull_request_url = ?, merged = ?, resolution_id = ?, updated_at = ?, entry_sha256 = (
        SELECT e.sha256 FROM report_entry e WHERE e.report_id = report.id ORDER BY e.id DESC LIMIT 1
    )
WHERE id = ?
"""
_ASSOCIATED = """
SELECT DISTINCT e.report_id FROM wanted CROSS JOIN report_entry e JOIN report p ON p.id = e.report_id
WHERE e.entry_key = wanted.column2 AND e.type = 'task_run' AND e.deleted_at IS NULL AND p.workspace = wanted.column1
ORDER BY e.report_id DESC LIMIT ?
"""
_IMPLEMENTED = """
SELECT p.id FROM wanted CROSS JOIN report p
WHERE p.workspace = wanted.column1 AND p.implementation = wanted.column2
"""
_TO_WAKE = "SELECT p.id FROM report p WHERE p.snoozed_until <= ? ORDER BY p.snoozed_until LIMIT ?"
_SPANS = """
SELECT e.entry_key FROM report_entry e WHERE e.report_id = ? AND e.type = 'task_run' AND e.deleted_at IS NULL
ORDER BY e.id DESC LIMIT ?
"""
# Back over the associations to the last one wanted, and then all those since: so only they are read.
_RUNS = f"""
SELECT p.id, {RUN} FROM wanted CROSS JOIN report p JOIN report_entry e ON e.report_id = p.id
JOIN run n ON n.workspace = p.workspace AND n.span_id = e.entry_key
WHERE p.id = wanted.column1 AND e.type = 'task_run' AND e.deleted_at IS NULL AND e.id >= COALESCE((
    SELECT x.id FROM report_entry x WHERE x.report_id = p.id AND x.type = 'task_run' AND x.deleted_at IS NULL
    ORDER BY x.id DESC LIMIT 1 OFFSET ?
), 0)
ORDER BY p.id, e.id DESC
"""


class ReportFacts(RepositoryFacts):
    """Looking reports up."""

    def report(self, report_id: int) -> Report | None:
        """Return a report."""
        row = self._db.row(_BY_ID, (report_id,))
        return None if row is None else _to_report(row)

    def report_about(self, feedback_id: int) -> Report | None:
        """Return the report about some feedback."""
        row = self._db.row(_ABOUT, (feedback_id,))
        return None if row is None else _to_report(row)

    def report_shown(self, workspace: str, report_id: int) -> ReportWithFeedback | None:
        """Return a report of a workspace with its feedback, and that with its newest resolution."""
        row = self._db.row(_SHOWN, (report_id, workspace))
        return None if row is None else _to_shown(row)

    def reports(  # noqa: PLR0913 -- each filter by its name
        self,
        workspace: str,
        *,
        run: str | None = None,
        status: ReportStatus | None = None,
        priority: str | None = None,
        repository: str | None = None,
        before: int | None,
        limit: int,
    ) -> tuple[tuple[int, ReportWithFeedback], ...]:
        """Return a workspace's reports with their feedback, the last opened first; ``run`` is associated with them."""
        filters: dict[str, int | str | None] = {"run": run, "status": status and status.value, "priority": priority}
        if repository is not None:
            bearer = self.filed_under(workspace, repository)
            if bearer is None:
                return ()
            filters["repository_id"] = bearer
        sql, values = compose(_LISTED, _FILTERS, filters, _ORDER)
        rows = self._db.rows(sql, (workspace, below(before), *values, limit))
        return tuple((row[0], _to_shown(row)) for row in rows)

    def reports_of_runs(self, spans: Iterable[SpanKey], limit: int) -> frozenset[int]:
        """Return the ids of the reports that some runs implement, and of the newest that they are associated with."""
        keys = sorted(set(spans))
        associated = sorted((row[0] for row in self._db.rows_among(_ASSOCIATED, keys, (limit,))), reverse=True)
        implemented = self._db.rows_among(_IMPLEMENTED, keys)
        return frozenset((*associated[:limit], *(report_id for (report_id,) in implemented)))

    def reports_to_wake(self, now: datetime, limit: int) -> tuple[int, ...]:
        """Return the ids of snoozed reports whose time is over, the longest first."""
        return tuple(report_id for (report_id,) in self._db.rows(_TO_WAKE, (to_micros(now), limit)))

    def associated_runs(self, report_id: int, limit: int) -> tuple[str, ...]:
        """Return the spans of the runs that were associated with a report last, the last first, each once."""
        return tuple(dict.fromkeys(span for (span,) in self._db.rows(_SPANS, (report_id, limit))))

    def runs_of_reports(self, report_ids: Iterable[int], limit: int) -> dict[int, tuple[Run, ...]]:
        """Return the registered runs that were associated last with each of some reports, the last first."""
        runs: dict[int, dict[str, Run]] = {}
        for row in self._db.rows_among(_RUNS, [(report_id,) for report_id in dict.fromkeys(report_ids)], (limit - 1,)):
            run = to_run(row[1:])
            runs.setdefault(row[0], {}).setdefault(run.span_id, run)
        return {report_id: tuple(found.values()) for report_id, found in runs.items()}


class ReportLedger(ReportFacts):
    """Keeping reports."""

    def open_report(self, feedback: Feedback, at: datetime) -> Report:
        """Open the report about some feedback. Raises StoreError when there is one already."""
        values = (
            feedback.workspace,
            feedback.id,
            feedback.object.ref.repository_id,
            ReportStatus.OPEN.value,
            feedback.state.instruction,
            to_micros(at),
            to_micros(at),
        )
        return _to_report(self._db.rows(_OPEN, values)[0])

    def put_report(self, report: Report) -> None:
        """Keep a report as it is now. Raises NotFoundError when it was never opened."""
        values = (
            report.status.value,
            to_optional(report.snoozed_until),
            report.title,
            report.summary,
            report.instruction,
            report.priority,
            report.implementation,
            report.pull_request_url,
            from_texts(map(str, report.merged)),
            report.resolution_id,
            to_micros(report.updated_at),
            report.id,
        )
        if not self._db.change(_PUT, values):
            raise NotFoundError(f"there is no report {report.id}")


def _to_report(row: Row) -> Report:
    report_id, workspace, feedback_id, repository_id, status, snoozed_until, *rest = row
    title, summary, instruction, priority, implementation, pull_url, merged, resolution_id, *times = rest
    return Report(
        id=report_id,
        workspace=workspace,
        feedback_id=feedback_id,
        repository_id=repository_id,
        status=ReportStatus(status),
        snoozed_until=from_optional(snoozed_until),
        title=title,
        summary=summary,
        instruction=instruction,
        priority=priority,
        implementation=implementation,
        pull_request_url=pull_url,
        merged=tuple(map(int, to_texts(merged))),
        resolution_id=resolution_id,
        created_at=from_micros(times[0]),
        updated_at=from_micros(times[1]),
    )


def _to_shown(row: Row) -> ReportWithFeedback:
    return ReportWithFeedback(_to_report(row[:_WIDTH]), to_feedback(row[_WIDTH:]))
