"""The webhook on a disk whose fsync takes 5 ms more: what comes at once shares a commit, against one for each request.

No setting turns that on: deliveries that come while others are written always share the next commit. The disk is slowed
for the service alone, by a few lines of C between it and the C library (``slow_fsync.c``).
"""

from __future__ import annotations

import contextlib
import dataclasses
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.bench import servers
from tests.bench.figure import Figure, Scale, per_second
from tests.bench.webhook import Taken, middle, taken
from tests.torture.injections import injecting

SOURCE = Path(__file__).with_name("slow_fsync.c")
WANTED = 3


def figures(scale: Scale) -> Iterator[Figure]:
    """Yield the row: left out without a C compiler."""
    compiler = next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)
    name = "deliveries on disk, 5 ms added to every fsync: commits shared against one each"
    if compiler is None:
        yield Figure(key="slow-disk.rate", name=name, goal=WANTED, left_out="there is no C compiler here")
        return
    with _shim(compiler) as shim:
        each = _rate(scale, {"LD_PRELOAD": str(shim), **injecting(one_at_a_time=True)})
        gathered = _rate(scale, {"LD_PRELOAD": str(shim)})
    against = f"one each: {per_second(each)}"
    yield Figure(
        key="slow-disk.rate",
        name=name,
        here=per_second(gathered),
        against=against,
        ratio=gathered / each,
        goal=WANTED,
        bound="the 16 connections: no more than 16 deliveries can gather while a commit waits for the disk",
    )


def _rate(scale: Scale, environment: dict[str, str]) -> float:
    """Return the middle rate of some rounds; a third of the deliveries will do on a disk that slow."""
    few = dataclasses.replace(scale, deliveries=max(scale.deliveries // 3, 300))
    with servers.web(environment) as server:
        rounds: list[Taken] = [taken(server, turn, few) for turn in range(few.rounds)]
    return middle(rounds).load.rate


@contextlib.contextmanager
def _shim(compiler: str) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "slow_fsync.so"
        subprocess.run([compiler, "-shared", "-fPIC", "-O2", "-o", library, SOURCE, "-ldl"], check=True)
        yield library
