"""The inbox: deliveries as they came in, durable before they are acknowledged, processed at least once, in order.

A delivery *waits* while it is ``pending`` or ``failed``, and is *due* when its time to be tried has come. Of one
repository only the oldest due one is handed out, and who was handed one holds it for some seconds. Should the
holder die, it is handed out again; should it merely be slow, two process it and the second finds it done.
"""

from __future__ import annotations

import functools
import json
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from resolver.errors import ConflictError
from resolver.model.deliveries import Claimed, Delivery, NewDelivery, Recorded
from store.database import Database, Row, marks
from store.deliveries import DeliveryFacts
from store.rows import body_hash
from store.times import from_micros, now, to_micros, to_optional
from store.waiting import HELD_FOR, Waiting

MOST_TRIES = 10
"""After so many tries a delivery is dead (SPEC §3)."""

_RECORD = """
INSERT INTO delivery (guid, event, action, repository_id, headers, body, body_sha256, status, error, received_at,
    tries, processed_at, next_try_at, held_until) VALUES {rows} ON CONFLICT (guid) DO NOTHING RETURNING guid
"""
_BODY = "SELECT body_sha256 FROM delivery WHERE guid = ?"
_CONFLICT = """
INSERT INTO delivery_conflict (guid, body_sha256, body, headers, received_at, count) VALUES (?, ?, ?, ?, ?, 1)
ON CONFLICT (guid, body_sha256) DO UPDATE SET count = delivery_conflict.count + 1
"""
_HOLD = """
UPDATE delivery SET tries = tries + 1, held_until = ? WHERE id IN (SELECT column1 FROM wanted) RETURNING id
"""
_HOLD_ON = """
UPDATE delivery SET held_until = ? WHERE id = ? AND tries = ? AND status IN ('pending', 'failed')
"""
_WAIT = """
SELECT d.id FROM delivery d WHERE d.id IN (SELECT column1 FROM wanted) AND d.status IN ('pending', 'failed')
ORDER BY d.id
"""
_DONE = """
UPDATE delivery SET status = 'done', error = NULL, processed_at = ?, next_try_at = 0, held_until = 0
WHERE id IN (SELECT column1 FROM wanted) RETURNING id
"""
_FAIL = """
UPDATE delivery SET status = ?, error = ?, next_try_at = ?, held_until = 0
WHERE id = ? AND tries = ? AND status IN ('pending', 'failed')
"""
_REPLAY = """
UPDATE delivery SET status = 'pending', error = NULL, tries = 0, processed_at = NULL, next_try_at = ?, held_until = 0
WHERE guid = ? AND pruned_at IS NULL
"""


class _Row(NamedTuple):
    """A delivery as ``_RECORD`` takes it."""

    guid: str
    event: str
    action: str | None
    repository_id: int | None
    headers: str
    body: bytes
    digest: bytes
    status: str
    error: str | None
    received_at: int


@dataclass(slots=True)
class Following:
    """Asks the transaction that ends with some deliveries done for those that are due next, at a time.

    A transaction of its own would cost as much again as processing a small delivery, and waits for its turn at the
    store twice. ``claimed`` is empty until all of it is on disk.
    """

    at: datetime
    most: int
    claimed: list[Claimed] = field(default_factory=list)


