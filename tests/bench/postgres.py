"""PostgreSQL, with one, two and four web and worker processes: deliveries on disk, and processed, per second.

The server is one of this section's own, with its commits on disk; each number of processes begins with an empty
database. One repository's deliveries are processed in order, by whatever number of workers: so these speak of eight.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

import psycopg

from tests.bench import servers
from tests.bench.figure import Figure, Scale, per_second, us
from tests.bench.usage import processor_seconds
from tests.bench.webhook import PATIENCE, Taken, middle, taken
from tests.support.own_postgres import LEFT_OUT, own_postgres, programs
from tests.support.service import until

PROCESSES = (1, 2, 4)
REPOSITORIES = 8
BOUND = (
    "the processors, which the clients, the web's processes, the workers and PostgreSQL's own share; more processes "
    "than cores bring nothing"
)
_WAITING = "SELECT EXISTS (SELECT 1 FROM delivery WHERE status IN ('pending', 'failed'))"


def figures(scale: Scale) -> Iterator[Figure]:
    """Yield rates for each number of processes, against the bare service."""
    if programs() is None:
        yield Figure(key="postgres", name="PostgreSQL", left_out=LEFT_OUT)
        return
    with own_postgres() as url, servers.bare() as bare:
        base = middle([taken(bare, turn, scale) for turn in range(scale.rounds + 1)][1:])
        for count in PROCESSES:
            yield from _with(scale, count, _database(url, f"processes_{count}"), base)


def _with(scale: Scale, count: int, url: str, bare: Taken) -> Iterator[Figure]:
    database = {"WHICHRUN_DATABASE_URL": url}
    processes = f"{count} process{'es' if count > 1 else ''}"
    against = f"bare: {per_second(bare.load.rate)}"
    with servers.web({**database, "WHICHRUN_WORKERS": str(count)}) as web:
        ours = middle([taken(web, turn, scale, repositories=REPOSITORIES) for turn in range(scale.rounds)])
    yield Figure(
        key=f"postgres.web.{count}",
        name=f"deliveries on disk, PostgreSQL, web of {processes}",
        here=f"{per_second(ours.load.rate)} ({us(ours.processor)} of the web's processor each)",
        against=against,
        ratio=ours.load.rate / bare.load.rate,
        bound=BOUND,
    )
    begun = time.monotonic()
    with contextlib.ExitStack() as stack, psycopg.connect(url, autocommit=True) as connection:
        workers = [stack.enter_context(servers.worker(database)) for _ in range(count)]
        until(lambda: not (connection.execute(_WAITING).fetchone() or (True,))[0], patience=PATIENCE)
        rate = scale.rounds * scale.deliveries / (time.monotonic() - begun)
        spent = sum(map(processor_seconds, workers)) / (scale.rounds * scale.deliveries)
    yield Figure(
        key=f"postgres.worker.{count}",
        name=f"processed, PostgreSQL, {processes} as worker",
        here=f"{per_second(rate)} ({us(spent)} of the workers' processor each)",
        against=against,
        ratio=rate / bare.load.rate,
        bound=f"what a delivery takes of a worker's processor, and the statements that go back and forth; {BOUND}",
    )


def _database(url: str, name: str) -> str:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return url.rpartition("/")[0] + f"/{name}"
