"""The network to PostgreSQL is cut: packets go nowhere, and nobody says so. Only root can make such a network."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from tests.torture.cluster import cluster
from tests.torture.ground import Ground
from tests.torture.verdict import Verdict

NOT_ROOT = "a network of its own needs root and the program ip"
LONGEST_ANSWER = 40.0
"""Seconds. The driver gives a dead connection up after 10, and a new one after 5; a busy machine adds its own."""


def may_make_networks() -> bool:
    """Whether network namespaces can be made here."""
    if os.geteuid() or shutil.which("ip") is None:
        return False
    name = f"whichrun-probe-{os.getpid()}"
    made = subprocess.run(["ip", "netns", "add", name], capture_output=True, check=False).returncode == 0
    if made:
        _ip("netns", "del", name)
    return made


class Cable:
    """A network of two: here and there; ``there`` is the address at the other end, in the namespace ``name``."""

    def __init__(self) -> None:
        number = os.getpid() % 60_000
        self.name = f"whichrun-{number}"
        self._near, self._far = f"wr{number}a", f"wr{number}b"
        subnet = f"10.213.{number % 250}"
        self.here, self.there = f"{subnet}.1", f"{subnet}.2"

    def make(self) -> None:
        """Make both ends."""
        _ip("netns", "add", self.name)
        _ip("link", "add", self._near, "type", "veth", "peer", "name", self._far, "netns", self.name)
        _ip("addr", "add", f"{self.here}/30", "dev", self._near)
        _ip("link", "set", self._near, "up")
        _ip("-n", self.name, "addr", "add", f"{self.there}/30", "dev", self._far)
        _ip("-n", self.name, "link", "set", "lo", "up")
        self.mend()

    def cut(self) -> None:
        """Take the far end down: what is sent from here is dropped."""
        _ip("-n", self.name, "link", "set", self._far, "down")

    def mend(self) -> None:
        """Put it up again."""
        _ip("-n", self.name, "link", "set", self._far, "up")

    def remove(self) -> None:
        """Remove the namespace, and with it the cable."""
        _ip("netns", "del", self.name)


@contextmanager
def cable() -> Iterator[Cable]:
    """Make a network of two, and remove it in the end; skips where that cannot be."""
    if not may_make_networks():
        pytest.skip(NOT_ROOT)
    made = Cable()
    made.make()
    try:
        yield made
    finally:
        made.remove()


def networks(database: str, folder: Path, *, count: int, most: int) -> Verdict:
    """Cut the network ``count`` times while ``most`` deliveries are sent; each request is answered, and all goes on."""
    with cable() as line, cluster(host=line.there, prefix=("ip", "netns", "exec", line.name)) as server:
        here = Ground(database, folder, server.url, reach=server.socket_url)
        try:
            here.begin()
            load = here.load(most)
            share = load.shared(count)
            with load.running():
                for _ in range(count):
                    load.wait_but(share)
                    line.cut()
                    load.allow(2 * share)
                    load.wait_refused(3)
                    assert requests.get(f"{here.running.url}/healthz", timeout=60).status_code == 200
                    line.mend()
                load.wait_all()
            load.finish()
            here.wait_processed(max(120.0, most / 20))
            verdict = here.judge("networks", load, cuts=count, refused=load.answers[503], slowest=load.slowest)
            verdict.expect(load.slowest < LONGEST_ANSWER, f"an answer took {load.slowest:.0f} s")
            verdict.expect(load.answers[0] == 0, "a request was not answered at all")
            return verdict
        finally:
            here.end()


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)
