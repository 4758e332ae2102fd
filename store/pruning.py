"""What is not kept for ever: answered wants, GitHub's answers as they came (what they told stays), and old changes.

It goes in small portions, each a transaction of its own, so that nobody waits long for the one writer.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from store.database import Database, Row
from store.posting_queue import PostingQueue
from store.progress import ProgressFacts, ProgressLedger
from store.times import from_micros, to_micros

FORGOTTEN: Final = "changes forgotten of {workspace}"
"""The name under which it is kept how far a workspace's changes are gone: what is gone of others is none of its."""
WANTS_KEPT = timedelta(days=90)
ANSWERS_KEPT = timedelta(days=30)
CHANGES_KEPT = timedelta(days=30)
PORTION = 100
"""Rows that go at once."""

_OLD_WANTS = "SELECT id FROM want WHERE answered_at < ? ORDER BY answered_at LIMIT ?"
_OLD_ANSWERS = "SELECT id FROM github_answer WHERE kept_at < ? ORDER BY kept_at LIMIT ?"
# The newest one stays, so that ids go on from it.
_OLD_CHANGES = """
SELECT id FROM change WHERE changed_at < ? AND id < (SELECT MAX(id) FROM change) ORDER BY changed_at LIMIT ?
"""
_DROP_CHANGES = "DELETE FROM change WHERE id IN (SELECT column1 FROM wanted) RETURNING id, workspace"
_DROP_WANTS = "DELETE FROM want WHERE id IN (SELECT column1 FROM wanted) RETURNING id"
_DROP_ANSWERS = "DELETE FROM github_answer WHERE id IN (SELECT column1 FROM wanted) RETURNING id"


def prune(database: Database, now: datetime) -> int:
    """Remove what has been kept for its time; return how many rows that were."""
    return (
        _remove(database, _OLD_WANTS, _DROP_WANTS, to_micros(now - WANTS_KEPT))
        + _remove(database, _OLD_ANSWERS, _DROP_ANSWERS, to_micros(now - ANSWERS_KEPT))
        + _remove(database, _OLD_CHANGES, _DROP_CHANGES, to_micros(now - CHANGES_KEPT), then=_forgot_changes)
        + PostingQueue(database).prune(now, PORTION)
    )


def _remove(
    database: Database, old: str, drop: str, before: int, then: Callable[[Database, list[Row]], None] | None = None
) -> int:
    removed = 0
    while True:
        with database.writing():
            portion = database.rows(database.skipping(old), (before, PORTION))
            dropped = database.rows_among(drop, portion)
            removed += len(dropped)
            if then is not None and dropped:
                then(database, dropped)
        if len(portion) < PORTION:
            return removed


def _forgot_changes(database: Database, dropped: list[Row]) -> None:
    """Remember up to which id a workspace's changes are gone: whoever has not read so far has to be told."""
    ledger = ProgressLedger(database)
    at = from_micros(database.time())
    newest = {workspace: change_id for change_id, workspace in sorted(dropped)}
    for workspace, change_id in newest.items():
        upto = max(forgotten_changes(ledger, workspace), change_id)
        ledger.save_progress(FORGOTTEN.format(workspace=workspace), {"upto": upto}, at)


def forgotten_changes(facts: ProgressFacts, workspace: str) -> int:
    """Return the id up to which changes of a workspace may be gone; 0 when all are there."""
    return int((facts.progress(FORGOTTEN.format(workspace=workspace)) or {}).get("upto", 0))
