"""How much waits, and what was given up. Each statement reads one index, and stops at a bound."""

# ruff: noqa: S608 -- statements are composed of this room's constants; what comes from outside is bound

from __future__ import annotations

from datetime import datetime

from resolver.model.asking import Asked
from resolver.model.figures import Figures
from store.part import Part
from store.times import from_micros, to_micros

MOST = 100_000
"""As far as anything is counted: more is as bad. To count so many takes milliseconds."""
_OLDEST = 1_000
"""Among how many of those that wait longest the one that is due longest is looked for."""

_WAITS = "d.status IN ('pending', 'failed')"
_WAITING = f"SELECT COUNT(*) FROM (SELECT d.id FROM delivery d WHERE {_WAITS} LIMIT {MOST}) few"
_DEAD = f"SELECT COUNT(*) FROM (SELECT d.id FROM delivery d WHERE d.status = 'dead' LIMIT {MOST}) few"
# A replayed one is due since its replay, and one that failed since the end of its pause, not since they came in.
_DUE_SINCE = f"""
SELECT MIN(CASE WHEN few.next_try_at > few.received_at THEN few.next_try_at ELSE few.received_at END) FROM (
    SELECT d.received_at, d.next_try_at FROM delivery d WHERE {_WAITS} ORDER BY d.id LIMIT {_OLDEST}
) few WHERE few.next_try_at <= ?
"""
# The condition says nothing but which index to read: the rows hold bodies.
_CONFLICTS = f"SELECT COUNT(*) FROM (SELECT c.guid FROM delivery_conflict c WHERE c.guid >= '' LIMIT {MOST}) few"
_WANTS_WAITING = f"SELECT COUNT(*) FROM (SELECT w.id FROM want w WHERE w.status = '{Asked.WAITING}' LIMIT {MOST}) few"
_WANTS_STUCK = f"""
SELECT few.status, COUNT(*) FROM (
    SELECT w.status FROM want w WHERE w.repository_id >= 0 AND (w.status = 'dead' OR w.refusal IS NOT NULL) LIMIT {MOST}
) few GROUP BY few.status
"""


class FigureFacts(Part):
    """Counting what operators watch."""

    def figures(self, at: datetime) -> Figures:
        """Return how much waits at a time, and what was given up."""
        stuck: dict[str, int] = {status: count for status, count in self._db.rows(_WANTS_STUCK)}  # noqa: C416 -- typed
        refused = stuck.get(Asked.WAITING, 0)
        since = self._number(_DUE_SINCE, to_micros(at))
        return Figures(
            deliveries_waiting=self._number(_WAITING) or 0,
            due_since=None if since is None else from_micros(since),
            deliveries_dead=self._number(_DEAD) or 0,
            conflicts=self._number(_CONFLICTS) or 0,
            wants_waiting=max(0, (self._number(_WANTS_WAITING) or 0) - refused),
            wants_refused=refused,
            wants_dead=stuck.get(Asked.DEAD, 0),
        )

    def _number(self, sql: str, *values: int) -> int | None:
        number: int | None = self._db.rows(sql, values)[0][0]
        return number
