"""Reading: every fact the chain may look at, and the lists that people ask for, newest first.

A list is asked for by a composed statement: its conditions are constants of this module, chosen by which filters
are given; what a caller says is only ever bound as a value.
"""

# ruff: noqa: S608 -- statements are composed of this room's constants; what comes from outside is bound

from __future__ import annotations

from datetime import datetime

from resolver.model.answers import Confidence
from resolver.model.feedback import Feedback, Status
from resolver.model.github import Revision
from resolver.model.runs import Run, Sighting
from store.blame import BlameFacts
from store.changes import ChangeFacts
from store.commits import CommitFacts
from store.deliveries import DeliveryFacts
from store.entries import EntryFacts
from store.feedback import FEEDBACK, FeedbackFacts, to_feedback
from store.figures import FigureFacts
from store.marks import MarkFacts
from store.origins import OriginFacts
from store.part import below, compose
from store.permissions import PermissionFacts
from store.postings import PostingFacts
from store.progress import ProgressFacts
from store.ranges import RangeFacts
from store.refused import RefusedFacts
from store.reports import ReportFacts
from store.resolutions import ResolutionFacts
from store.rows import CLAIM, COMMIT_CARRIER, OBJECT_CARRIER, RUN, to_run, to_sighting
from store.runs import RunFacts
from store.signals import SignalFacts
from store.statistics import StatisticsFacts
from store.times import to_micros
from store.wants import WantFacts

_RUNS = f"SELECT n.id, {RUN} FROM run n WHERE n.workspace = ? AND n.id < ?"
_RUN_FILTERS = {
    "repository_id": "n.repository_id = ?",
    "repository_key": "n.repository_key = ?",
    "number": "n.id IN (SELECT m.run_id FROM run_number m WHERE m.number = ?)",
    "agent": "n.agent_name = ?",
}
_RUN_ORDER = "ORDER BY n.id DESC LIMIT ?"
_FEEDBACK = f"{FEEDBACK} WHERE f.workspace = ? AND f.id < ?"
# Whoever polls asks for the little that changed since: that is found by its time; walking the list would read it all.
_FEW = 1000
_RECENTLY = "SELECT r.id FROM feedback r WHERE r.workspace = ? AND r.updated_at >= ?"
_HOW_MANY_RECENTLY = f"SELECT COUNT(*) FROM ({_RECENTLY} LIMIT {_FEW + 1}) few"
_RECENT_FEEDBACK = _FEEDBACK.replace("FROM feedback f", f"FROM ({_RECENTLY}) recent CROSS JOIN feedback f", 1).replace(
    "WHERE f.workspace", "WHERE f.id = recent.id AND f.workspace"
)
_FEEDBACK_FILTERS = {
    "repository_id": "f.repository_id = ?",
    "number": "f.number = ?",
    "status": "f.status = ?",
    "confidence": "f.confidence = ?",
    "agent": "f.agent_name = ?",
    "run": "f.span_id = ?",
    "since": "f.updated_at >= ?",
}
_FEEDBACK_ORDER = "ORDER BY f.id DESC LIMIT ?"
# One item for each comment or commit that carries the run's claim: that of the latest version that does.
_MADE = """
s.workspace = ? AND s.span_id = ? AND s.id < ?
AND EXISTS (
    SELECT 1 FROM repository_workspace w WHERE w.repository_id = s.repository_id AND w.workspace = s.workspace
)
"""
_OBJECTS_MADE = f"""
SELECT s.id, {OBJECT_CARRIER}, {CLAIM}
FROM sighting s JOIN object o ON o.id = s.object_id JOIN revision r ON r.id = s.revision_id WHERE {_MADE}
AND NOT EXISTS (
    SELECT 1 FROM sighting t JOIN revision v ON v.id = t.revision_id
    WHERE t.object_id = s.object_id AND t.span_id = s.span_id AND t.workspace = s.workspace
    AND (v.updated_at, v.rank, t.id) > (r.updated_at, r.rank, s.id)
)
ORDER BY s.id DESC LIMIT ?
"""
_COMMITS_MADE = f"""
SELECT s.id, {COMMIT_CARRIER}, {CLAIM} FROM sighting s JOIN git_commit c ON c.id = s.commit_id WHERE {_MADE}
AND NOT EXISTS (
    SELECT 1 FROM sighting t WHERE t.commit_id = s.commit_id AND t.span_id = s.span_id
    AND t.workspace = s.workspace AND t.id > s.id
)
ORDER BY s.id DESC LIMIT ?
"""


