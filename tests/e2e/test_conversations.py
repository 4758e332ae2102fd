"""The conversations with known answers, told to a real service over HTTP, as GitHub and agents would."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.support.builders import Delivery
from tests.support.service import WEBHOOK_SECRET, Service, running, until

CONVERSATIONS = [
    json.loads(path.read_text()) for path in sorted((Path(__file__).parents[1] / "conversations").glob("*.json"))
]
(SIGNING_SECRET,) = {conversation["signing_secret"] for conversation in CONVERSATIONS}
(INSTANCE,) = {conversation["instance_id"] for conversation in CONVERSATIONS}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder for the service to run in."""
    made = tmp_path / "service"
    made.mkdir()
    return made


def send(service: Service, delivery: Delivery) -> str:
    """Post a delivery as GitHub does; return what became of it."""
    answer = requests.post(
        f"{service.url}/webhooks/github", data=delivery.body, headers=delivery.headers(WEBHOOK_SECRET), timeout=10
    )
    assert answer.status_code == 202, answer.text
    return str(answer.json()["status"])


def get(service: Service, path: str, **query: str | int) -> dict[str, Any]:
    """Ask the API."""
    answer = requests.get(f"{service.url}/v1{path}", params=query, headers=service.authorization, timeout=10)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def wait_processed(service: Service) -> None:
    """Wait until nothing is pending."""
    until(lambda: not get(service, "/deliveries", status="pending")["items"])
    assert not get(service, "/deliveries", status="failed")["items"]


def assert_ends(service: Service) -> None:
    """Hold every conversation's end against its known answer, in the list and by address."""
    listed = {item["url"]: item for item in get(service, "/feedback", limit=500)["items"]}
    for conversation in CONVERSATIONS:
        for expected in conversation["expect"]:
            item = listed[expected["url"]]
            if expected["confidence"] in {"ignored", "withdrawn"}:
                assert item["status"] == expected["confidence"]
                continue
            asked = get(service, "/resolve", url=expected["url"])
            for answer in (item["resolution"], asked):
                assert_answer(answer, expected, conversation["name"])


def assert_answer(answer: dict[str, Any], expected: dict[str, Any], name: str) -> None:
    """Hold one answer against a known one."""
    if expected["confidence"] == "not exact":
        assert answer["confidence"] != "exact", name
    else:
        assert (answer["confidence"], answer["span_id"]) == (expected["confidence"], expected["span_id"]), name
    if expected["mode"] is not None:
        assert answer["mode"] == expected["mode"], name
    if answer["span_id"] is not None:
        assert answer["run"]["span_id"] == answer["span_id"], name
        assert answer["run"]["prompt_version_id"], name


def test_every_conversation_ends_as_known_and_again(database_url: str, folder: Path) -> None:
    """Sent in order, then sent again under the same GUIDs and under new ones: each ends as it is known to end."""
    told = [
        Delivery(one["event"], one["payload"], one["guid"])
        for conversation in CONVERSATIONS
        for one in conversation["deliveries"]
    ]
    settings = {"database_url": database_url, "signing_secrets": SIGNING_SECRET, "instance_id": INSTANCE}
    with running(folder, workers="2", **settings) as service:
        for run in (run for conversation in CONVERSATIONS for run in conversation["runs"]):
            answer = requests.post(f"{service.url}/v1/runs", json=run, headers=service.authorization, timeout=10)
            assert answer.status_code == 201, answer.text
        assert {send(service, delivery) for delivery in told} == {"accepted"}
        wait_processed(service)
        assert_ends(service)
        first = get(service, "/feedback", limit=500)
        assert {send(service, delivery) for delivery in told} == {"duplicate"}
        assert {send(service, delivery.again()) for delivery in told} == {"accepted"}
        wait_processed(service)
        assert get(service, "/feedback", limit=500) == first
