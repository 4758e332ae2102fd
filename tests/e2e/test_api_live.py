"""What only the real service shows of the API: streams that last, processes that count together, an end in time."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from receiver.streams import MOST_STREAMS
from tests.support.builders import Repo, issue_comment, minute
from tests.support.events import Event, events
from tests.support.service import WEBHOOK_SECRET, Service, running, until

TIMEOUT = 15


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service with one web process, so that its places are those of one."""
    with running(tmp_path_factory.mktemp("live"), workers="1", rate_limit="0") as service:
        yield service


@pytest.fixture
def service(started: Service) -> Service:
    """The service, once it has told all that the tests before this one gave it."""
    waiting = f"{started.url}/v1/deliveries?status=pending"
    until(lambda: not requests.get(waiting, headers=started.authorization, timeout=TIMEOUT).json()["items"])
    return started


def give(service: Service, number: int, body: str = "/agents improve it") -> None:
    """Have a maintainer comment."""
    told = issue_comment(Repo(), id=number, body=body, at=minute(number))
    headers = told.headers(WEBHOOK_SECRET)
    answer = requests.post(f"{service.url}/webhooks/github", data=told.body, headers=headers, timeout=TIMEOUT)
    assert answer.status_code == 202


@contextmanager
def following(service: Service, last: str | None = None) -> Iterator[Iterator[Event]]:
    """Read the stream; the connection is closed in the end."""
    headers = service.authorization | ({} if last is None else {"Last-Event-ID": last})
    url = f"{service.url}/v1/feedback/stream"
    with requests.get(url, headers=headers, stream=True, timeout=TIMEOUT) as answer:
        assert answer.status_code == 200
        yield events(answer.iter_content(chunk_size=None))


def told(stream: Iterator[Event]) -> Event:
    """Return the next change."""
    return next(one for one in stream if one.data is not None)


def test_a_reader_who_breaks_off_misses_nothing(service: Service) -> None:
    """While feedback keeps coming, a reader who comes again after every event gets each piece once, in order."""
    with following(service) as stream:
        last = next(stream).id
    count = 12

    def write() -> None:
        for number in range(1, count + 1):
            give(service, number)

    writer = threading.Thread(target=write)
    writer.start()
    seen: list[int] = []
    while len(seen) < count:
        with following(service, last) as stream:
            event = told(stream)
        last = event.id
        if event.type == "feedback.created":
            seen.append(event.data["feedback"]["github_id"])
    writer.join()
    assert seen == list(range(1, count + 1))


def test_a_reader_who_vanishes_frees_the_place(service: Service) -> None:
    """Readers that are gone are found out when there is something to tell them: then others have their places."""
    numbers = iter(range(100, 1000))
    connections = [
        requests.get(f"{service.url}/v1/feedback/stream", headers=service.authorization, stream=True, timeout=TIMEOUT)
        for _ in range(MOST_STREAMS)
    ]
    for one in connections:
        next(events(one.iter_content(chunk_size=None)))
    full = requests.get(f"{service.url}/v1/feedback/stream", headers=service.authorization, timeout=TIMEOUT)
    assert full.text.count("retry:") == 2
    for one in connections:
        one.close()
    until(lambda: _has_place(service, next(numbers)))
    assert requests.get(f"{service.url}/healthz", timeout=TIMEOUT).status_code == 200


def _has_place(service: Service, number: int) -> bool:
    """Whether a reader who comes now is kept until something happens."""
    give(service, number)
    with following(service) as stream:
        next(stream)
        give(service, number + 5000)
        return next((True for one in stream if one.data is not None), False)


def test_a_revoked_token_reads_on_no_stream(service: Service) -> None:
    """A stream that is open when its token is revoked tells nothing that happens afterwards."""
    tokens = f"{service.url}/v1/tokens"
    body = {"name": "reader", "scopes": ["feedback:read"]}
    made = requests.post(tokens, json=body, headers=service.authorization, timeout=TIMEOUT).json()
    headers = {"Authorization": f"Bearer {made['token']}"}
    url = f"{service.url}/v1/feedback/stream"
    with requests.get(url, headers=headers, stream=True, timeout=TIMEOUT) as answer:
        stream = events(answer.iter_content(chunk_size=None))
        next(stream)
        give(service, 2000)
        assert told(stream).data["feedback"]["github_id"] == 2000
        requests.delete(f"{tokens}/{made['id']}", headers=service.authorization, timeout=TIMEOUT)
        give(service, 2001)
        assert all(one.data is None or one.data["feedback"]["github_id"] == 2000 for one in stream)


def test_a_service_that_ends_ends_its_streams(tmp_path: Path) -> None:
    """SIGTERM ends a service with open streams by itself, long before it would lose patience with them."""
    with running(tmp_path, workers="1") as service, following(service) as stream, following(service) as other:
        next(stream)
        next(other)
        begun = time.monotonic()
        assert service.stop() == 0
        assert list(stream) == list(other) == []
        assert time.monotonic() - begun < 10  # it is made for two; ``GRACEFUL_SECONDS`` are thirty


def test_processes_count_a_token_s_requests_together(tmp_path: Path) -> None:
    """With two web processes and a connection for each request a token still gets through as often as is allowed."""
    with running(tmp_path, workers="2", rate_limit="30") as service:
        begun = time.monotonic()
        answers = [
            requests.get(
                f"{service.url}/v1/token", headers=service.authorization | {"Connection": "close"}, timeout=TIMEOUT
            )
            for _ in range(60)
        ]
        lasted = time.monotonic() - begun
        refused = [one for one in answers if one.status_code == 429]
        assert 30 <= len(answers) - len(refused) <= 31 + lasted / 2
        assert all(1 <= int(one.headers["Retry-After"]) <= 2 for one in refused)
        assert {one.json()["error"]["code"] for one in refused} == {"too_many_requests"}
