"""What the log says of deliveries, received and processed, through the application and the worker."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from receiver import logs, resolved
from receiver.worker import Hand
from resolver.errors import StoreError
from resolver.intake import Intake
from store import Store
from tests.support.api import Api, open_api
from tests.support.builders import Repo, issue_comment, minute
from tests.support.inbox import deliver, sign

PING = b'{"zen":"a secret of the body","hook_id":1}'


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    """An application over a store of its own."""
    with open_api(tmp_path) as opened:
        resolved.listen(opened.services.store)
        yield opened


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What is logged, in JSON; the root logger is put back afterwards."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    stream = io.StringIO()
    logs.configure("json", stream=stream)
    yield stream
    logs.turn_to()
    root.handlers[:] = handlers
    root.setLevel(level)


def send(api: Api, guid: str, **headers: str | None) -> int:
    """Post a ping, signed unless told otherwise; return the status."""
    signed: dict[str, str | None] = {"x_github_delivery": guid, "x_hub_signature_256": sign(PING, "hook")}
    return deliver(api.client, PING, **(signed | headers)).status_code


def said(log: io.StringIO) -> list[tuple[str | None, str]]:
    """Return which delivery each line is about, and what it says; none of them quotes a body."""
    assert "a secret of the body" not in log.getvalue()
    records: list[dict[str, Any]] = [json.loads(line) for line in log.getvalue().splitlines()]
    return [(one.get("delivery"), one["message"]) for one in records]


def test_each_request_is_a_line(api: Api, log: io.StringIO) -> None:
    """What was taken, and what was refused and why, is one line, about the delivery that it names."""
    assert [send(api, "one"), send(api, "one"), send(api, "two", x_github_event="x" * 200)] == [202, 202, 202]
    assert send(api, "three", x_hub_signature_256="sha256=00") == 401
    assert send(api, "x\ty") == 400
    assert said(log) == [
        ("one", "delivery one: accepted, event ping, action -"),
        ("one", "delivery one: duplicate, event ping, action -"),
        ("two", f"delivery two: ignored, event {'x' * 60}, action -"),
        ("three", "delivery three: refused, bad_signature (401)"),
        ("x\ty", "delivery x\ty: refused, bad_header (400)"),
    ]


def test_what_goes_wrong_in_between_is_about_it_too(
    api: Api, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lines of other modules name the delivery while it is received, and nothing once the next request comes."""

    def fail(*_: object) -> None:
        raise StoreError("out of reach")

    monkeypatch.setattr(Store, "record", fail)
    assert send(api, "one") == 503
    monkeypatch.setattr(Store, "snapshot", fail)
    assert api.get("/runs").status_code == 503
    assert said(log) == [
        ("one", "POST /webhooks/github: out of reach"),
        ("one", "delivery one: refused, store_unavailable (503)"),
        (None, "GET /v1/runs: out of reach"),
    ]


def test_each_try_has_its_lines(api: Api, log: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    """A delivery is taken, and failed or done, each said about it; the last try says that it is set aside."""
    api.record("one")

    def stumble(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a secret of the body")

    with monkeypatch.context() as patched:
        patched.setattr(Intake, "apply", stumble)
        for _ in range(10):
            assert Hand(api.services).work_once()
            api.wait(minutes=11)
    api.services.store.replay("one", api.now)
    assert Hand(api.services).work_once()
    lines = said(log)
    assert {about for about, _ in lines} == {"one"}
    assert [message for _, message in lines[:4]] == [
        "delivery one: taken, try 1",
        "delivery one failed, try 1",
        "delivery one: taken, try 2",
        "delivery one failed, try 2",
    ]
    assert lines[-3][1] == "delivery one is set aside as dead after 10 tries"
    assert lines[-2][1] == "delivery one: taken, try 1"
    assert lines[-1][1].startswith("delivery one: done in ")


def test_what_is_done_together_is_said_one_by_one(api: Api, log: io.StringIO) -> None:
    """Of deliveries that share a transaction each has its own lines: what it resolved, and that it is done."""
    told = [issue_comment(Repo(), id=number, body="/agents improve it", at=minute(number)) for number in (1, 2)]
    for one in told:
        given = one.headers("hook")
        assert api.client.post("/webhooks/github", data=one.body, headers=given).status_code == 202
    assert Hand(api.services).work_once()
    lines = said(log)[2:]
    assert [(about, message.partition(" is ")[0].partition(" done ")[0]) for about, message in lines] == [
        (told[0].guid, "feedback 1"),
        (told[0].guid, f"delivery {told[0].guid}:"),
        (told[1].guid, "feedback 2"),
        (told[1].guid, f"delivery {told[1].guid}:"),
    ]


def test_what_is_resolved_is_said_by_its_number(api: Api, log: io.StringIO) -> None:
    """A resolution is a line with the feedback, its confidence, mode and run, whoever brought it about."""
    feedback = api.give()
    api.register()
    api.post(f"/feedback/{feedback}/resolution", {"span_id": "span-1", "reason": "I know"})
    assert said(log) == [
        (None, f"feedback {feedback} is resolved: unresolved, unresolved, no run"),
        (None, f"feedback {feedback} is resolved: inferred, inferred, run span-1"),
        (None, f"feedback {feedback} is resolved: exact, manual, run span-1"),
    ]