class Catalogue(
    RangeFacts,
    CommitFacts,
    BlameFacts,
    OriginFacts,
    MarkFacts,
    SignalFacts,
    RunFacts,
    FeedbackFacts,
    ResolutionFacts,
    DeliveryFacts,
    PermissionFacts,
    WantFacts,
    ProgressFacts,
    ChangeFacts,
    StatisticsFacts,
    FigureFacts,
    ReportFacts,
    EntryFacts,
    RefusedFacts,
    PostingFacts,
):
    """What can be read. In every list items are ``(id, value)``; ``before`` is the last id of the page before."""

    def run(self, workspace: str, span_id: str) -> Run | None:
        """Return a registered run."""
        return self.runs_for(workspace, (span_id,)).get(span_id)

    def runs(
        self,
        workspace: str,
        *,
        repository: str | None = None,
        number: int | None = None,
        agent: str | None = None,
        before: int | None,
        limit: int,
    ) -> tuple[tuple[int, Run], ...]:
        """Return registered runs, the last registered first."""
        filters: dict[str, int | str | None] = {"number": number, "agent": agent}
        if repository is not None:
            known = self.repository_named(workspace, repository)
            if known is None:
                filters["repository_key"] = repository.lower()
            else:
                filters["repository_id"] = known.id
        sql, values = compose(_RUNS, _RUN_FILTERS, filters, _RUN_ORDER)
        rows = self._db.rows(sql, (workspace, below(before), *values, limit))
        return tuple((row[0], to_run(row[1:])) for row in rows)

    def artifacts(
        self, workspace: str, span_id: str, *, before: int | None, limit: int
    ) -> tuple[tuple[int, Sighting], ...]:
        """Return where a run's claims were seen, each comment, review, body or commit once."""
        values = (workspace, span_id, below(before), limit)
        rows = self._db.rows(_OBJECTS_MADE, values) + self._db.rows(_COMMITS_MADE, values)
        newest = sorted(rows, key=lambda row: int(row[0]), reverse=True)[:limit]
        return tuple((row[0], to_sighting(row[1:])) for row in newest)

    def feedback_list(  # noqa: PLR0913 -- each filter by its name
        self,
        workspace: str,
        *,
        repository: str | None = None,
        number: int | None = None,
        status: Status | None = None,
        confidence: Confidence | None = None,
        agent: str | None = None,
        run: str | None = None,
        since: datetime | None = None,
        before: int | None,
        limit: int,
    ) -> tuple[tuple[int, Feedback], ...]:
        """Return feedback with its newest resolution, the last received first.

        ``run`` is the span and ``agent`` the agent's name of the registered run that the resolution names;
        ``since`` keeps what was updated at that time or later.
        """
        filters: dict[str, int | str | None] = {
            "number": number,
            "status": None if status is None else status.value,
            "confidence": None if confidence is None else confidence.value,
            "agent": agent,
            "run": run,
            "since": None if since is None else to_micros(since),
        }
        if repository is not None:
            bearer = self.filed_under(workspace, repository)
            if bearer is None:
                return ()
            filters["repository_id"] = bearer
        select, recent = _FEEDBACK, tuple[str | int, ...]()
        if since is not None and self._are_few(workspace, to_micros(since)):
            select, recent = _RECENT_FEEDBACK, (workspace, to_micros(since))
        sql, values = compose(select, _FEEDBACK_FILTERS, filters, _FEEDBACK_ORDER)
        rows = self._db.rows(sql, (*recent, workspace, below(before), *values, limit))
        return tuple((one.id, one) for one in map(to_feedback, rows))

    def _are_few(self, workspace: str, since: int) -> bool:
        """Whether little feedback was updated since a time."""
        return int(self._db.rows(_HOW_MANY_RECENTLY, (workspace, since))[0][0]) <= _FEW

    def feedback_revisions(self, feedback_id: int) -> tuple[Revision, ...]:
        """Return every version of a feedback's text, newest first; none when there is no such feedback.

        Of a repository that has left the feedback's workspace those that had come before.
        """
        feedback = self.feedback(feedback_id)
        if feedback is None:
            return ()
        versions = self.revisions(feedback.object.ref)[::-1]
        return tuple(one for one in versions if one.updated_at <= feedback.state.updated_at)
