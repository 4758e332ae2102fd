"""How soon a change of feedback is on the stream: over a whole service, from the answer that acknowledges it."""

from __future__ import annotations

import time
from collections.abc import Iterator

import requests

from tests.bench.servers import whole
from tests.support.builders import Repo, issue_comment
from tests.support.events import Event, events
from tests.support.service import WEBHOOK_SECRET, Service, until

STATUSES = ("analyzed", "failed")


def latencies(changes: int) -> list[float]:
    """Return the seconds from when a change was acknowledged to when a reader of the stream had it."""
    with whole() as service:
        url, number = f"{service.url}/v1/feedback", _give(service)
        with requests.get(f"{url}/stream", headers=service.authorization, stream=True, timeout=30) as answer:
            stream = events(answer.iter_content(chunk_size=None))
            next(stream)
            return [_change(service, f"{url}/{number}", stream, STATUSES[index % 2]) for index in range(changes)]


def _change(service: Service, url: str, stream: Iterator[Event], status: str) -> float:
    requests.patch(url, json={"status": status}, headers=service.authorization, timeout=30).raise_for_status()
    begun = time.perf_counter()
    while (event := next(stream)).data is None or event.data["feedback"]["status"] != status:
        pass
    return time.perf_counter() - begun


def _give(service: Service) -> int:
    """Have feedback, and return its id."""
    told = issue_comment(Repo(), id=1, body="/agents improve it")
    headers = told.headers(WEBHOOK_SECRET)
    requests.post(f"{service.url}/webhooks/github", data=told.body, headers=headers, timeout=30).raise_for_status()

    def items() -> list[dict[str, int]]:
        answer = requests.get(f"{service.url}/v1/feedback", headers=service.authorization, timeout=30)
        return list(answer.json()["items"])

    return until(items)[0]["id"]
