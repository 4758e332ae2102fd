"""Looking into the inbox."""

from __future__ import annotations

from dataclasses import dataclass

from resolver.model.deliveries import Delivery, DeliveryStatus
from store.database import Row
from store.part import Part, below
from store.times import from_micros, from_optional

_DELIVERY = """
SELECT d.id, d.guid, d.event, d.action, d.repository_id, (
    SELECT n.name FROM repository_name n WHERE n.repository_id = d.repository_id
    ORDER BY n.as_of DESC, n.name DESC LIMIT 1
), d.status, d.error, d.tries, d.received_at, d.processed_at, d.next_try_at,
    d.pruned_at
FROM delivery d WHERE
"""
_OF_WORKSPACE = """
EXISTS (SELECT 1 FROM repository_workspace w WHERE w.repository_id = d.repository_id AND w.workspace = ?)
"""
_OF_NOBODY = "NOT EXISTS (SELECT 1 FROM repository_workspace w WHERE w.repository_id = d.repository_id)"
_BY_GUID = f"{_DELIVERY} d.guid = ?"
_PAGE = "d.id < ? ORDER BY d.id DESC LIMIT ?"
_WAITING = "d.status IN ('pending', 'failed')"
# The few that wait or are dead have indexes of their own, which SQLite uses where the query says what they say.
_OF_STATUS = {
    None: "1 = 1",
    DeliveryStatus.PENDING: f"{_WAITING} AND d.status = 'pending'",
    DeliveryStatus.FAILED: f"{_WAITING} AND d.status = 'failed'",
    DeliveryStatus.DEAD: "d.status = 'dead'",
    DeliveryStatus.DONE: "d.status = 'done'",
    DeliveryStatus.IGNORED: "d.status = 'ignored'",
}


@dataclass(frozen=True, slots=True)
class Whose:
    """Deliveries of a workspace's repositories; ``or_nobodys``: of those, too, that no workspace is known to have."""

    workspace: str
    or_nobodys: bool

    @property
    def condition(self) -> str:
        """The condition in SQL; the workspace is bound."""
        return f"({_OF_WORKSPACE} OR {_OF_NOBODY})" if self.or_nobodys else _OF_WORKSPACE


class DeliveryFacts(Part):
    """Looking deliveries up; their bodies stay where they are."""

    def deliveries(
        self, whose: Whose | None = None, *, status: DeliveryStatus | None, before: int | None, limit: int
    ) -> tuple[tuple[int, Delivery], ...]:
        """Return deliveries (some, or all) with their ids, newest first, from below the id ``before`` on."""
        sql, values = _DELIVERY + _OF_STATUS[status], []
        if whose is not None:
            sql, values = f"{sql} AND {whose.condition}", [whose.workspace]
        rows = self._db.rows(f"{sql} AND {_PAGE}", (*values, below(before), limit))
        return tuple((row[0], _to_delivery(row)) for row in rows)

    def delivery(self, guid: str, whose: Whose | None = None) -> Delivery | None:
        """Return one delivery, if it is among those (or any)."""
        if whose is None:
            row = self._db.row(_BY_GUID, (guid,))
        else:
            row = self._db.row(f"{_BY_GUID} AND {whose.condition}", (guid, whose.workspace))
        return None if row is None else _to_delivery(row)


def _to_delivery(row: Row) -> Delivery:
    status = DeliveryStatus(row[6])
    return Delivery(
        id=row[0],
        guid=row[1],
        event=row[2],
        action=row[3],
        repository_id=row[4],
        repository=row[5],
        status=status,
        error=row[7],
        tries=row[8],
        received_at=from_micros(row[9]),
        processed_at=from_optional(row[10]),
        next_try_at=from_micros(row[11]) if status is DeliveryStatus.FAILED else None,
        pruned_at=from_optional(row[12]),
    )
