"""Figures of the running service: how much it takes in, how soon it answers, how much memory it needs."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass

import requests

from tests.bench import deliveries, servers
from tests.bench.load import Load, drive
from tests.bench.servers import Server
from tests.bench.usage import processor_seconds
from tests.support.service import Service, until

ROUNDS = 3
DELIVERIES = 3_000
"""In each round; the two services take turns, so that a slow moment of the machine strikes both."""

ROLES = ("receiver.web", "receiver.worker")
"""What their command lines hold."""

PROBES = 60
PATIENCE = 120.0
"""Seconds for the worker to finish."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of some rounds: the middle one by rate, and the seconds of processor that a delivery took in all."""

    load: Load
    processor: float


@dataclass(frozen=True, slots=True)
class Sustained:
    """The webhook while the worker works, how many a second were processed, and what each took of the processor."""

    load: Load
    rate: float
    web: float
    worker: float


def intake() -> tuple[Taken, Taken]:
    """Measure the webhook alone, the bare one and ours: 202 as soon as the delivery is on disk, no worker."""
    with servers.bare() as bare, servers.web() as ours:
        for server in (bare, ours):
            drive(server.port, _round(ROUNDS))  # warms up
        rounds = [(_taken(bare, turn), _taken(ours, turn)) for turn in range(ROUNDS)]
    theirs, own = zip(*rounds, strict=True)
    return _middle(theirs), _middle(own)


def sustained() -> Sustained:
    """Measure the whole service: the webhook while the worker works, and the rate until all are processed."""
    with servers.whole() as service:
        _register(service)
        before = [processor_seconds(service.process.pid, word) for word in ROLES]
        load = drive(service.port, _round(0))
        until(lambda: not _pending(service), patience=PATIENCE)
        rate = DELIVERIES / (time.monotonic() - load.begun)
        after = [processor_seconds(service.process.pid, word) for word in ROLES]
    web, worker = ((late - early) / DELIVERIES for early, late in zip(before, after, strict=True))
    return Sustained(load, rate, web, worker)


def _taken(server: Server, turn: int) -> Taken:
    before = processor_seconds(server.pid)
    load = drive(server.port, _round(turn))
    return Taken(load, (processor_seconds(server.pid) - before) / DELIVERIES)


def idle() -> tuple[list[float], float]:
    """Measure the idle service: seconds from the 202 to a readable answer, for each probe, and its memory in MiB."""
    with servers.whole() as service, requests.Session() as session:
        _register(service)
        seconds = [_probe(service, session, group) for group in range(PROBES)]
        return seconds, servers.memory(service)


def _probe(service: Service, session: requests.Session, group: int) -> float:
    """Deliver a signed comment, and once that is processed a reply with feedback; time the reply."""
    _deliver(service, session, 4 * group)
    until(lambda: not _pending(service))
    _deliver(service, session, 4 * group + 1)
    begun = time.monotonic()
    expected = deliveries.FIRST_ID + 4 * group + 1
    while True:
        newest = session.get(f"{service.url}/v1/feedback?limit=1", headers=service.authorization, timeout=10).json()
        if any(item["github_id"] == expected and item["resolution"] for item in newest["items"]):
            return time.monotonic() - begun
        time.sleep(0.002)


def _deliver(service: Service, session: requests.Session, index: int) -> None:
    head, _, content = deliveries.request(index).partition(b"\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    session.post(f"{service.url}/webhooks/github", data=content, headers=headers, timeout=10).raise_for_status()


def _register(service: Service) -> None:
    with requests.Session() as session:
        for run in map(deliveries.registration, range(deliveries.RUNS)):
            answer = session.post(f"{service.url}/v1/runs", json=run, headers=service.authorization, timeout=10)
            answer.raise_for_status()


def _pending(service: Service) -> bool:
    waiting = {"status": "pending", "limit": "1"}
    answer = requests.get(f"{service.url}/v1/deliveries", waiting, headers=service.authorization, timeout=10)
    return bool(answer.json()["items"])


def _round(turn: int) -> range:
    return range(turn * DELIVERIES, (turn + 1) * DELIVERIES)


def _middle(rounds: Sequence[Taken]) -> Taken:
    middle = statistics.median_low(one.load.rate for one in rounds)
    load = next(one.load for one in rounds if one.load.rate == middle)
    return Taken(load, statistics.mean(one.processor for one in rounds))
