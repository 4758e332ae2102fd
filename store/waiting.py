"""Who is next: the deliveries that may be handed out now, found without walking through all that wait.

Of one repository only the oldest due delivery may be handed out. Usually that is among the few that wait longest.
Where it is not (a thousand wait behind one that is held), each repository's oldest due one is stepped to, by an
index that is ordered by repository: the cost is that of the repositories that wait, not of what waits behind their
first. Deliveries without a repository wait for nobody.
"""

# ruff: noqa: S608 -- statements are composed of this room's constants; what comes from outside is bound

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from store.database import Database, Row
from store.times import to_micros

HELD_FOR = timedelta(seconds=5)
"""How long a delivery is its holder's alone before it is being processed: far longer than it takes to read one."""
LONGEST_WAIT = timedelta(minutes=10)
"""No failed delivery waits longer for its next try."""
CLOCKS_DIFFER = timedelta(seconds=30)
"""By how much the present of two workers may differ, since one looked at its clock and then waited for a lock."""

_LARGE = 256 * 1024
"""Compressed bytes of bodies after which no more are handed out together: large deliveries take their time."""
_MANY = 32
"""How many candidates are looked for at once: some more than there are workers that look at the same time."""


def _waits(row: str) -> str:
    return f"{row}.status IN ('pending', 'failed')"


# A time that lies further ahead than any that is ever set was set by a clock that has been put back since.
def _due(row: str) -> str:
    return f"({row}.next_try_at <= ? OR {row}.next_try_at > ?)"


def _free(row: str) -> str:
    return f"({row}.held_until <= ? OR {row}.held_until > ?)"


# The first due one from this repository on is this repository's, as long as it has any: so put, only the index by
# repository can answer, whatever a planner thinks of the numbers.
def _first(row: str) -> str:
    return f"""
({row}.repository_id IS NULL OR {row}.id = (
    SELECT o.id FROM delivery o WHERE {_waits("o")} AND {_due("o")} AND o.repository_id >= {row}.repository_id
    ORDER BY o.repository_id, o.id LIMIT 1
))
"""


# PostgreSQL may go on with a plan that it made when the table was empty: subqueries that it cannot turn into joins
# (and no bitmap scans, see ``store.address``) leave it none that reads all that waits.
_NEAR = f"""
SELECT few.id, CASE WHEN {_due("few")} AND {_free("few")} AND {_first("few")} THEN 1 ELSE 0 END FROM (
    SELECT w.id, w.repository_id, w.next_try_at, w.held_until FROM delivery w WHERE {_waits("w")}
    ORDER BY w.id LIMIT {_MANY}
) few
ORDER BY few.id
"""
_NEXT = f"""
FROM delivery o WHERE {_waits("o")} AND {_due("o")} AND o.repository_id > line.repository_id
ORDER BY o.repository_id, o.id LIMIT 1
"""
_FAR = f"""
WITH RECURSIVE line (repository_id, id) AS (
    SELECT CAST(-1 AS BIGINT), CAST(0 AS BIGINT)
    UNION ALL
    SELECT (SELECT o.repository_id {_NEXT}), (SELECT o.id {_NEXT}) FROM line WHERE line.repository_id IS NOT NULL
), alone (id) AS (
    SELECT d.id FROM delivery d WHERE {_waits("d")} AND d.repository_id IS NULL AND {_due("d")} AND {_free("d")}
    ORDER BY d.repository_id, d.id LIMIT {_MANY}
)
SELECT found.id FROM (
    SELECT (SELECT n.id FROM delivery n WHERE n.id = line.id AND {_free("n")}) AS id FROM line
    UNION ALL SELECT alone.id FROM alone
) found
WHERE found.id IS NOT NULL ORDER BY found.id LIMIT {_MANY}
"""
_TAKE = f"""
SELECT d.id, d.guid, d.event, d.headers, d.body, d.tries, d.received_at FROM delivery d
WHERE d.id = ? AND {_waits("d")} AND {_due("d")} AND {_free("d")} AND {_first("d")}
"""


# What is behind the first of a repository waits for it alone: whoever holds the first may hold them too.
_BEHIND = f"""
SELECT d.id, LENGTH(d.body), d.tries
FROM delivery f JOIN delivery d ON d.repository_id = f.repository_id AND d.id > f.id
WHERE f.id = ? AND {_waits("d")} AND {_due("d")} AND {_free("d")} ORDER BY d.repository_id, d.id LIMIT ?
"""
_TAKEN = """
SELECT d.id, d.guid, d.event, d.headers, d.body, d.tries, d.received_at
FROM wanted CROSS JOIN delivery d WHERE d.id = wanted.column1 ORDER BY d.id
"""


def _is_tried(row: Row) -> bool:
    return bool(row[5])


def _size(rows: list[Row]) -> int:
    return sum(len(row[4]) for row in rows)


@dataclass(frozen=True, slots=True)
class Waiting:
    """The deliveries that wait, as of a time."""

    at: datetime

    def candidates(self, database: Database) -> list[int]:
        """Return the ids of some that may be handed out, oldest first: none only when there is none."""
        due, free = self._due, self._free
        near = database.rows(_NEAR, (*due, *free, *due))
        found = [delivery_id for delivery_id, may_be_taken in near if may_be_taken]
        if not found and len(near) == _MANY:  # others wait behind these
            found = [delivery_id for (delivery_id,) in database.rows(_FAR, (*due, *due, *due, *free, *free))]
        return found

    def take(self, database: Database, candidates: list[int], most: int) -> list[Row]:
        """Lock the first that may still be handed out, and that nobody is processing; return what they hold.

        Behind one come those of its repository that wait for it alone. The first that was tried before comes alone.
        """
        due, free = self._due, self._free
        taken: list[Row] = []
        for delivery_id in candidates:
            row = database.row(database.skipping(_TAKE), (delivery_id, *due, *free, *due))
            if row is None:
                continue
            if _is_tried(row):
                return taken or [row]
            taken.append(row)
            if len(taken) < most and _size(taken) <= _LARGE:
                taken += self._behind(database, delivery_id, most=most - len(taken), room=_LARGE - _size(taken))
            if len(taken) >= most or _size(taken) > _LARGE:
                break
        return taken

    def _behind(self, database: Database, first: int, *, most: int, room: int) -> list[Row]:
        """Return those behind one of its repository, as far as there is room: up to one that was tried, or is large."""
        wanted = []
        found = database.rows(database.skipping(_BEHIND), (first, *self._due, *self._free, most))
        for delivery_id, size, tries in found:
            room -= size
            if tries or room < 0:
                break
            wanted.append((delivery_id,))
        return database.rows_among(_TAKEN, wanted)

    @property
    def _due(self) -> tuple[int, int]:
        return to_micros(self.at), to_micros(self.at + LONGEST_WAIT + CLOCKS_DIFFER)

    @property
    def _free(self) -> tuple[int, int]:
        return to_micros(self.at), to_micros(self.at + HELD_FOR + CLOCKS_DIFFER)
