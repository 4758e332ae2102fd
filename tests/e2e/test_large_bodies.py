from __future__ import annotations

import contextlib
import functools
import json
import socket
from collections.abc import Iterator
from itertools import repeat

import pytest
import requests

from receiver.webhooks import MAX_BODY
from tests.support.inbox import headers
from tests.support.service import WEBHOOK_SECRET, Service, running

MIB = b" " * 1024 * 1024
MIBS = 25


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service, for all tests of this file."""
    with running(tmp_path_factory.mktemp("service")) as service:
        yield service


def chunks() -> Iterator[bytes]:
    """Yield one byte more than 25 MiB."""
    yield from repeat(MIB, MIBS)
    yield b" "


def head(*fields: str) -> bytes:
    """Return the head of a raw request to the webhook."""
    lines = ["POST /webhooks/github HTTP/1.1", "Host: localhost", *fields, "", ""]
    return "\r\n".join(lines).encode()


def connect(service: Service) -> socket.socket:
    """Open a raw connection."""
    return socket.create_connection(("127.0.0.1", service.port), timeout=10)


SOUND = tuple(f"{name}: {value}" for name, value in headers(b"").items())


@pytest.mark.parametrize("framing", ["declared", "chunked"])
def test_a_sender_of_too_much_reads_why(framing: str, service: Service) -> None:
    """A client that sends all of a body that is too large gets 413, not a reset; its connection stays usable."""
    url = f"{service.url}/webhooks/github"
    with requests.Session() as session:
        for _ in range(3):
            body: bytes | Iterator[bytes] = chunks() if framing == "chunked" else MIB * MIBS + b" "
            answer = session.post(url, data=body, headers=headers(b""))
            assert answer.status_code == 413
            assert answer.json()["error"]["code"] == "too_large"


def test_25_mib_are_taken(service: Service) -> None:
    """A body of exactly 25 MiB is read to its end, declared or chunked."""
    url = f"{service.url}/webhooks/github"
    body = b'{"zen":"' + b"x" * (MAX_BODY - 10) + b'"}'

    framings: list[bytes | Iterator[bytes]] = [
        body,
        (body[at : at + 1_000_000] for at in range(0, MAX_BODY, 1_000_000)),
    ]
    for number, data in enumerate(framings):
        given = headers(body, WEBHOOK_SECRET, x_github_delivery=f"largest-{number}", x_github_event="star")
        answer = requests.post(url, data=data, headers=given, timeout=20)
        assert (answer.status_code, answer.json()["status"]) == (202, "ignored")


def test_what_is_declared_too_large_is_refused_unread(service: Service) -> None:
    """The answer comes before any of the body; the connection is closed when none follows."""
    with connect(service) as connection:
        connection.sendall(head(*SOUND, f"Content-Length: {10 * MAX_BODY}"))
        answer = b"".join(iter(functools.partial(connection.recv, 65536), b""))
        assert answer.startswith(b"HTTP/1.1 413 ")
        assert answer.endswith(b"}\n")


@pytest.mark.parametrize("path", ["/nowhere", "/webhooks/github", "/v1/runs", "/healthz"])
def test_any_refusal_reaches_a_client_that_is_still_sending(path: str, service: Service) -> None:
    """A request that is refused for something else gets its answer too, whatever the size of its body."""
    answer = requests.post(f"{service.url}{path}", data=MIB * 5, timeout=20)

    assert answer.status_code in {400, 401, 404, 405}
    assert answer.json()["error"]["code"]


@pytest.mark.parametrize("path", ["/v1/runs", "/v1/resolve"])
def test_the_api_bounds_its_bodies_too(path: str, service: Service) -> None:
    """A body that the API does not take is 413, declared or chunked; it is never cut and then read."""
    bodies: list[bytes | Iterator[bytes]] = [MIB * 10, repeat(MIB, 10)]
    for body in bodies:
        given = {**service.authorization, "Content-Type": "application/json"}
        answer = requests.post(f"{service.url}{path}", data=body, headers=given, timeout=20)
        assert answer.status_code == 413


@pytest.mark.parametrize("rest", [b"ZZ\r\n", b"5\r\nab", b"5\r\nabcdefgh\r\n0\r\n\r\n", b""])
def test_a_body_that_breaks_off_is_refused(rest: bytes, service: Service) -> None:
    """A chunked body that ends early or is framed wrongly is 400, and the service goes on."""
    with connect(service) as connection:
        connection.sendall(head(*SOUND, "Transfer-Encoding: chunked") + rest)
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(65536).startswith(b"HTTP/1.1 400 ")


def test_a_body_that_is_shorter_than_declared_is_not_taken(service: Service) -> None:
    """A client that breaks off before the declared end is refused: what came cannot be what was signed."""
    with connect(service) as connection:
        connection.sendall(head(*SOUND, "Content-Length: 100") + b"{}")
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(65536).startswith(b"HTTP/1.1 401 ")


def whole_answer(connection: socket.socket) -> bytes:
    """Read until the service closes the connection, or resets it because more was sent than it read."""
    pieces: list[bytes] = []
    with contextlib.suppress(ConnectionResetError):
        pieces.extend(iter(functools.partial(connection.recv, 65536), b""))
    return b"".join(pieces)


@pytest.mark.parametrize(
    ("raw", "status", "code"),
    [
        (head(*SOUND, "Content-Length: many"), 400, "bad_request"),
        (head(*SOUND, "Content-Length: -1"), 400, "bad_request"),
        (b"NONSENSE\r\n\r\n", 400, "bad_request"),
        (b"GET / HTTP/9.9\r\n\r\n", 400, "bad_request"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nBad Name: secret-value\r\n\r\n", 400, "bad_request"),
        (b"GET /" + b"x" * 5000 + b" HTTP/1.1\r\n\r\n", 414, "uri_too_long"),
        (b"GET / HTTP/1.1\r\nX: " + b"y" * 9000 + b"\r\n\r\n", 431, "request_header_fields_too_large"),
        (head(*SOUND, "Transfer-Encoding: odd"), 501, "not_implemented"),
    ],
)
def test_what_no_route_sees_is_refused_in_the_same_shape(raw: bytes, status: int, code: str, service: Service) -> None:
    """What the server itself refuses has its status, and the one JSON shape of errors; nothing sent is repeated."""
    with connect(service) as connection:
        connection.sendall(raw)
        answer, _, body = whole_answer(connection).partition(b"\r\n\r\n")
    lines = answer.decode().split("\r\n")
    assert lines[0].split()[:2] == ["HTTP/1.1", str(status)]
    assert {"Content-Type: application/json", f"Content-Length: {len(body)}", "Connection: close"} <= set(lines)
    error = json.loads(body)["error"]
    assert (error["code"], error["details"]) == (code, [])
    assert error["message"]
    assert b"secret-value" not in body
