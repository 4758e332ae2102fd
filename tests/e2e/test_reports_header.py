"""Who a write is attributed to, whatever is done to the header on its way: over real sockets, past every library."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.support.builders import MAINTAINER, issue_comment, minute
from tests.support.service import API_TOKEN, WEBHOOK_SECRET, Service, running, until
from tests.support.world import REPO

RUNS = ("a", "b", "é", "x y", "a,b", "a, b")
CLIENT = {"kind": "agent", "agent": "WHICHRUN_API_TOKEN"}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service with some runs and one report."""
    with running(tmp_path_factory.mktemp("service")) as started:
        for run in RUNS:
            facts = {"span_id": run, "repository": REPO.name, "agent_name": "coder", "number": 42}
            assert requests.post(f"{started.url}/v1/runs", json=facts, headers=started.authorization, timeout=9).ok
        said = issue_comment(REPO, id=1, number=42, author=MAINTAINER, body="/agents improve it", at=minute(1))
        headers = said.headers(WEBHOOK_SECRET)
        assert requests.post(f"{started.url}/webhooks/github", data=said.body, headers=headers, timeout=9).ok
        reports = f"{started.url}/v1/reports"
        until(lambda: requests.get(reports, headers=started.authorization, timeout=9).json()["items"])
        yield started


def sent(service: Service, *lines: bytes) -> tuple[int, Any]:
    """Append a note with some lines among the headers; return the status, and what came with it."""
    body = b'{"type": "note", "content": {"note": "x"}}'
    head = (
        b"POST /v1/reports/1/entries HTTP/1.1",
        b"Host: whichrun",
        b"Connection: close",
        b"Content-Type: application/json",
        b"Content-Length: %d" % len(body),
        b"Authorization: Bearer " + API_TOKEN.encode(),
        *lines,
    )
    with socket.create_connection(("127.0.0.1", service.port), timeout=9) as connection:
        connection.sendall(b"\r\n".join((*head, b"", body)))
        answer = b""
        while piece := connection.recv(65_536):
            answer += piece
    top, _, rest = answer.partition(b"\r\n\r\n")
    return int(top.split()[1]), json.loads(rest)


@pytest.mark.parametrize(
    ("lines", "run"),
    [
        ((), None),
        ((b"X_Whichrun_Run: a",), None),
        ((b"X-Whichrun-Run: a", b"X_Whichrun_Run: b"), "a"),
        ((b"x-wHICHRUN-rUN:\ta ",), "a"),
        (("X-Whichrun-Run: é".encode(),), "é"),
        ((b"X-Whichrun-Run: x y",), "x y"),
    ],
    ids=repr,
)
def test_it_names_the_run_that_is_meant(service: Service, lines: tuple[bytes, ...], run: str | None) -> None:
    """The header counts in any case, and nothing that merely looks like it does."""
    status, entry = sent(service, *lines)
    assert (status, entry["producer"]) == (201, CLIENT if run is None else {"kind": "run", "run": run})


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        ((b"X-Whichrun-Run:",), 422),
        ((b"X-Whichrun-Run:   ",), 422),
        ((b"X-Whichrun-Run: a", b"X-Whichrun-Run: a"), 422),
        ((b"X-Whichrun-Run: a", b"X-Whichrun-Run: b"), 422),
        ((b"X-Whichrun-Run: a, b",), 422),
        ((b"X-Whichrun-Run: a,b",), 422),
        ((b"X-Whichrun-Run: A",), 422),
        ((b'X-Whichrun-Run: "a"',), 422),
        ((b"X-Whichrun-Run: x\ty",), 422),
        (("X-Whichrun-Run: é".encode("latin-1"),), 422),
        ((b"X-Whichrun-Run: \xed\xa0\x80",), 422),
        ((b"X-Whichrun-Run: \xc1\xa1",), 422),
        (("X-Whichrun-Run: a\u200b".encode(),), 422),
        ((b"X-Whichrun-Run: " + b"a" * 8_000,), 422),
        ((b"X-Whichrun-Run: " + b"a" * 100_000,), 431),
        ((b"X-Whichrun-Run: a", b" b"), 400),
        ((b"X-Whichrun-Run : a",), 400),
        ((b"X-Whichrun-Run: a\0b",), 400),
    ],
    ids=lambda value: repr(value)[:60],
)
def test_what_names_no_run_is_refused(service: Service, lines: tuple[bytes, ...], status: int) -> None:
    """A header that is not exactly a registered run writes nothing at all, also not as the token."""
    entries = f"{service.url}/v1/reports/1/entries"
    before = requests.get(entries, headers=service.authorization, timeout=9).json()
    answered, error = sent(service, *lines)
    assert (answered, set(error)) == (status, {"error"})
    assert requests.get(entries, headers=service.authorization, timeout=9).json() == before
