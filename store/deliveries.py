"""Looking into the inbox."""

from __future__ import annotations

from resolver.model.deliveries import Delivery, DeliveryStatus
from store.database import Row
from store.part import Part, below
from store.times import from_micros, from_optional

_DELIVERY = """
SELECT d.id, d.guid, d.event, d.action, d.repository_id, (
    SELECT n.name FROM repository_name n WHERE n.repository_id = d.repository_id
    ORDER BY n.as_of DESC, n.name DESC LIMIT 1
), d.status, d.error, d.tries, d.received_at, d.processed_at, d.next_try_at
FROM delivery d WHERE
"""
_BY_GUID = f"{_DELIVERY} d.guid = ?"
_PAGE = "d.id < ? ORDER BY d.id DESC LIMIT ?"
_ALL = f"{_DELIVERY} {_PAGE}"
_WAITING = "d.status IN ('pending', 'failed')"
# The few that wait or are dead have indexes of their own, which SQLite uses where the query says what they say.
_OF_STATUS = {
    DeliveryStatus.PENDING: f"{_DELIVERY} {_WAITING} AND d.status = 'pending' AND {_PAGE}",
    DeliveryStatus.FAILED: f"{_DELIVERY} {_WAITING} AND d.status = 'failed' AND {_PAGE}",
    DeliveryStatus.DEAD: f"{_DELIVERY} d.status = 'dead' AND {_PAGE}",
    DeliveryStatus.DONE: f"{_DELIVERY} d.status = 'done' AND {_PAGE}",
    DeliveryStatus.IGNORED: f"{_DELIVERY} d.status = 'ignored' AND {_PAGE}",
}


class DeliveryFacts(Part):
    """Looking deliveries up; their bodies stay where they are."""

    def deliveries(
        self, *, status: DeliveryStatus | None, before: int | None, limit: int
    ) -> tuple[tuple[int, Delivery], ...]:
        """Return deliveries with their ids, newest first, from below the id ``before`` on."""
        rows = self._db.rows(_ALL if status is None else _OF_STATUS[status], (below(before), limit))
        return tuple((row[0], _to_delivery(row)) for row in rows)

    def delivery(self, guid: str) -> Delivery | None:
        """Return one delivery."""
        row = self._db.row(_BY_GUID, (guid,))
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
    )
