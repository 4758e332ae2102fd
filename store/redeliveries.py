"""Missed deliveries: which of GitHub's the inbox never saw, and which of them it was asked to make again, each once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from store.database import Database
from store.times import from_micros, to_micros

_THERE = "SELECT d.guid FROM wanted CROSS JOIN delivery d WHERE d.guid = wanted.column1"
_ADD = """
INSERT INTO redelivery (guid, delivery_id, asked_at, done) VALUES (?, ?, ?, 0) ON CONFLICT (guid) DO NOTHING
"""
_OPEN = "SELECT guid, delivery_id, asked_at FROM redelivery WHERE done = 0 ORDER BY asked_at, guid"
_AGAIN = "UPDATE redelivery SET delivery_id = ?, asked_at = ?, done = 0 WHERE guid = ? AND done = 1 AND delivery_id < ?"
_CLOSE = "UPDATE redelivery SET done = 1 WHERE guid = ?"


class Redeliveries:
    """What GitHub is asked to deliver again. Each method is a transaction of its own."""

    def __init__(self, database: Database) -> None:
        """Keep them in a database."""
        self._db = database

    def missing(self, guids: Iterable[str]) -> frozenset[str]:
        """Return those GUIDs that no delivery in the inbox bears, whatever its status."""
        wanted = frozenset(guids)
        with self._db.reading():
            there = self._db.rows_among(_THERE, [(guid,) for guid in sorted(wanted)])
        return wanted - {guid for (guid,) in there}

    def note(self, guid: str, delivery_id: int, at: datetime) -> bool:
        """Note that GitHub is to be asked for a delivery; True only for whoever noted it first."""
        with self._db.writing():
            return self._db.change(_ADD, (guid, delivery_id, to_micros(at))) > 0

    def note_again(self, guid: str, delivery_id: int, at: datetime) -> bool:
        """Note that GitHub is to be asked for a delivery whose later attempt failed too; True once for each attempt."""
        with self._db.writing():
            return self._db.change(_AGAIN, (delivery_id, to_micros(at), guid, delivery_id)) > 0

    def open(self) -> tuple[tuple[str, int, datetime], ...]:
        """Return ``(guid, delivery_id, asked_at)`` of those that were noted and not closed, oldest first."""
        with self._db.reading():
            return tuple((guid, number, from_micros(at)) for guid, number, at in self._db.rows(_OPEN))

    def close(self, guid: str) -> None:
        """Note that nothing is left to be done about a delivery."""
        with self._db.writing():
            self._db.change(_CLOSE, (guid,))
