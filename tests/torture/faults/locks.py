"""Another program holds SQLite's writer: it knows nothing of the service's own lock."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from store.address import BUSY_SECONDS, sqlite_path
from tests.torture.ground import ground
from tests.torture.verdict import Verdict

HOLDER = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
connection.execute(sys.argv[2])
print("held", flush=True)
sys.stdin.read()
"""
"""Holds a transaction open until its input ends."""
SHORT = BUSY_SECONDS - 2.0
"""Seconds that SQLite's own patience covers."""


@contextmanager
def held(file: Path, begin: str) -> Iterator[None]:
    """Hold a transaction open in another program."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(file), begin], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdin is not None
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        try:
            yield
        finally:
            holder.stdin.close()
            holder.wait(30)


def locks(database: str, folder: Path, *, seconds: float, most: int, begin: str = "BEGIN EXCLUSIVE") -> Verdict:
    """Hold the lock for some seconds while ``most`` deliveries are sent: answers are late, or 503, and all goes on."""
    with ground(database, folder) as here:
        here.begin()
        load = here.load(most)
        share = load.shared(1)
        with load.running():
            load.wait_but(share)
            with held(sqlite_path(here.url), begin):
                load.allow(2 * share)
                time.sleep(0.5)  # what was at its commit is through by now
                acknowledged = len(load.acknowledged)
                assert requests.get(f"{here.running.url}/readyz", timeout=60).status_code == 200  # reading goes on
                time.sleep(seconds)
                past = len(load.acknowledged) - acknowledged
            load.wait_all()
        load.finish()
        here.wait_processed()
        told = {"seconds": seconds, "refused": load.answers[503], "slowest": load.slowest}
        verdict = here.judge(f"lock of {seconds:g} s", load, **told)
        verdict.expect(past == 0, f"{past} were acknowledged while nobody could write")
        verdict.expect(load.answers[0] == 0, "a request was not answered at all")
        if seconds > 2 * BUSY_SECONDS:
            verdict.expect(load.answers[503] > 0, "nothing was answered with 503")
        return verdict
