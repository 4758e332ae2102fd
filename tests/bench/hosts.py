"""Two hosts that share one PostgreSQL: what they take in, and what is lost or doubled while one or the other dies."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench import servers
from tests.bench.figure import Figure, Scale, per_second
from tests.bench.load import drive
from tests.bench.webhook import PATIENCE, middle, taken
from tests.support.hosts import impossible, two_hosts
from tests.support.own_postgres import LEFT_OUT, own_postgres, programs
from tests.support.pair import Outcome, die_in_turn, pair
from tests.support.service import until

REPOSITORIES = 8
DEATHS = 20
BOUND = "both hosts share this machine's cores, with PostgreSQL and with the clients"


def figures(scale: Scale) -> Iterator[Figure]:
    """Yield rates, and what was lost."""
    reason = impossible() or (None if programs() else LEFT_OUT)
    if reason is not None:
        yield Figure(key="hosts", name="two hosts that share one database", left_out=reason)
        return
    with servers.bare() as bare:
        base = middle([taken(bare, turn, scale) for turn in range(scale.rounds + 1)][1:]).load.rate
    with (
        tempfile.TemporaryDirectory() as folder,
        two_hosts() as network,
        own_postgres(network.outside, trusted=network.cidr) as url,
        pair(Path(folder), url, network) as both,
    ):
        load = drive(both.addresses, range(scale.deliveries), repositories=REPOSITORIES)
        until(lambda: both.waiting() == 0, patience=PATIENCE)
        rate = scale.deliveries / (time.monotonic() - load.begun)
        deaths = 2 if scale.quick else DEATHS
        outcome = die_in_turn(both, deaths=deaths, between=scale.deliveries // 30)
    against = f"bare: {per_second(base)}"
    for key, name, found in (
        ("hosts.rate", "deliveries on disk, two hosts, one PostgreSQL, workers at work", load.rate),
        ("hosts.processed", "taken in and processed, two hosts, one PostgreSQL", rate),
    ):
        yield Figure(key=key, name=name, here=per_second(found), against=against, ratio=found / base, bound=BOUND)
    yield _wrong(outcome, deaths)


def _wrong(outcome: Outcome, deaths: int) -> Figure:
    wrong = len(outcome.lost | outcome.doubled)
    count = len(outcome.acknowledged)
    return Figure(
        key="hosts.lost",
        name=f"acknowledged deliveries lost or doubled while one of two hosts dies {deaths} times",
        here=f"{len(outcome.lost)} lost, {len(outcome.doubled)} doubled",
        against=f"of {count:,} ({outcome.worked[0]:,} processed by one, {outcome.worked[1]:,} by the other)",
        ratio=wrong / count,
        goal=0,
        more=False,
    )
