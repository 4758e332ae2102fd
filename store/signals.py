"""Signals, and which may be of a run: whose they are decides the domain (``resolver.signals``)."""

# ruff: noqa: S608 -- statements are composed of this room's constants; what comes from outside is bound

from __future__ import annotations

from resolver.model.signals import COMMIT, SignalKind, SignalSeen
from store.database import Row
from store.part import Part, below
from store.times import from_micros, to_micros

_SIGNAL = (
    "g.id, g.repository_id, g.kind, g.subject_kind, g.subject, g.event, g.occurred_at, g.number, g.actor_id, g.detail"
)
_ADD = """
INSERT INTO signal (repository_id, kind, subject_kind, subject, event, number, actor_id, detail, occurred_at) VALUES
"""
_ONCE = "ON CONFLICT (repository_id, subject_kind, subject, kind, event) DO NOTHING"
_HERE = """
s.workspace = ? AND s.span_id = ? AND EXISTS (
    SELECT 1 FROM repository_workspace w WHERE w.repository_id = s.repository_id AND w.workspace = s.workspace
)
"""
# What carries the run's claim; its commits; and, of reviews that do, the threads on their pull request: of a review's
# comments it is asked one by one whether they are that review's.
_OF_RUN = f"""
SELECT {_SIGNAL} FROM sighting s JOIN object o ON o.id = s.object_id
JOIN signal g ON g.repository_id = o.repository_id AND g.subject_kind = o.kind
    AND g.subject = CAST(o.github_id AS TEXT)
WHERE {_HERE} AND g.id < ?
UNION SELECT {_SIGNAL} FROM sighting s JOIN git_commit c ON c.id = s.commit_id
JOIN signal g ON g.repository_id = c.repository_id AND g.subject_kind = '{COMMIT}' AND g.subject = c.sha
WHERE {_HERE} AND g.id < ?
UNION SELECT {_SIGNAL} FROM sighting s JOIN object o ON o.id = s.object_id AND o.kind = 'pull_request_review'
JOIN signal g ON g.repository_id = o.repository_id AND g.number = o.number
    AND g.kind = '{SignalKind.THREAD_RESOLVED.value}'
WHERE {_HERE} AND g.id < ?
ORDER BY 1 DESC LIMIT ?
"""


class SignalFacts(Part):
    """Looking signals up."""

    def signals_near(
        self, workspace: str, span_id: str, *, before: int | None, limit: int
    ) -> tuple[tuple[int, SignalSeen], ...]:
        """Return the signals that may be of a run with their ids, newest first, from below the id ``before`` on."""
        where = (workspace, span_id, below(before))
        return tuple((row[0], _to_signal(row)) for row in self._db.rows(_OF_RUN, (*where, *where, *where, limit)))


class SignalLedger(SignalFacts):
    """Keeping signals."""

    def put_signal(self, signal: SignalSeen) -> bool:
        """Keep a signal, once; return whether it is new."""
        row = (
            signal.repository_id,
            signal.kind.value,
            str(signal.subject_kind),
            signal.subject,
            signal.event,
            signal.number,
            signal.actor_id,
            signal.detail,
            to_micros(signal.occurred_at),
        )
        return self._db.insert(_ADD, [row], _ONCE) > 0


def _to_signal(row: Row) -> SignalSeen:
    """Read the columns of ``_SIGNAL``."""
    return SignalSeen(
        repository_id=row[1],
        kind=SignalKind(row[2]),
        subject_kind=row[3],
        subject=row[4],
        event=row[5],
        occurred_at=from_micros(row[6]),
        number=row[7],
        actor_id=row[8],
        detail=row[9],
    )
