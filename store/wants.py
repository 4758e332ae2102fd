"""What GitHub is asked for, and how it stands with each: noted once, however often it is wanted.

A want that was answered stays answered, but for three: what is not there now may be there a day later, what was given
up may go through then, and what an account may do changes.
"""

# ruff: noqa: S608 -- statements are composed of this room's constants; what comes from outside is bound

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from resolver.model.asking import Asked, Asking, Need, Want
from resolver.model.wants import WantSeen
from store.database import Row, Values
from store.part import Part, below
from store.rows import text_key
from store.times import from_micros, from_optional, to_micros
from store.want_queue import LONGEST_WAIT

ASKED_AGAIN = timedelta(days=1)
"""After how long what was not there, or was given up, is asked for again when it is wanted."""
CHANGES_AFTER = timedelta(minutes=1)
"""How soon a permission may be asked for once more after it was asked for in vain."""

Key = tuple[int, bytes]
"""A repository, and the hash of a want's key."""

_ASKING = "SELECT status, refusal FROM want WHERE repository_id = ? AND key_hash = ?"
_ADD = """
INSERT INTO want (
    repository_id, need, want_key, key_hash, status, tries, wanted_at, next_try_at, held_until, answered_at
) VALUES
"""
_UNLESS_THERE = "ON CONFLICT (repository_id, key_hash) DO NOTHING"
_OUTDATED = f"""
SELECT w.id FROM wanted CROSS JOIN want w WHERE w.repository_id = wanted.column1 AND w.key_hash = wanted.column2 AND (
    (w.status = '{Asked.DONE}' AND w.need = '{Need.PERMISSION}')
    OR (w.status IN ('{Asked.ABSENT}', '{Asked.DEAD}') AND (
        w.answered_at <= ? OR (w.need = '{Need.PERMISSION}' AND w.answered_at < ?)
    ))
)
"""
_ANEW = f"""
UPDATE want SET status = '{Asked.WAITING}', refusal = NULL, error = NULL, tries = 0, wanted_at = ?, next_try_at = ?,
    held_until = 0, answered_at = NULL WHERE id = ? AND status <> '{Asked.WAITING}'
"""
_ANSWERED = f"""
UPDATE want SET status = '{Asked.DONE}', refusal = NULL, error = NULL, held_until = 0, answered_at = ?
WHERE repository_id = ? AND key_hash = ? AND status <> '{Asked.DONE}'
"""
# Of one that waits, its refusal stays until somebody knows better.
_WAKE = f"""
UPDATE want SET next_try_at = ?, answered_at = NULL, status = '{Asked.WAITING}',
    tries = CASE WHEN status = '{Asked.DEAD}' THEN 0 ELSE tries END,
    wanted_at = CASE WHEN status = '{Asked.DEAD}' THEN ? ELSE wanted_at END
WHERE repository_id = ? AND (status = 'dead' OR refusal IS NOT NULL)
    AND status IN ('{Asked.WAITING}', '{Asked.DEAD}')
"""
_SEEN = """
SELECT w.id, w.repository_id, (
    SELECT n.name FROM repository_name n WHERE n.repository_id = w.repository_id
    ORDER BY n.as_of DESC, n.name DESC LIMIT 1
), w.need, w.want_key, w.status, w.refusal, w.error, w.tries, w.wanted_at, w.next_try_at, w.answered_at
FROM want w WHERE
"""
_ALL = f"{_SEEN} w.id < ? ORDER BY w.id DESC LIMIT ?"
_OF_STATUS = f"{_SEEN} w.status = ? AND w.id < ? ORDER BY w.id DESC LIMIT ?"
_COUNTS = "SELECT status, need, COUNT(*) FROM want GROUP BY status, need"


class WantFacts(Part):
    """Looking up what GitHub is asked for."""

    def asking(self, want: Want) -> Asking | None:
        """Return how it stands with a want; None when nobody has wanted it."""
        row = self._db.row(_ASKING, (want.repository_id, text_key(want.key)))
        return None if row is None else Asking(Asked(row[0]), row[1])

    def wants(self, *, status: Asked | None = None, before: int | None, limit: int) -> tuple[tuple[int, WantSeen], ...]:
        """Return wants with their ids, the last noted first, from below the id ``before`` on."""
        if status is None:
            rows = self._db.rows(_ALL, (below(before), limit))
        else:
            rows = self._db.rows(_OF_STATUS, (status.value, below(before), limit))
        return tuple((row[0], _to_seen(row)) for row in rows)

    def want_counts(self) -> dict[tuple[Asked, Need], int]:
        """Return how many wants there are of each status and need that there are any of."""
        return {(Asked(status), Need(need)): count for status, need, count in self._db.rows(_COUNTS)}


class WantLedger(WantFacts):
    """Noting what GitHub is to be asked for."""

    def put_wants(self, wants: Iterable[Want], at: datetime, *, due: datetime) -> None:
        """Have GitHub asked for facts, from ``due`` on; each once, however often it is wanted.

        One that was answered with nothing, or was given up, is asked again when it is wanted a day or more later, and a
        permission whenever it is wanted (in vain, after a minute).
        """
        named = _named(wants)
        wanted_at, next_try_at = to_micros(at), to_micros(min(due, at + LONGEST_WAIT))
        if self._add(named, (Asked.WAITING.value, 0, wanted_at, next_try_at, 0, None)) == len(named):
            return
        changed, lately = to_micros(at - CHANGES_AFTER), to_micros(at - ASKED_AGAIN)
        for (want_id,) in self._db.rows_among(_OUTDATED, list(named), (lately, changed)):
            self._db.change(_ANEW, (wanted_at, next_try_at, want_id))

    def put_answered(self, wants: Iterable[Want], at: datetime) -> bool:
        """Keep that facts are known: GitHub need not be asked for them. Returns whether any was not."""
        named, now = _named(wants), to_micros(at)
        added = self._add(named, (Asked.DONE.value, 0, now, now, 0, now))
        changed = 0 if added == len(named) else sum(self._db.change(_ANSWERED, (now, *key)) for key in named)
        return added + changed > 0

    def _add(self, named: Mapping[Key, Want], state: Values) -> int:
        """Add those that are not there; ``state`` is how it stands with each. Returns how many that were."""
        rows = [(key[0], want.need.value, want.key, key[1], *state) for key, want in named.items()]
        return self._db.insert(_ADD, rows, _UNLESS_THERE)

    def wake_wants(self, repository_ids: Iterable[int], now: datetime) -> int:
        """Have GitHub asked again, from now on, for what it could not be asked for in some repositories.

        What was given up is among it, with all its tries. What was refused stays so until it has been asked for.
        Returns how many wants that are.
        """
        at = to_micros(now)
        return sum(self._db.change(_WAKE, (at, at, one)) for one in sorted(set(repository_ids)))


def _named(wants: Iterable[Want]) -> dict[Key, Want]:
    """Return wants by what is unique about each, in one order: whoever adds the same waits in no circle."""
    named = {(want.repository_id, text_key(want.key)): want for want in wants}
    return dict(sorted(named.items(), key=lambda item: item[0]))


def _to_seen(row: Row) -> WantSeen:
    status = Asked(row[5])
    return WantSeen(
        repository_id=row[1],
        repository=row[2],
        need=row[3],
        key=row[4],
        status=status,
        refusal=row[6],
        error=row[7],
        tries=row[8],
        wanted_at=from_micros(row[9]),
        next_try_at=from_micros(row[10]) if status is Asked.WAITING else None,
        answered_at=from_optional(row[11]),
    )
