"""Every process is killed under load, again and again: what was acknowledged is there, once, and is answered."""

from __future__ import annotations

import contextlib
import itertools
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import requests

from tests.support.builders import Delivery, issue_comment, minute
from tests.support.processes import descendants
from tests.support.service import WEBHOOK_SECRET, Service, running, until
from tests.support.world import REPO

KILLS = 5
CLIENTS = 4


def feedback_number(number: int) -> Delivery:
    """Write feedback with an id of its own."""
    return issue_comment(REPO, id=number, body=f"/agents improve number {number}", at=minute(number / 60))


def send_until_it_ends(service: Service, numbers: Iterator[int], acknowledged: set[int]) -> None:
    """Send feedback until the service is gone, and note what it acknowledged."""
    with contextlib.suppress(requests.RequestException):
        for number in numbers:
            said = feedback_number(number)
            answer = requests.post(
                f"{service.url}/webhooks/github", data=said.body, headers=said.headers(WEBHOOK_SECRET), timeout=10
            )
            if answer.status_code == 202:
                acknowledged.add(number)


def kill_all(service: Service) -> None:
    """Kill every process of a service at once."""
    for pid in [service.process.pid, *descendants(service.process.pid)]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    service.process.wait()


def everything(service: Service, path: str) -> list[dict[str, Any]]:
    """Read a list of the API to its end."""
    items: list[dict[str, Any]] = []
    query: dict[str, str | int] = {"limit": 500}
    while True:
        page = requests.get(f"{service.url}{path}", params=query, headers=service.authorization, timeout=20).json()
        items += page["items"]
        if page["next_cursor"] is None:
            return items
        query["cursor"] = page["next_cursor"]


def test_nothing_acknowledged_is_lost_or_doubled(database_url: str, tmp_path: Path) -> None:
    """After five kills under load, each acknowledged delivery is done once, and each has become feedback."""
    folder = tmp_path / "service"
    folder.mkdir()
    acknowledged: set[int] = set()
    numbers = itertools.count(1)
    with running(folder, database_url=database_url, workers="2") as first:
        service = first
        for _ in range(KILLS):
            before = len(acknowledged)
            clients = [
                threading.Thread(target=send_until_it_ends, args=(service, numbers, acknowledged))
                for _ in range(CLIENTS)
            ]
            for client in clients:
                client.start()
            until(lambda before=before: len(acknowledged) > before + 40)  # type: ignore[misc]
            kill_all(service)
            for client in clients:
                client.join()
            service = Service(folder, service.port, service.settings)
            service.wait_ready()
        try:
            until(lambda: not everything(service, "/v1/deliveries?status=pending"), patience=60)
            deliveries = everything(service, "/v1/deliveries")
            feedback = everything(service, "/v1/feedback")
        finally:
            service.stop()
    guids = [delivery["guid"] for delivery in deliveries]
    assert {feedback_number(number).guid for number in acknowledged} <= set(guids)
    assert len(guids) == len(set(guids))
    assert {delivery["status"] for delivery in deliveries} == {"done"}
    known = [item["github_id"] for item in feedback]
    assert acknowledged <= set(known)
    assert len(known) == len(set(known))
    assert all(item["resolution"]["mode"] == "unresolved" for item in feedback)
