"""Deliveries that are taken in together, and clients that never finish, shown by the real web processes."""

from __future__ import annotations

import contextlib
import json
import socket
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from tests.support.inbox import headers
from tests.support.service import WEBHOOK_SECRET, Service, running, until

BODY = b'{"zen":"Keep it logically awesome.","hook_id":1}'
TIMEOUT = 30


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service with one web process, so that what is sent at once comes to the same one."""
    with running(tmp_path_factory.mktemp("batches"), workers="1", rate_limit="0") as service:
        yield service


def request(guid: str, body: bytes = BODY, *fields: str, secret: str = WEBHOOK_SECRET) -> bytes:
    """Return the bytes of a delivery's request."""
    given = headers(body, secret, x_github_delivery=guid, x_github_event="ping")
    lines = [f"{name}: {value}" for name, value in given.items()]
    length = f"Content-Length: {len(body)}"
    head = ["POST /webhooks/github HTTP/1.1", "Host: localhost", *lines, length, *fields, "", ""]
    return "\r\n".join(head).encode() + body


def connect(service: Service) -> socket.socket:
    """Open a raw connection."""
    return socket.create_connection(("127.0.0.1", service.port), timeout=TIMEOUT)


@dataclass(frozen=True)
class Answer:
    """An answer as it was read."""

    status: int
    fields: dict[str, str]
    document: dict[str, object]


def read(connection: socket.socket, count: int) -> list[Answer]:
    """Read so many answers, one behind the other."""
    answers = []
    with connection.makefile("rb") as stream:
        for _ in range(count):
            status = int(stream.readline().split()[1])
            fields = {}
            while line := stream.readline().strip():
                name, _, value = line.decode().partition(":")
                fields[name.lower()] = value.strip()
            answers.append(Answer(status, fields, json.loads(stream.read(int(fields["content-length"])))))
    return answers


def known(service: Service, guid: str) -> str | None:
    """Return a delivery's status; None where there is no such delivery."""
    url = f"{service.url}/v1/deliveries/{guid}"
    answer = requests.get(url, headers=service.authorization, timeout=TIMEOUT)
    return str(answer.json()["status"]) if answer.status_code == 200 else None


def test_requests_behind_one_another_are_answered_in_their_order(service: Service) -> None:
    """Whatever a client sends without waiting is answered in order, deliveries, refusals and questions alike."""
    with connect(service) as connection:
        sent = [
            request("pipe-1"),
            request("pipe-2", b"no json"),
            b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
            request("pipe-3", secret="another"),
            request("pipe-1"),
            request("pipe-4", b'{"a":1}', "Connection: close"),
        ]
        connection.sendall(b"".join(sent))
        answers = read(connection, len(sent))
        assert connection.recv(1) == b""
    assert [one.status for one in answers] == [202, 400, 200, 401, 202, 202]
    assert [answers[at].document.get("status") for at in (0, 4)] == ["accepted", "duplicate"]
    assert answers[-1].fields["connection"] == "close"
    assert [known(service, f"pipe-{number}") for number in (2, 3)] == [None, None]
    assert {known(service, f"pipe-{number}") for number in (1, 4)} <= {"pending", "done", "ignored"}


def test_both_ways_answer_alike(service: Service) -> None:
    """A delivery that is taken in with others and one that goes through the application have the same answer."""
    with connect(service) as connection:
        connection.sendall(request("alike"))
        [together] = read(connection, 1)
        chunk = b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY)
        head = request("alone").partition(b"\r\n\r\n")[0].replace(b"Content-Length: 48", b"Transfer-Encoding: chunked")
        connection.sendall(head + b"\r\n\r\n" + chunk)
        [alone] = read(connection, 1)
    assert together.status == alone.status == 202
    assert together.document | {"delivery": "alone"} == alone.document
    assert {name: value for name, value in together.fields.items() if name != "date"} == {
        name: value for name, value in alone.fields.items() if name != "date"
    }


def test_what_comes_at_once_is_taken_each_once(service: Service) -> None:
    """Forty clients that send at one time, each also what its neighbour sends, get their answers; each is kept once."""
    count = 40
    outcomes: list[list[object]] = []
    start = threading.Barrier(count)

    def send(number: int) -> None:
        start.wait()
        with connect(service) as connection:
            connection.sendall(request(f"many-{number}") + request(f"many-{(number + 1) % count}"))
            outcomes.append([answer.document["status"] for answer in read(connection, 2)])

    threads = [threading.Thread(target=send, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    told = [status for pair in outcomes for status in pair]
    assert (told.count("accepted"), told.count("duplicate")) == (count, count)


def test_another_body_under_a_known_guid_is_refused_and_counted(service: Service) -> None:
    """Of two that come together under one GUID with different bodies one is kept, and the other is 409."""
    with connect(service) as connection:
        connection.sendall(request("twice") + request("twice", b'{"zen":"other"}'))
        assert [one.status for one in read(connection, 2)] == [202, 409]


def test_clients_that_never_finish_hold_up_nobody(service: Service) -> None:
    """While 300 clients have sent half a head or half a body, deliveries and questions are answered as ever."""
    whole = request("half")
    with contextlib.ExitStack() as stack:
        for number in range(300):
            stalled = stack.enter_context(connect(service))
            stalled.sendall(whole[: 40 if number % 2 else -5])
        with connect(service) as connection:
            connection.sendall(request("in-between"))
            assert [one.status for one in read(connection, 1)] == [202]
        assert requests.get(f"{service.url}/readyz", timeout=TIMEOUT).status_code == 200
    assert known(service, "half") is None


def test_a_body_in_pieces_is_put_together(service: Service) -> None:
    """A delivery that comes byte by byte is taken like any other."""
    with connect(service) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in request("slowly"):
            connection.sendall(bytes([byte]))
        assert [one.status for one in read(connection, 1)] == [202]


def test_while_the_store_is_out_of_reach_each_is_told_so(tmp_path: Path) -> None:
    """Deliveries that cannot be written are 503 with Retry-After, each of them, and are taken once they can be."""
    with running(tmp_path, workers="1", rate_limit="0") as service:
        database = tmp_path / "whichrun.db"
        with connect(service) as connection:
            connection.sendall(request("before"))
            assert [one.status for one in read(connection, 1)] == [202]
            with _locked(database):
                connection.sendall(request("during-1") + request("during-2"))
                answers = read(connection, 2)
            assert [one.status for one in answers] == [503, 503]
            assert all(one.fields["retry-after"] for one in answers)
            connection.sendall(request("during-1"))
            assert [one.document.get("status") for one in read(connection, 1)] == ["accepted"]
        until(lambda: known(service, "during-1") is not None)


@contextlib.contextmanager
def _locked(database: Path) -> Iterator[None]:
    """Keep a database's writer from everybody else."""
    holder = sqlite3.connect(database, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        holder.execute("ROLLBACK")
        holder.close()
