"""What becomes slower when the store grows: webhook, worker and resolution, with many artifacts against 10^4.

Both stores stand side by side and take turns, delivery by delivery and round by round, so that a slow moment of the
machine strikes both. A resolution is a reply's: the delivery of a maintainer's comment that answers one which a run
signed. It is timed in this process, over the whole of the worker's path, and the walk along the chain alone.
"""

from __future__ import annotations

import contextlib
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from unittest import mock

from receiver.settings import Settings
from receiver.wiring import Services, wire
from receiver.worker import Hand
from resolver import settle
from resolver.chain import Walk, walk
from resolver.claims.ring import parse_ring
from resolver.locks import locks_for
from resolver.model.deliveries import DeliveryStatus, NewDelivery
from resolver.model.runs import Run
from resolver.payloads import envelope
from resolver.policy import Policy
from resolver.ports import Facts
from resolver.query import Query
from store import open_store
from store.database import Database, Row, Values
from tests.bench import deliveries, servers
from tests.bench.figure import FEW, Figure, Scale, ms, per_second, power, us
from tests.bench.filling import fill
from tests.bench.usage import processor_seconds
from tests.bench.webhook import PATIENCE, Taken, middle, taken
from tests.support.databases import look_into
from tests.support.own_postgres import LEFT_OUT, own_postgres, programs
from tests.support.service import SIGNING_SECRET, WEBHOOK_SECRET, until

STORES = os.environ.get("WHICHRUN_BENCH_STORES")
"""A folder in which filled SQLite stores are kept and found again: to fill a large one takes long."""

_WAITING = "SELECT 1 FROM delivery WHERE status IN ('pending', 'failed') LIMIT 1"
_NEXT = "SELECT coalesce(max(id), 0) FROM delivery"
_SIZE_ON_POSTGRES = "SELECT pg_database_size(current_database())"
_SIZE_ON_SQLITE = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"


def on_sqlite(scale: Scale) -> Iterator[Figure]:
    """Yield the rows, on SQLite."""
    with _sqlite(FEW) as few, _sqlite(scale.artifacts) as many:
        yield from _compared("SQLite", scale, few, many)


def on_postgres(scale: Scale) -> Iterator[Figure]:
    """Yield the rows, on two PostgreSQL servers of this section's own."""
    if programs() is None:
        yield Figure(key="growth.PostgreSQL", name="growth on PostgreSQL", left_out=LEFT_OUT)
        return
    with own_postgres() as url, own_postgres() as other:
        for one, count in ((url, FEW), (other, scale.artifacts)):
            _fill(one, count)
        yield from _compared("PostgreSQL", scale, url, other)


def _compared(kind: str, scale: Scale, few_url: str, many_url: str) -> Iterator[Figure]:
    at = f"at {power(scale.artifacts)} artifacts, {kind}"
    few, many = Inside(few_url), Inside(many_url)
    base = f"{power(FEW)}: "
    size = few.size(), many.size()
    yield _figure(f"growth.{kind}.size", f"size of the store {at}", [f"{one / 2**30:,.2f} GiB" for one in size], base)
    for _ in range(scale.probes * scale.rounds):
        for inside in (few, many):
            inside.reply()
    for key, name, goal in (
        ("walk", f"resolution, the walk along the chain alone, p50 {at}", 2),
        ("reply", f"resolution of a reply, the worker's whole path, p50 {at}", 2),
        ("record", f"a delivery put on disk, p50 {at}", None),
    ):
        seconds = [statistics.median(one.seconds[key]) for one in (few, many)]
        bound = "the depth of the indexes" if goal else ""
        yield _figure(f"growth.{kind}.{key}", name, list(map(ms, seconds)), base, seconds, goal=goal, bound=bound)
    spent = [statistics.median(one.seconds["processor"]) for one in (few, many)]
    title = f"resolution of a reply, processor time, p50 {at}"
    yield _figure(f"growth.{kind}.reply.processor", title, list(map(ms, spent)), base, spent)
    for key, name in (("rows", "rows"), ("statements", "statements")):
        counts = [statistics.median(one.counts[key]) for one in (few, many)]
        title = f"{name} to resolve a reply, the worker's whole path {at}"
        yield _figure(f"growth.{kind}.{key}", title, [f"{one:g}" for one in counts], base, counts)
    yield from _running(kind, scale, at, few, many)


def _running(kind: str, scale: Scale, at: str, few: Inside, many: Inside) -> Iterator[Figure]:
    """Measure the web alone, then let one worker process what that took in."""
    both = (few, many)
    with contextlib.ExitStack() as stack:
        ports = [stack.enter_context(servers.web({"WHICHRUN_DATABASE_URL": one.url})) for one in both]
        starts = [one.next_index() for one in both]
        rounds: list[list[Taken]] = [[], []]
        for turn in range(scale.rounds + 1):  # the first one warms up
            for found, server, start in zip(rounds, ports, starts, strict=True):
                found.append(taken(server, turn, scale, start=start))
    base = f"{power(FEW)}: "
    loads = [middle(found[1:]) for found in rounds]
    rates = [one.load.rate for one in loads]
    yield _figure(
        f"growth.{kind}.web", f"deliveries on disk {at}", list(map(per_second, rates)), base, rates, more=True
    )
    spent = [one.processor for one in loads]
    title = f"processor time of each, web {at}"
    yield _figure(f"growth.{kind}.web.processor", title, list(map(us, spent)), base, spent)
    drained = [_drained(one, (scale.rounds + 1) * scale.deliveries) for one in both]
    rates = [rate for rate, _ in drained]
    title = f"processed by one worker {at}"
    yield _figure(f"growth.{kind}.worker", title, list(map(per_second, rates)), base, rates, more=True)
    spent = [processor for _, processor in drained]
    title = f"processor time of each, worker {at}"
    yield _figure(f"growth.{kind}.worker.processor", title, list(map(us, spent)), base, spent)


