"""How much the running service takes in: the webhook alone, and with the worker at work, against the bare one."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import requests

from tests.bench import deliveries, servers
from tests.bench.figure import Figure, Scale, ms, per_second, us
from tests.bench.load import Load, drive
from tests.bench.servers import Server
from tests.bench.usage import processor_seconds
from tests.support.service import Service, until

ROLES = ("receiver.web", "receiver.worker")
"""What their command lines hold."""

PATIENCE = 300.0
"""Seconds for the worker to finish."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of some rounds: the middle one by rate, and the seconds of processor that a delivery took in all."""

    load: Load
    processor: float

    @property
    def spread(self) -> float:
        """Return p99 against p50."""
        return self.load.percentile(99) / self.load.percentile(50)


@dataclass(frozen=True, slots=True)
class Sustained:
    """The webhook while the worker works, how many a second were processed, and what each took of the processor."""

    load: Load
    rate: float
    web: float
    worker: float


def figures(scale: Scale) -> Iterator[Figure]:
    """Yield rates, processor time and times of answers, of the web alone and with the worker."""
    bare, ours = intake(scale)
    yield _rate("webhook.rate", "deliveries on disk, web alone", ours.load.rate, bare, 0.55, bound=WEB)
    yield _processor("webhook.processor", "processor time of each, web alone", ours.processor, bare)
    yield _spread("webhook.spread", "p99 of the webhook, 16 connections", ours, goal=2.5, bound=SPREAD)
    yield _spread("bare.spread", "p99 of the bare one", bare)
    found = sustained(scale)
    yield _rate("whole.intake", "deliveries on disk, worker at work", found.load.rate, bare)
    name = "deliveries taken in, captured and resolved"
    yield _rate("whole.rate", name, found.rate, bare, 0.25, bound=WORKER)
    yield _processor("whole.processor.web", "processor time of each, worker at work: web", found.web, bare)
    yield _processor("whole.processor.worker", "processor time of each: worker", found.worker, bare)


WEB = (
    "the processors: both are busy with Python alone, and a delivery takes what `processor time of each` says; "
    "SQLite's one writer and the disk come next"
)
SPREAD = "turns: a request waits for the batch before its own, and that for SQLite's one writer"
WORKER = (
    "the processor that one worker process fills, and what the web processes leave of it; then SQLite's one writer, "
    "which a transaction of 16 deliveries holds"
)


def intake(scale: Scale) -> tuple[Taken, Taken]:
    """Measure the webhook alone, the bare one and ours: 202 as soon as the delivery is on disk, no worker."""
    with servers.bare() as bare, servers.web() as ours:
        for server in (bare, ours):
            drive(server.port, range(-scale.deliveries // 3, 0))  # warms up
        rounds = [(taken(bare, turn, scale), taken(ours, turn, scale)) for turn in range(scale.rounds)]
    theirs, own = zip(*rounds, strict=True)
    return middle(theirs), middle(own)


def sustained(scale: Scale) -> Sustained:
    """Measure the whole service: the webhook while the worker works, and the rate until all are processed."""
    with servers.whole() as service:
        register(service)
        before = [processor_seconds(service.process.pid, word) for word in ROLES]
        load = drive(service.port, range(scale.deliveries))
        until(lambda: not pending(service), patience=PATIENCE)
        rate = scale.deliveries / (time.monotonic() - load.begun)
        after = [processor_seconds(service.process.pid, word) for word in ROLES]
    web, worker = ((late - early) / scale.deliveries for early, late in zip(before, after, strict=True))
    return Sustained(load, rate, web, worker)


def taken(server: Server, turn: int, scale: Scale, *, start: int = 0, repositories: int = 1) -> Taken:
    """Drive one round; the first one begins with the delivery of an index."""
    before = processor_seconds(server.pid)
    begin = start + turn * scale.deliveries
    load = drive(server.port, range(begin, begin + scale.deliveries), repositories=repositories)
    return Taken(load, (processor_seconds(server.pid) - before) / scale.deliveries)


def middle(rounds: Sequence[Taken]) -> Taken:
    """Return the middle one of some rounds by rate, with the mean of their processor time."""
    rate = statistics.median_low(one.load.rate for one in rounds)
    load = next(one.load for one in rounds if one.load.rate == rate)
    return Taken(load, statistics.mean(one.processor for one in rounds))


def register(service: Service) -> None:
    """Register the runs that the deliveries speak of."""
    with requests.Session() as session:
        for run in map(deliveries.registration, range(deliveries.RUNS)):
            answer = session.post(f"{service.url}/v1/runs", json=run, headers=service.authorization, timeout=10)
            answer.raise_for_status()


def pending(service: Service) -> bool:
    """Whether deliveries wait to be processed."""
    waiting = {"status": "pending", "limit": "1"}
    answer = requests.get(f"{service.url}/v1/deliveries", waiting, headers=service.authorization, timeout=10)
    return bool(answer.json()["items"])


def _rate(key: str, name: str, rate: float, bare: Taken, goal: float | None = None, *, bound: str = "") -> Figure:
    against = f"bare: {per_second(bare.load.rate)}"
    here = per_second(rate)
    return Figure(key=key, name=name, here=here, against=against, ratio=rate / bare.load.rate, goal=goal, bound=bound)


def _processor(key: str, name: str, seconds: float, bare: Taken) -> Figure:
    against = f"bare: {us(bare.processor)}"
    return Figure(key=key, name=name, here=us(seconds), against=against, ratio=seconds / bare.processor, more=False)


def _spread(key: str, name: str, found: Taken, *, goal: float | None = None, bound: str = "") -> Figure:
    here, against = ms(found.load.percentile(99)), f"p50: {ms(found.load.percentile(50))}"
    return Figure(
        key=key, name=name, here=here, against=against, ratio=found.spread, goal=goal, more=False, bound=bound
    )
