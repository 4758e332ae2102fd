"""Where recurring and long work stands: a small state under a name, and turns that one worker at a time takes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from store.database import Database, Values
from store.part import Part
from store.times import to_micros
from store.waiting import CLOCKS_DIFFER

_STATE = "SELECT state FROM progress WHERE name = ?"
_SAVE = """
INSERT INTO progress (name, state, due_at, held_until, updated_at) VALUES (?, ?, 0, 0, ?)
ON CONFLICT (name) DO UPDATE SET state = excluded.state, updated_at = excluded.updated_at
"""
_BEGIN = """
INSERT INTO progress (name, state, due_at, held_until, updated_at) VALUES (?, '{}', 0, 0, ?)
ON CONFLICT (name) DO NOTHING
"""
# As of deliveries: a time that lies further ahead than it is ever set was set by a clock that has been put back.
_IS_FREE = "name = ? AND (due_at <= ? OR due_at > ?) AND (held_until <= ? OR held_until > ?)"
_MAY_TAKE = f"SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM progress WHERE name = ? AND NOT ({_IS_FREE}))"  # noqa: S608
_TAKE = f"UPDATE progress SET held_until = ? WHERE {_IS_FREE} RETURNING state"  # noqa: S608 -- composed of constants
_HOLD = "UPDATE progress SET held_until = ? WHERE name = ?"
_END = """
INSERT INTO progress (name, state, due_at, held_until, updated_at) VALUES (?, ?, ?, 0, ?)
ON CONFLICT (name) DO UPDATE
SET state = excluded.state, due_at = excluded.due_at, held_until = 0, updated_at = excluded.updated_at
"""


class ProgressFacts(Part):
    """Looking up where work stands."""

    def progress(self, name: str) -> dict[str, Any] | None:
        """Return the state that was saved under a name, empty while the first turn lasts; None when there is none."""
        row = self._db.row(_STATE, (name,))
        return None if row is None else json.loads(row[0])


class ProgressLedger(ProgressFacts):
    """Saving where work stands, in the transaction that did it."""

    def save_progress(self, name: str, state: Mapping[str, Any], at: datetime) -> None:
        """Save a state, which JSON can hold, under a name."""
        self._db.change(_SAVE, (name, _written(state), to_micros(at)))


class Turns:
    """Work that recurs, of which one worker at a time takes a turn. Each method is a transaction of its own."""

    def __init__(self, database: Database) -> None:
        """Keep turns in a database."""
        self._db = database

    def take(self, name: str, now: datetime, *, every: timedelta, hold: timedelta) -> dict[str, Any] | None:
        """Take a turn for the time of ``hold``; return the state that the last one left, empty before the first.

        None when it is not due yet, or somebody else's. No turn is due later than ``every`` from now: with none at
        all, it is due at once.
        """
        ahead = (now + every + min(every, CLOCKS_DIFFER), now + hold + CLOCKS_DIFFER)
        due = to_micros(now)
        free: Values = (name, due, to_micros(ahead[0]), due, to_micros(ahead[1]))
        with self._db.reading():  # done often, mostly in vain
            if self._db.row(_MAY_TAKE, (name, *free)) is None:
                return None
        with self._db.writing():
            self._db.change(_BEGIN, (name, due))
            row = self._db.row(_TAKE, (to_micros(now + hold), *free))
        return None if row is None else json.loads(row[0])

    def hold(self, name: str, now: datetime, *, hold: timedelta) -> None:
        """Hold a turn that was taken for longer, from now on."""
        with self._db.writing():
            self._db.change(_HOLD, (to_micros(now + hold), name))

    def end(self, name: str, state: Mapping[str, Any], now: datetime, *, every: timedelta) -> None:
        """End a turn and leave a state for the next one, which is due ``every`` from now."""
        with self._db.writing():
            self._db.change(_END, (name, _written(state), to_micros(now + every), to_micros(now)))


def _written(state: Mapping[str, Any]) -> str:
    return json.dumps(dict(state), allow_nan=False)
