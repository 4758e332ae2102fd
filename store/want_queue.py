"""Wants on their way to GitHub: handed out one by one, the one that is due longest first.

Who was handed a want holds it for a minute, and longer for the asking. Should the holder die, it is handed out again;
should it merely be slow, two ask, and the second finds it settled: a change speaks of the try that was claimed.
"""

# ruff: noqa: S608 -- statements are composed of this room's constants; what comes from outside is bound

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from resolver.locks import repository_lock
from resolver.model.asking import Asked, ClaimedWant, want_of
from resolver.model.wants import WantChange
from store.database import Database, Row
from store.times import from_micros, to_micros
from store.waiting import CLOCKS_DIFFER

HELD_FOR = timedelta(seconds=60)
"""How long a want is its holder's alone, unless the holder asks for more."""
LONGEST_WAIT = timedelta(days=1)
"""No want waits longer for its next try."""

_WAITS = f"w.status = '{Asked.WAITING}'"
# As of deliveries: a time that lies further ahead than any is ever set was set by a clock that has been put back.
_FREE = "(w.held_until <= ? OR w.held_until > ?)"
_NEXT = f"""
SELECT w.id, w.repository_id, w.want_key, w.tries, w.wanted_at FROM want w
WHERE {_WAITS} AND w.next_try_at %s ? AND {_FREE} ORDER BY w.next_try_at, w.id LIMIT 1
"""
_DUE, _AHEAD = _NEXT % "<=", _NEXT % ">"
_HOLD = "UPDATE want SET tries = tries + 1, held_until = ? WHERE id = ?"
_MINE = f"SELECT w.refusal FROM want w WHERE w.id = ? AND w.tries = ? AND {_WAITS}"
_CHANGE = """
UPDATE want SET status = ?, error = ?, refusal = ?, tries = ?, next_try_at = ?, held_until = 0, answered_at = ?
WHERE id = ?
"""
_KEEP = f"UPDATE want SET held_until = ? WHERE id = ? AND tries = ? AND status = '{Asked.WAITING}'"


class WantQueue:
    """Wants that wait to be asked. Each method is a transaction of its own."""

    def __init__(self, database: Database) -> None:
        """Hand out the wants of a database."""
        self._db = database

    def claim(self, at: datetime) -> ClaimedWant | None:
        """Return the want that is due longest and that nobody holds; its try is counted on disk before this returns.

        One that nobody survived comes again, with one try more: its holder is to give it up by their number. One
        whose key cannot be read is set aside as dead.
        """
        while self._any(at):
            with self._db.writing():
                row = self._first(at, self._db.skipping)
                if row is None:
                    return None
                self._db.change(_HOLD, (to_micros(at + HELD_FOR), row[0]))
            claimed = self._unpack(row, at)
            if claimed is not None:
                return claimed
        return None

    @contextmanager
    def settling(self, claimed: ClaimedWant, change: WantChange, *locks: str) -> Iterator[bool]:
        """Run a transaction that changes a want that was claimed, and keeps what was told, or resolves by it.

        The change is there already inside. Holds the lock of the want's repository, and those given. Yields False,
        and changes nothing, when the want is settled already, or somebody else has it.
        """
        # The row after the locks: who notes wants holds the repository's lock, and may come upon this row then.
        with self._db.writing(repository_lock(claimed.want.repository_id), *locks):
            yield self._apply(claimed, change) is not None

    def postpone(self, claimed: ClaimedWant, change: WantChange) -> bool:
        """Change a want that stays to be asked, and nothing else; return whether its refusal is another one now."""
        with self._db.writing():
            before = self._apply(claimed, change)
        return before is not None and before[0] != change.refusal

    def keep_hold(self, claimed: ClaimedWant, at: datetime) -> bool:
        """Hold a want for a minute from a time on; False when it is settled, or somebody else's."""
        with self._db.writing():
            return self._db.change(_KEEP, (to_micros(at + HELD_FOR), claimed.id, claimed.tries)) > 0

    def _any(self, at: datetime) -> bool:
        """Look without a lock: this is done many times a second, mostly in vain."""
        with self._db.reading():
            return self._first(at, lambda sql: sql) is not None

    def _first(self, at: datetime, dialect: Callable[[str], str]) -> Row | None:
        free = (to_micros(at), to_micros(at + HELD_FOR + CLOCKS_DIFFER))
        row = self._db.row(dialect(_DUE), (to_micros(at), *free))
        return row or self._db.row(dialect(_AHEAD), (to_micros(at + LONGEST_WAIT + CLOCKS_DIFFER), *free))

    def _unpack(self, row: Row, at: datetime) -> ClaimedWant | None:
        """Read what is wanted, after its try was counted: nothing that a row holds can block the others."""
        want_id, repository_id, key, tries, wanted_at = row
        try:
            want = want_of(repository_id, key)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            self._set_aside(want_id, tries + 1, f"what was kept of it cannot be read: {error!r}", at)
            return None
        return ClaimedWant(want_id, want, tries + 1, from_micros(wanted_at))

    def _set_aside(self, want_id: int, tries: int, error: str, at: datetime) -> None:
        with self._db.writing():
            if self._db.row(self._db.locking(_MINE), (want_id, tries)) is not None:
                micros = to_micros(at)
                self._db.change(_CHANGE, (Asked.DEAD.value, error, None, tries, micros, micros, want_id))

    def _apply(self, claimed: ClaimedWant, change: WantChange) -> Row | None:
        """Change a want that is still the claimer's; return what its refusal was, and None when it is not."""
        before = self._db.row(self._db.locking(_MINE), (claimed.id, claimed.tries))
        if before is not None:
            tries = claimed.tries if change.counts else claimed.tries - 1
            retry_at = to_micros(min(change.retry_at or change.at, change.at + LONGEST_WAIT))
            answered_at = None if change.status is Asked.WAITING else to_micros(change.at)
            values = (change.status.value, change.error, change.refusal, tries, retry_at, answered_at)
            self._db.change(_CHANGE, (*values, claimed.id))
        return before
