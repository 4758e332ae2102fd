"""Raw deliveries are kept for a time; then their bodies and headers go, and the rows stay.

The row still says that a delivery of this GUID was stored, so the same one is a duplicate for ever (SPEC §3), and what
was received by its hash. Only what is ``done`` or ``ignored`` goes: what waits will be processed, and what is dead was
never taken in, so it stays until somebody replays it.

Rows are gone through in the order of their ids, which is that of arrival, from where the last turn ended: no index is
needed that each delivery would pay for. Each portion is a short transaction, with a pause behind it for other writers.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Final

from store.database import Database
from store.progress import ProgressLedger
from store.times import from_micros

RETENTION: Final = "retention of {table}"
"""The name under which it is kept how far the bodies of a table are gone."""
PORTION: Final = 100
"""Rows whose bodies go at once: some milliseconds."""
PAUSE: Final = 0.01
"""Seconds between two portions: whoever waits for the one writer is served first."""
MOST: Final = 2000
"""Portions in one turn; with one each hour, that is nearly five million deliveries a day."""
MOST_LEFT: Final = 1000
"""How many deliveries that could not go yet are looked at again in each turn."""

_TABLES: Final = ("delivery", "delivery_conflict")
_NEXT: Final = {
    "delivery": "SELECT d.id, d.received_at, d.status IN ('done', 'ignored') FROM delivery d "
    "WHERE d.id > ? ORDER BY d.id LIMIT ?",
    "delivery_conflict": "SELECT c.id, c.received_at, 1 FROM delivery_conflict c WHERE c.id > ? ORDER BY c.id LIMIT ?",
}
_DROP: Final = {
    "delivery": "UPDATE delivery SET body = ?, headers = '{}', pruned_at = ? "
    "WHERE id IN (SELECT column1 FROM wanted) AND pruned_at IS NULL AND status IN ('done', 'ignored') RETURNING id",
    "delivery_conflict": "UPDATE delivery_conflict SET body = ?, headers = '{}', pruned_at = ? "
    "WHERE id IN (SELECT column1 FROM wanted) AND pruned_at IS NULL RETURNING id",
}

_READY: Final = """
SELECT d.id FROM wanted CROSS JOIN delivery d
WHERE d.id = wanted.column1 AND d.received_at < ? AND (d.status IN ('done', 'ignored') OR d.pruned_at IS NOT NULL)
"""


@dataclass(slots=True)
class _Turn:
    """Where a turn stands: up to which id all is gone but what is ``left``."""

    upto: int
    left: list[int]

    @property
    def state(self) -> dict[str, Any]:
        return {"upto": self.upto, "left": self.left}


def prune_deliveries(database: Database, *, before: int, now: int, pause: float = PAUSE) -> int:
    """Drop the bodies of deliveries received before a time; return of how many. Times are microseconds."""
    return sum(_prune(database, table, before, now, pause) for table in _TABLES)


def _prune(database: Database, table: str, before: int, now: int, pause: float) -> int:
    with database.reading():
        kept = ProgressLedger(database).progress(RETENTION.format(table=table)) or {}
    turn = _Turn(int(kept.get("upto", 0)), [int(one) for one in kept.get("left", ())])
    dropped = _revisit(database, table, turn, before, now)
    for _ in range(MOST):
        with database.reading():
            rows = database.rows(_NEXT[table], (turn.upto, PORTION))
        old = [row for row in rows if row[1] < before]
        if not old:
            break
        turn.upto = old[-1][0]
        # A clock that went back and forth leaves younger ones among the old.
        passed = (row[0] for row in rows if row[0] <= turn.upto and not (row[1] < before and row[2]))
        turn.left = [*turn.left, *passed][:MOST_LEFT]
        dropped += len(_drop(database, table, [row[0] for row in old if row[2]], turn, now))
        if len(rows) < PORTION:
            break
        time.sleep(pause)
    return dropped


def _revisit(database: Database, table: str, turn: _Turn, before: int, now: int) -> int:
    """Drop what could not go in former turns, and can now."""
    count = 0
    for start in range(0, len(turn.left), PORTION):
        part = turn.left[start : start + PORTION]
        with database.reading():
            ready = [row[0] for row in database.rows_among(_READY, [(one,) for one in part], (before,))] if part else []
        if ready:
            count += len(_drop(database, table, ready, _Turn(turn.upto, [x for x in turn.left if x not in ready]), now))
            turn.left = [one for one in turn.left if one not in ready]
    return count


def _drop(database: Database, table: str, ids: list[int], turn: _Turn, now: int) -> list[int]:
    """Drop some bodies and note how far this is, in one transaction."""
    with database.writing():
        rows = database.rows_among(_DROP[table], [(one,) for one in ids], (b"", now)) if ids else []
        ProgressLedger(database).save_progress(RETENTION.format(table=table), turn.state, from_micros(now))
    return [row[0] for row in rows]
