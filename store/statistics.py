"""Counting feedback by how it was resolved. One index holds all that is counted, in the order of time."""

# ruff: noqa: S608 -- statements are composed of this room's constants; what comes from outside is bound

from __future__ import annotations

from datetime import datetime

from resolver.model.answers import Confidence
from resolver.model.statistics import By, Count
from store.part import Part
from store.times import to_micros

MOST_KEYS = 500
"""Of agents, modes and repositories the most frequent are counted."""
_DAY = 86_400_000_000
_COUNTED = """
FROM feedback f WHERE f.workspace = ? AND f.given_at >= ? AND f.given_at < ?
AND f.status NOT IN ('ignored', 'withdrawn') AND f.confidence IS NOT NULL
"""
_NAME = """
(SELECT n.name FROM repository_name n WHERE n.repository_id = counted.key ORDER BY n.as_of DESC, n.name DESC LIMIT 1)
"""
_KEYS = {
    By.AGENT: ("f.agent_name", "counted.key"),
    By.MODE: ("f.mode", "counted.key"),
    By.REPOSITORY: ("f.repository_id", _NAME),
    By.DAY: (f"f.given_at / {_DAY}", "counted.key"),
    By.PROMPT: (
        "(SELECT r.prompt_version_id FROM run r WHERE r.workspace = f.workspace AND r.span_id = f.span_id)",
        "counted.key",
    ),
}
_STATEMENTS = {
    by: f"""
SELECT {shown}, counted.exact, counted.claimed, counted.inferred, counted.unresolved FROM (
    SELECT {key} AS key, COUNT(*) AS many, SUM(CASE WHEN f.confidence = 'exact' THEN 1 ELSE 0 END) AS exact,
        SUM(CASE WHEN f.confidence = 'claimed' THEN 1 ELSE 0 END) AS claimed,
        SUM(CASE WHEN f.confidence = 'inferred' THEN 1 ELSE 0 END) AS inferred,
        SUM(CASE WHEN f.confidence = 'unresolved' THEN 1 ELSE 0 END) AS unresolved
    {_COUNTED} GROUP BY 1 ORDER BY many DESC, key LIMIT {MOST_KEYS}
) counted
"""
    for by, (key, shown) in _KEYS.items()
}


class StatisticsFacts(Part):
    """Counting."""

    def feedback_counts(self, workspace: str, by: By, since: datetime, until: datetime) -> tuple[Count, ...]:
        """Return how much feedback given in ``[since, until)`` came to which confidence, the most frequent key first.

        Keys are names; of ``By.DAY`` the number of the day since 1970 in UTC, of which the latest 500 count.
        """
        rows = self._db.rows(_STATEMENTS[by], (workspace, to_micros(since), to_micros(until)))
        return tuple(
            Count(
                None if key is None else str(key),
                {
                    Confidence.EXACT: int(exact),
                    Confidence.CLAIMED: int(claimed),
                    Confidence.INFERRED: int(inferred),
                    Confidence.UNRESOLVED: int(unresolved),
                },
            )
            for key, exact, claimed, inferred, unresolved in rows
        )
