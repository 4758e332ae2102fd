"""Deliveries that are taken in together: which are answered at once, and which go the ordinary way."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from gunicorn.config import Config  # type: ignore[import-untyped]

from receiver.arriving import Arriving
from receiver.batches import MOST, WAITED, Batches, Waiting
from receiver.wiring import wire
from resolver.errors import StoreError
from resolver.model.deliveries import DeliveryStatus, NewDelivery, Recorded
from store import Store
from tests.support.inbox import SECRET, headers, settings_for

BODY = b'{"zen":"Keep it logically awesome.","hook_id":1}'


@dataclass
class Connection:
    """One end of a pair of sockets, as gunicorn has its connections; what it answers is read at the other end."""

    cfg: Any = field(default_factory=Config)
    client: Any = ("127.0.0.1", 50_000)

    def __post_init__(self) -> None:
        """Make the pair."""
        self.sock, self.other = socket.socketpair()
        self.sock.setblocking(False)  # noqa: FBT003 -- the library's own

    def answered(self) -> tuple[int, dict[str, object]]:
        """Return the status and the document that were answered."""
        head, _, document = self.other.recv(65_536).partition(b"\r\n\r\n")
        return int(head.split()[1]), json.loads(document)

    def close(self) -> None:
        """Close both ends."""
        self.sock.close()
        self.other.close()


@contextmanager
def connections(count: int) -> Iterator[list[Connection]]:
    """Open some."""
    opened = [Connection() for _ in range(count)]
    try:
        yield opened
    finally:
        for one in opened:
            one.close()


def request(guid: str, body: bytes = BODY, *fields: str, event: str = "ping", secret: str = SECRET) -> Arriving:
    """Return a delivery as it arrived."""
    given = headers(body, secret, x_github_delivery=guid, x_github_event=event)
    lines = [f"{name}: {value}" for name, value in given.items()]
    head = ["POST /webhooks/github HTTP/1.1", "Host: x", *lines, f"Content-Length: {len(body)}", *fields, "", ""]
    return Arriving("\r\n".join(head).encode() + body)


def take_in(store: Any, sent: Sequence[tuple[Connection, Arriving]]) -> tuple[list[Waiting], list[Waiting]]:  # noqa: ANN401 - a store, or one that fails
    """Take deliveries in that came at once; return those that were answered, and those that were not."""
    answered: list[Waiting] = []
    refused: list[Waiting] = []
    batches = Batches(
        wire(settings_for(), store=store), answered=answered.extend, refused=refused.extend, lasts=lambda: True
    )
    for connection, arriving in sent:
        batches.put(connection, arriving)
    batches.end()
    batches.run()
    return answered, refused


def kept(store: Store) -> dict[str, DeliveryStatus]:
    """Return the deliveries that are kept, by their GUIDs."""
    with store.snapshot() as catalogue:
        return {one.guid: one.status for _, one in catalogue.deliveries(status=None, before=None, limit=500)}


def test_each_is_answered_as_the_route_answers(store: Store) -> None:
    """Of deliveries that come together each is kept, and has its own answer; one that came twice is a duplicate."""
    sent = ["one", "two", "one"]
    with connections(len(sent)) as opened:
        answered, refused = take_in(store, [(to, request(guid)) for to, guid in zip(opened, sent, strict=True)])
        told = [connection.answered() for connection in opened]
    assert (len(answered), refused) == (3, [])
    assert told == [
        (202, {"status": "accepted", "delivery": "one"}),
        (202, {"status": "accepted", "delivery": "two"}),
        (202, {"status": "duplicate", "delivery": "one"}),
    ]
    assert kept(store) == {"one": DeliveryStatus.PENDING, "two": DeliveryStatus.PENDING}


def test_more_than_a_batch_holds_come_in_several(store: Store) -> None:
    """However many come at once, each is answered and kept."""
    count = 2 * MOST + 3
    with connections(1) as (only,):
        answered, refused = take_in(store, [(only, request(f"many-{number}")) for number in range(count)])
    assert (len(answered), refused) == (count, [])
    assert len(kept(store)) == count


@pytest.mark.parametrize(
    "odd",
    [
        request("odd", secret="another"),
        request("odd", b"no json"),
        request("odd", b'{"zen":NaN}'),
        request("with space"),
        request("odd", BODY, "X-GitHub-Delivery: odd"),
        request("odd", BODY, "Content-Encoding: gzip"),
        request("odd", BODY, "Bad Name: x"),
        Arriving(b"POST /webhooks/github HTTP/1.1\r\nHost: x\r\n\r\n"),
    ],
    ids=["signature", "json", "nan", "guid", "twice", "encoding", "header", "bare"],
)
def test_what_deserves_another_answer_goes_the_ordinary_way(odd: Arriving, store: Store) -> None:
    """A delivery with which anything is wrong is neither kept nor answered here; the others of its batch are."""
    with connections(3) as (first, second, third):
        answered, refused = take_in(store, [(first, request("a")), (second, odd), (third, request("b"))])
        assert [connection.answered()[0] for connection in (first, third)] == [202, 202]
        with pytest.raises(BlockingIOError):
            second.other.recv(1, socket.MSG_DONTWAIT)
    assert [one.arriving for one in refused] == [odd]
    assert len(answered) == 2
    assert set(kept(store)) == {"a", "b"}


def test_another_body_under_a_known_guid_goes_the_ordinary_way(store: Store) -> None:
    """What the route answers with 409 is left to it, and nothing is noted of it here."""
    with connections(2) as (first, second):
        answered, refused = take_in(store, [(first, request("one")), (second, request("one", b'{"zen":"other"}'))])
    assert (len(answered), len(refused)) == (1, 1)
    assert refused[0].connection is second


class Unreachable:
    """A store that cannot be written."""

    def record_all(self, _: Sequence[NewDelivery]) -> list[Recorded]:
        """Raise."""
        raise StoreError("out of reach")

    def close(self) -> None:
        """Close nothing."""


class Stumbling(Unreachable):
    """A store with a fault."""

    def record_all(self, _: Sequence[NewDelivery]) -> list[Recorded]:
        """Raise what nobody expects."""
        raise ZeroDivisionError


@pytest.mark.parametrize("store_that_fails", [Unreachable(), Stumbling()])
def test_what_cannot_be_written_together_goes_the_ordinary_way(store_that_fails: Unreachable) -> None:
    """When a batch cannot be written, for whatever reason, each of it is left to the route, which says why."""
    with connections(2) as opened:
        sent = [(connection, request(f"n-{number}")) for number, connection in enumerate(opened)]
        answered, refused = take_in(store_that_fails, sent)
    assert (answered, len(refused)) == ([], 2)


class Waited(Unreachable):
    """A store that somebody else holds."""

    def record_all(self, _: Sequence[NewDelivery]) -> list[Recorded]:
        """Raise, after some time."""
        time.sleep(WAITED + 0.05)
        raise StoreError("the database is locked")


def test_what_waited_for_the_store_in_vain_is_turned_away_at_once() -> None:
    """A batch that has waited for the store is answered with 503, each of it: nobody waits for it once more."""
    with connections(3) as (first, second, odd):
        bad = (odd, request("odd", secret="another"))
        answered, refused = take_in(Waited(), [(first, request("one")), (second, request("two")), bad])
        told = [connection.answered() for connection in (first, second)]
    assert [one.connection for one in answered] == [first, second]
    assert [one.connection for one in refused] == [odd]
    document = {"code": "store_unavailable", "message": "the store is out of reach: try again later", "details": []}
    assert told == [(503, {"error": document})] * 2


def test_a_client_that_has_gone_loses_nothing(store: Store) -> None:
    """A delivery is kept though its sender cannot be told; the connection is not used again."""
    with connections(1) as (gone,):
        gone.other.close()
        answered, _ = take_in(store, [(gone, request("told")), (gone, request("again"))])
    assert [one.keep for one in answered] == [False, False]
    assert set(kept(store)) == {"told", "again"}
