"""Whatever is sent to a real service, the answer is no 5xx, and no process is replaced."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.support.inbox import headers
from tests.support.processes import descendants
from tests.support.service import WEBHOOK_SECRET, Service, running, until

BAD = Path(__file__).parents[1] / "payloads" / "bad"
EVENTS = ("issue_comment", "push", "pull_request", "pull_request_review_comment", "ping", "no_such_event")
TYPES = ("application/json", "application/x-www-form-urlencoded", "text/plain", "application/json; charset=utf-16")
PATHS = (
    "/v1/runs",
    "/v1/runs/%00",
    "/v1/runs/" + "x" * 4000,
    "/v1/runs/x/artifacts?cursor=%FF",
    "/v1/feedback?limit=0",
    "/v1/feedback?limit=501",
    "/v1/feedback?cursor=abc",
    "/v1/feedback?since=yesterday",
    "/v1/feedback?unknown=1",
    "/v1/feedback/99999999999999999999999999",
    "/v1/feedback/-1/revisions",
    "/v1/feedback/1%27%20OR%201=1/resolutions",
    "/v1/resolve",
    "/v1/resolve?url=%00",
    "/v1/resolve?url=https://github.com/a/b/pull/" + "9" * 400,
    "/v1/deliveries?status=nope",
    "/v1/deliveries/%0d%0aX/replay",
    "/../../etc/passwd",
    "/%ff%fe",
)
BODIES = (b"", b"null", b"[]", b"{", b"\xff", b'{"span_id":1}', b'{"a":' * 3000, b'{"repository":"\\u0000"}', b"NaN")
RAW = (
    b"\x00\x01\x02\r\n\r\n",
    b"GET / HTTP/9.9\r\n\r\n",
    b"POST /webhooks/github HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    b"POST /webhooks/github HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
    b"POST /webhooks/github HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 70_000 + b"\r\n\r\n",
)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service, for all tests of this file; in the end its processes are the ones it began with."""
    with running(tmp_path_factory.mktemp("service"), workers="2") as service:
        before = set(descendants(service.process.pid))
        yield service
        assert requests.get(f"{service.url}/readyz", timeout=10).status_code == 200
        assert set(descendants(service.process.pid)) == before


@pytest.mark.parametrize("event", EVENTS)
def test_bad_deliveries(event: str, service: Service) -> None:
    """Every bad body there is, signed, as any event and any type, is answered below 500."""
    for number, path in enumerate(sorted(BAD.glob("*/*.*"))):
        body = path.read_bytes()
        for kind in TYPES:
            given = headers(
                body,
                WEBHOOK_SECRET,
                x_github_event=event,
                x_github_delivery=f"{event}-{number}-{TYPES.index(kind)}",
                content_type=kind,
            )
            answer = requests.post(f"{service.url}/webhooks/github", data=body, headers=given, timeout=10)
            assert answer.status_code in {202, 400, 415, 422}, (path.name, kind, answer.text)


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "PUT", "DELETE", "OPTIONS", "TRACE"])
def test_bad_requests(method: str, service: Service) -> None:
    """Every odd address, with every odd body and the right token, is answered below 500, in the one error shape."""
    for path in PATHS:
        for body in BODIES:
            given = service.authorization | {"Content-Type": "application/json"}
            answer = requests.request(method, f"{service.url}{path}", data=body, headers=given, timeout=10)
            assert answer.status_code < 500, (path, body, answer.text)
            if answer.status_code >= 400:
                assert set(answer.json()["error"]) == {"code", "message", "details"}


@pytest.mark.parametrize("raw", RAW)
def test_what_is_no_http(raw: bytes, service: Service) -> None:
    """What is no proper HTTP is refused or cut off, and the service goes on."""
    with socket.create_connection(("127.0.0.1", service.port), timeout=30) as connection:
        connection.sendall(raw)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        with contextlib.suppress(ConnectionResetError):
            while piece := connection.recv(65536):
                answer += piece
    assert not answer.startswith(b"HTTP/1.1 5") or answer.startswith(b"HTTP/1.1 505")


def test_poison_is_set_aside(service: Service) -> None:
    """What was refused but kept is dead, with its error; nothing is left pending."""
    body = (BAD / "issue_comment" / "comment_id_is_zero.json").read_bytes()
    given = headers(body, WEBHOOK_SECRET, x_github_event="issue_comment", x_github_delivery="poison")
    assert requests.post(f"{service.url}/webhooks/github", data=body, headers=given, timeout=10).status_code == 422

    def seen(status: str) -> list[dict[str, str]]:
        answer = requests.get(
            f"{service.url}/v1/deliveries",
            params={"status": status, "limit": "500"},
            headers=service.authorization,
            timeout=10,
        )
        items: list[dict[str, str]] = answer.json()["items"]
        return items

    until(lambda: not seen("pending"))
    kept = next(item for item in seen("dead") if item["guid"] == "poison")
    assert "comment.id" in kept["error"]
