"""The inbox: deliveries as they came in, durable before they are acknowledged, processed at least once, in order.

A delivery *waits* while it is ``pending`` or ``failed``, and is *due* when its time to be tried has come. Of one
repository only the oldest due one is handed out, and who was handed one holds it for some seconds. Should the
holder die, it is handed out again; should it merely be slow, two process it and the second finds it done.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from resolver.errors import ConflictError
from resolver.model.deliveries import Claimed, Delivery, NewDelivery, Recorded
from store.database import Database, Row
from store.deliveries import DeliveryFacts
from store.rows import body_hash
from store.times import from_micros, now, to_micros, to_optional
from store.waiting import HELD_FOR, Waiting

MOST_TRIES = 10
"""After so many tries a delivery is dead (SPEC §3)."""

_RECORD = """
INSERT INTO delivery (guid, event, action, repository_id, headers, body, body_sha256, status, error, tries,
    received_at, processed_at, next_try_at, held_until) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, NULL, 0, 0)
ON CONFLICT (guid) DO NOTHING
"""
_BODY = "SELECT body_sha256 FROM delivery WHERE guid = ?"
_CONFLICT = """
INSERT INTO delivery_conflict (guid, body_sha256, body, headers, received_at, count) VALUES (?, ?, ?, ?, ?, 1)
ON CONFLICT (guid, body_sha256) DO UPDATE SET count = delivery_conflict.count + 1
"""
_HOLD = "UPDATE delivery SET tries = tries + 1, held_until = ? WHERE id = ?"
_WAITS = "SELECT 1 FROM delivery WHERE id = ? AND status IN ('pending', 'failed')"
_DONE = """
UPDATE delivery SET status = 'done', error = NULL, processed_at = ?, next_try_at = 0, held_until = 0 WHERE id = ?
"""
_FAIL = """
UPDATE delivery SET status = ?, error = ?, next_try_at = ?, held_until = 0
WHERE id = ? AND tries = ? AND status IN ('pending', 'failed')
"""
_REPLAY = """
UPDATE delivery SET status = 'pending', error = NULL, tries = 0, processed_at = NULL, next_try_at = ?, held_until = 0
WHERE guid = ? AND pruned_at IS NULL
"""


class Inbox:
    """Deliveries on their way in. Each method is a transaction of its own."""

    def __init__(self, database: Database) -> None:
        """Keep deliveries in a database."""
        self._db = database

    def record(self, delivery: NewDelivery) -> Recorded:
        """Keep a delivery as it came in; it is on disk when this returns."""
        digest = body_hash(delivery.body)
        body = zlib.compress(delivery.body, 1)
        headers = json.dumps(dict(delivery.headers))
        received_at = to_micros(delivery.received_at)
        values = (
            delivery.guid,
            delivery.event,
            delivery.action,
            delivery.repository_id,
            headers,
            body,
            digest,
            delivery.status.value,
            delivery.error,
            received_at,
        )
        with self._db.writing():
            if self._db.change(_RECORD, values):
                return Recorded.STORED
            if bytes(self._db.rows(_BODY, (delivery.guid,))[0][0]) == digest:
                return Recorded.DUPLICATE
            self._db.change(_CONFLICT, (delivery.guid, digest, body, headers, received_at))
            return Recorded.CONFLICT

    def claim(self, at: datetime) -> Claimed | None:
        """Return the oldest due delivery that nobody holds; its try is counted on disk before this returns.

        One whose body cannot be read any more is set aside as dead, and so is one that nobody survived.
        """
        waiting = Waiting(at)
        while candidates := self._candidates(waiting):
            with self._db.writing():
                row = waiting.take(self._db, candidates)
                if row is None:
                    return None
                held = self._hold(row, to_micros(at + HELD_FOR))
            claimed = self._unpack(row) if held else None
            if claimed is not None:
                return claimed
        return None

    def _candidates(self, waiting: Waiting) -> list[int]:
        """Look without a lock: this is done many times a second, mostly in vain."""
        with self._db.reading():
            return waiting.candidates(self._db)

    def _hold(self, row: Row, held_until: int) -> bool:
        """Count a try; return False for a delivery that has had all of them. Its last holder's time is over."""
        delivery_id, tries = row[0], row[5]
        if tries >= MOST_TRIES:
            error = f"{tries} tries did not get through it, and the last one ended without a word"
            self._db.change(_FAIL, ("dead", error, 0, delivery_id, tries))
            return False
        self._db.change(_HOLD, (held_until, delivery_id))
        return True

    def _unpack(self, row: Row) -> Claimed | None:
        """Read what was kept, after its try was counted: nothing that it holds can block the inbox."""
        delivery_id, guid, event, headers, body, tries, received_at = row
        try:
            content_type, raw = _content_type(headers), zlib.decompress(body)
        except (zlib.error, ValueError) as error:
            self._set_aside(delivery_id, tries + 1, "dead", f"what was kept of it cannot be read: {error}", 0)
            return None
        return Claimed(delivery_id, guid, event, content_type, raw, tries + 1, from_micros(received_at))

    @contextmanager
    def processing(self, claimed: Claimed, *locks: str) -> Iterator[bool]:
        """Run the transaction that processes a delivery, and mark it done in it.

        Yields False when another worker has done so already; waits for one that is at it.
        """
        with self._db.writing():
            # Not passing over a locked row: a claim that came to nothing may lock it for a moment.
            waits = self._db.row(self._db.locking(_WAITS), (claimed.id,)) is not None
            if waits:
                self._db.lock(locks)
            yield waits
            if waits:
                self._db.change(_DONE, (to_micros(now()), claimed.id))

    def fail(self, claimed: Claimed, *, error: str, retry_at: datetime | None) -> None:
        """Keep why a try failed, and when to try again: None sets the delivery aside as dead.

        It speaks of the try that was claimed: once there was another, or a replay, it says nothing any more.
        """
        status = "dead" if retry_at is None else "failed"
        self._set_aside(claimed.id, claimed.tries, status, error, to_optional(retry_at) or 0)

    def replay(self, guid: str, at: datetime) -> Delivery | None:
        """Make a delivery pending again from a time on, with all its tries; None when there is none of that name.

        Raises ConflictError for one whose body is not kept any more.
        """
        with self._db.writing():
            replayed = self._db.change(_REPLAY, (to_micros(at), guid))
            found = DeliveryFacts(self._db).delivery(guid)
            if found is not None and not replayed:
                raise ConflictError(
                    f"delivery {guid} is too old: its body was dropped, so it cannot be processed again"
                )
            return found

    def _set_aside(self, delivery_id: int, tries: int, status: str, error: str, next_try_at: int) -> None:
        with self._db.writing():
            self._db.change(_FAIL, (status, error, next_try_at, delivery_id, tries))


def _content_type(headers: str) -> str:
    found: dict[str, str] = json.loads(headers)
    return next((value for name, value in found.items() if name.lower() == "content-type"), "")
