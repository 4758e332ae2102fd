"""What is not kept for ever: answered wants, and GitHub's answers as they came. What they told stays.

It goes in small portions, each a transaction of its own, so that nobody waits long for the one writer.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from store.database import Database
from store.times import to_micros

WANTS_KEPT = timedelta(days=90)
ANSWERS_KEPT = timedelta(days=30)
PORTION = 100
"""Rows that go at once."""

_OLD_WANTS = "SELECT id FROM want WHERE answered_at < ? ORDER BY answered_at LIMIT ?"
_OLD_ANSWERS = "SELECT id FROM github_answer WHERE kept_at < ? ORDER BY kept_at LIMIT ?"
_DROP_WANTS = "DELETE FROM want WHERE id IN (SELECT column1 FROM wanted) RETURNING id"
_DROP_ANSWERS = "DELETE FROM github_answer WHERE id IN (SELECT column1 FROM wanted) RETURNING id"


def prune(database: Database, now: datetime) -> int:
    """Remove what has been kept for its time; return how many rows that were."""
    return _remove(database, _OLD_WANTS, _DROP_WANTS, to_micros(now - WANTS_KEPT)) + _remove(
        database, _OLD_ANSWERS, _DROP_ANSWERS, to_micros(now - ANSWERS_KEPT)
    )


def _remove(database: Database, old: str, drop: str, before: int) -> int:
    removed = 0
    while True:
        with database.writing():
            portion = database.rows(database.skipping(old), (before, PORTION))
            removed += len(database.rows_among(drop, portion))
        if len(portion) < PORTION:
            return removed