def _drained(inside: Inside, count: int) -> tuple[float, float]:
    """Let a worker process all that waits; return how many a second, and the seconds of processor for each."""
    begun = time.monotonic()
    with servers.worker({"WHICHRUN_DATABASE_URL": inside.url}) as pid:
        until(lambda: not inside.waits(), patience=PATIENCE)
        return count / (time.monotonic() - begun), processor_seconds(pid) / count


TIMED = ("walk", "reply", "processor", "record")


@dataclass
class Inside:
    """A service's insides over a store, in this process; ``seconds`` and ``counts`` are of each reply."""

    url: str
    seconds: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in TIMED})
    counts: dict[str, list[int]] = field(default_factory=lambda: {"rows": [], "statements": []})

    def __post_init__(self) -> None:
        """Open the store, and register the runs that the deliveries speak of."""
        settings = Settings(
            _env_file=None,
            database_url=self.url,
            webhook_secrets=parse_ring(WEBHOOK_SECRET, name="secrets"),
            signing_secrets=parse_ring(SIGNING_SECRET, name="secrets"),
        )
        self.services: Services = wire(settings)
        self._database = look_into(self.services.store)
        for run in map(deliveries.registration, range(deliveries.RUNS)):
            _register(self.services, run)
        hand = Hand(self.services)
        while hand.work_once():  # what an interrupted run has left
            pass
        self._group = self.next_index() // 4

    def size(self) -> int:
        """Return how many bytes the store has."""
        return int(self._database.rows(_SIZE_ON_POSTGRES if self._database.is_postgres else _SIZE_ON_SQLITE)[0][0])

    def next_index(self) -> int:
        """Return an index of a delivery that was not used yet, the first of its four."""
        return 4 * (int(self._database.rows(_NEXT)[0][0]) + 1)

    def waits(self) -> bool:
        """Whether a delivery waits to be processed."""
        return bool(self._database.rows(_WAITING))

    def reply(self) -> None:
        """Take in a signed comment, then time a reply to it with feedback."""
        hand = Hand(self.services)
        self._record(4 * self._group)
        hand.work_once()
        begun = time.perf_counter()
        self._record(4 * self._group + 1)
        self.seconds["record"].append(time.perf_counter() - begun)
        self._group += 1
        rows = statements = 0
        asked = Database.rows

        def counted(database: Database, sql: str, values: Values = ()) -> list[Row]:
            nonlocal rows, statements
            found = asked(database, sql, values)
            rows, statements = rows + len(found), statements + 1
            return found

        def timed(facts: Facts, policy: Policy, query: Query) -> Walk:
            begun = time.perf_counter()
            walked = walk(facts, policy, query)
            self.seconds["walk"].append(time.perf_counter() - begun)
            assert walked.answer.mode == "artifact_parent_comment", walked.answer
            return walked

        with mock.patch.object(Database, "rows", counted), mock.patch.object(settle, "walk", timed):
            begun, spent = time.perf_counter(), time.thread_time()
            assert hand.work_once()
            self.seconds["reply"].append(time.perf_counter() - begun)
            self.seconds["processor"].append(time.thread_time() - spent)
        self.counts["rows"].append(rows)
        self.counts["statements"].append(statements)

    def _record(self, index: int) -> None:
        event, body = deliveries.body(index)
        found = envelope.read(event, body, "application/json")
        name = f"growth-{os.getpid()}-{time.monotonic_ns()}"
        headers = {"Content-Type": "application/json"}
        self.services.store.record(
            NewDelivery(
                name, event, found.action, found.repository_id, headers, body, DeliveryStatus.PENDING, None,
                self.services.clock(),
            )
        )  # fmt: skip


def _register(services: Services, facts: dict[str, object]) -> None:
    run = Run(
        workspace="default",
        span_id=str(facts["span_id"]),
        repository=deliveries.REPOSITORY,
        agent_name=str(facts["agent_name"]),
        started_at=datetime.fromisoformat("2026-10-01T09:00:00Z"),
        number=int(str(facts["number"])),
        numbers=(int(str(facts["number"])),),
    )
    with services.store.snapshot() as catalogue:
        locks = locks_for(catalogue, run.workspace, run.repository, run.span_id)
    with services.store.transaction(*locks) as ledger:
        services.registration.register(ledger, run, facts="bench")


@contextlib.contextmanager
def _sqlite(count: int) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(STORES or folder) / f"artifacts-{count}.db"
        url = f"sqlite:///{path}"
        if not path.exists():
            _fill(url, count)
        yield url


def _fill(url: str, count: int) -> None:
    store = open_store(url)
    store.migrate()
    store.close()
    fill(url, count)


def _figure(
    key: str, name: str, shown: list[str], base: str, values: list[float] | None = None, **other: object
) -> Figure:
    few, many = shown
    figure = Figure(key=key, name=name, here=many, against=base + few, more=False)
    return replace(figure, ratio=None if values is None else values[1] / values[0], **other)  # type: ignore[arg-type]