class Inbox:
    """Deliveries on their way in. Each method is a transaction of its own."""

    def __init__(self, database: Database) -> None:
        """Keep deliveries in a database."""
        self._db = database

    def record(self, delivery: NewDelivery) -> Recorded:
        """Keep a delivery as it came in; it is on disk when this returns."""
        row = _row(delivery)
        with self._db.writing():
            [recorded] = self._record((row,))
            if recorded is Recorded.CONFLICT:
                self._db.change(_CONFLICT, (row.guid, row.digest, row.body, row.headers, row.received_at))
        return recorded

    def record_all(self, deliveries: Sequence[NewDelivery]) -> list[Recorded]:
        """Keep deliveries as they came in, in their order; all are on disk when this returns.

        Of a conflict nothing is kept: whoever finds one offers it again, to ``record``.
        """
        rows = [_row(delivery) for delivery in deliveries]
        if not rows:
            return []
        with self._db.writing():
            return self._record(rows)

    def _record(self, rows: Sequence[_Row]) -> list[Recorded]:
        added = self._db.rows(_record(len(rows)), [value for row in rows for value in row])
        new = {guid for (guid,) in added}
        recorded = []
        for row in rows:
            if row.guid in new:
                new.remove(row.guid)  # the first of a name: one behind it in the same statement was passed over
                recorded.append(Recorded.STORED)
            else:
                known = bytes(self._db.rows(_BODY, (row.guid,))[0][0])
                recorded.append(Recorded.DUPLICATE if known == row.digest else Recorded.CONFLICT)
        return recorded

    def claim_some(self, at: datetime, *, most: int) -> list[Claimed]:
        """Return due deliveries that nobody holds, oldest first; their tries are counted on disk before this returns.

        One that was tried before comes alone: should it end its worker, it ends nobody else's try. One whose body
        cannot be read any more is set aside as dead, and so is one that nobody survived.
        """
        waiting = Waiting(at)
        while candidates := self._candidates(waiting):
            with self._db.writing():
                rows = waiting.take(self._db, candidates, most)
                if not rows:
                    return []
                held = self._hold(rows, to_micros(at + HELD_FOR))
            claimed = self._unpack(held)
            if claimed:
                return claimed
        return []

    def _hold_following(self, following: Following) -> list[Row]:
        waiting = Waiting(following.at)
        rows = waiting.take(self._db, waiting.candidates(self._db), following.most)
        return self._hold(rows, to_micros(following.at + HELD_FOR))

    def _candidates(self, waiting: Waiting) -> list[int]:
        """Look without a lock: this is done many times a second, mostly in vain."""
        with self._db.reading():
            return waiting.candidates(self._db)

    def _hold(self, rows: list[Row], held_until: int) -> list[Row]:
        """Count a try of each, but of those that have had all of them: their last holder's time is over."""
        held = [row for row in rows if row[5] < MOST_TRIES]
        for delivery_id, *_, tries, _ in (row for row in rows if row[5] >= MOST_TRIES):
            error = f"{tries} tries did not get through it, and the last one ended without a word"
            self._db.change(_FAIL, ("dead", error, 0, delivery_id, tries))
        self._db.rows_among(_HOLD, [(row[0],) for row in held], (held_until,))
        return held

    def _unpack(self, held: list[Row]) -> list[Claimed]:
        return [one for one in map(self._unpack_one, held) if one is not None]

    def _unpack_one(self, row: Row) -> Claimed | None:
        """Read what was kept, after its try was counted: nothing that it holds can block the inbox."""
        delivery_id, guid, event, headers, body, tries, received_at = row
        try:
            content_type, raw = _content_type(headers), zlib.decompress(body)
        except (zlib.error, ValueError) as error:
            self._set_aside(delivery_id, tries + 1, "dead", f"what was kept of it cannot be read: {error}", 0)
            return None
        return Claimed(delivery_id, guid, event, content_type, raw, tries + 1, from_micros(received_at))

    @contextmanager
    def ahead(self, claimed: Claimed, at: datetime, *locks: str) -> Iterator[bool]:
        """Run a transaction that keeps a part of a delivery before it is processed, and hold it for longer.

        Yields whether it is the claimer's still.
        """
        with self._db.writing():
            held = self._db.change(_HOLD_ON, (to_micros(at + HELD_FOR), claimed.id, claimed.tries)) > 0
            if held:
                self._db.lock(locks)
            yield held

    @contextmanager
    def processing_some(
        self, claimed: Sequence[Claimed], *locks: str, following: Following | None = None
    ) -> Iterator[frozenset[int]]:
        """Run the transaction that processes deliveries, mark them done in it, and claim those ``following``.

        Yields the ids of those that no other worker has done already; waits for one that is at it.
        """
        held: list[Row] = []
        with self._db.writing():
            # Not passing over a locked row: a claim that came to nothing may lock it for a moment.
            waiting = self._db.rows_among(self._db.locking(_WAIT), [(one.id,) for one in claimed])
            if waiting:
                self._db.lock(locks)
            yield frozenset(delivery_id for (delivery_id,) in waiting)
            self._db.rows_among(_DONE, waiting, (to_micros(now()),))
            if following is not None:
                held = self._hold_following(following)
        if following is not None:
            following.claimed = self._unpack(held)

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


@functools.cache
def _record(count: int) -> str:
    """Return the statement that keeps so many deliveries."""
    row = f"({marks(len(_Row._fields))}, 0, NULL, 0, 0)"
    return _RECORD.format(rows=", ".join([row] * count))


def _row(delivery: NewDelivery) -> _Row:
    return _Row(
        delivery.guid,
        delivery.event,
        delivery.action,
        delivery.repository_id,
        json.dumps(dict(delivery.headers)),
        zlib.compress(delivery.body, 1),
        body_hash(delivery.body),
        delivery.status.value,
        delivery.error,
        to_micros(delivery.received_at),
    )


def _content_type(headers: str) -> str:
    found: dict[str, str] = json.loads(headers)
    return next((value for name, value in found.items() if name.lower() == "content-type"), "")
