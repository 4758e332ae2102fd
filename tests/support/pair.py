"""Two services on two hosts that share one PostgreSQL, under load, while the hosts die one after the other.

Each delivery is sent until it is acknowledged: to its own host, and when that does not answer to the other one under
the same GUID, as whoever sends again does. So one may come to both, and be on disk already when it comes again.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import requests

from tests.support.builders import Delivery, issue_comment, minute
from tests.support.hosts import Network
from tests.support.processes import descendants
from tests.support.service import SECRETS, WEBHOOK_SECRET, Service, free_port, until
from tests.support.world import REPO

SENDERS = 2
"""For each host."""
PATIENCE = 120.0
"""Seconds for the workers to finish, or for one delivery to be acknowledged."""

_WAITING = "SELECT count(*) FROM delivery WHERE status IN ('pending', 'failed')"
_KEPT = "SELECT guid, status FROM delivery"
_MADE = """
SELECT o.github_id, (SELECT count(*) FROM resolution x WHERE x.feedback_id = f.id),
    (SELECT count(*) FROM report r WHERE r.feedback_id = f.id),
    (SELECT count(*) FROM change c WHERE c.feedback_id = f.id)
FROM feedback f JOIN object o ON o.id = f.object_id WHERE o.repository_id = %s
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the deliveries that were acknowledged: their numbers, and the numbers of those that went wrong.

    ``doubled`` made more than one piece of feedback, answer, report or change; ``worked`` is how many
    each host has processed by its own log.
    """

    acknowledged: frozenset[int]
    lost: frozenset[int]
    doubled: frozenset[int]
    worked: tuple[int, int]


@dataclass
class Pair:
    """Both services; they share the database of a URL."""

    url: str
    services: list[Service]
    acknowledged: set[int] = field(default_factory=set)
    allowed: int = 0
    """How many may be acknowledged for now: however slowly a host starts again, the workers keep up."""

    @property
    def addresses(self) -> list[tuple[str, int]]:
        """Where they listen."""
        return [(service.host, service.port) for service in self.services]

    def kill(self, index: int) -> None:
        """Kill every process of a host at once."""
        service = self.services[index]
        for pid in [service.process.pid, *descendants(service.process.pid)]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        service.process.wait()

    def start(self, index: int) -> None:
        """Start a host's service again."""
        old = self.services[index]
        self.services[index] = Service(old.folder, old.port, old.settings, old.host, old.before)

    def waiting(self) -> int:
        """Return how many deliveries wait to be processed."""
        with psycopg.connect(self.url) as connection:
            return int((connection.execute(_WAITING).fetchone() or (0,))[0])

    def outcome(self) -> Outcome:
        """Wait until all is processed, then say what became of it."""
        until(lambda: self.waiting() == 0, patience=PATIENCE)
        with psycopg.connect(self.url) as connection:
            kept: list[tuple[str, str]] = connection.execute(_KEPT).fetchall()
            made: list[tuple[int, int, int, int]] = connection.execute(_MADE, (REPO.id,)).fetchall()
        done = {guid for guid, status in kept if status == "done"}
        known = [number for number, *_ in made]
        right = {number for number, answers, reports, changes in made if (answers, reports, changes) == (1, 1, 1)}
        lost = {number for number in self.acknowledged if feedback(number).guid not in done or number not in known}
        doubled = {number for number in known if known.count(number) > 1 or number not in right}
        worked = [(service.folder / "stderr").read_text().count(": done in ") for service in self.services]
        return Outcome(frozenset(self.acknowledged), frozenset(lost), frozenset(doubled), (worked[0], worked[1]))


def feedback(number: int) -> Delivery:
    """Write feedback with an id of its own."""
    return issue_comment(REPO, id=number, body=f"/agents improve number {number}", at=minute(number / 600))


@contextlib.contextmanager
def pair(folder: Path, url: str, network: Network, **settings: str) -> Iterator[Pair]:
    """Run both; they start at the same time, and both find an empty database to migrate."""
    given = {f"WHICHRUN_{name.upper()}": value for name, value in settings.items()}
    both = Pair(url, [])
    try:
        for host in network.hosts:
            home, port = folder / host.name, free_port()
            home.mkdir()
            own = {**SECRETS, "WHICHRUN_BIND": f"{host.address}:{port}", "WHICHRUN_DATABASE_URL": url, **given}
            both.services.append(Service(home, port, own, host.address, host.before))
        for service in both.services:
            service.wait_ready(patience=PATIENCE)
        yield both
    finally:
        for service in both.services:
            service.end()


def die_in_turn(both: Pair, *, deaths: int, between: int) -> Outcome:
    """Send to both, and kill a host at random after every so many acknowledged deliveries; the last one lives again."""
    numbers = itertools.count(1)
    ended = threading.Event()
    senders = [
        threading.Thread(target=_send, args=(both, index % 2, numbers, ended.is_set)) for index in range(2 * SENDERS)
    ]
    for sender in senders:
        sender.start()
    try:
        for _ in range(deaths):
            _acknowledge(both, between)
            index = random.randrange(2)  # noqa: S311 - which one, is nobody's secret
            both.kill(index)
            _acknowledge(both, between // 2)  # the other one goes on alone
            both.start(index)
            both.services[index].wait_ready(patience=PATIENCE)
        _acknowledge(both, between)
    finally:
        ended.set()
        for sender in senders:
            sender.join()
    return both.outcome()


def _acknowledge(both: Pair, more: int) -> None:
    """Have some more acknowledged, and others under way."""
    wanted = len(both.acknowledged) + more
    both.allowed = wanted + more // 2
    until(lambda: len(both.acknowledged) >= wanted, patience=PATIENCE)


def _send(both: Pair, home: int, numbers: Iterator[int], ended: Callable[[], bool]) -> None:
    while not ended():
        if len(both.acknowledged) >= both.allowed:
            time.sleep(0.01)
            continue
        number = next(numbers)
        for index in itertools.cycle((home, 1 - home)):
            if _is_taken(both.services[index], feedback(number)):
                both.acknowledged.add(number)
                break


def _is_taken(service: Service, delivery: Delivery) -> bool:
    with contextlib.suppress(requests.RequestException):
        answer = requests.post(
            f"{service.url}/webhooks/github", data=delivery.body, headers=delivery.headers(WEBHOOK_SECRET), timeout=10
        )
        return answer.status_code == 202
    return False
