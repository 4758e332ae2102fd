"""Valid deliveries while 500 clients stall, behind nginx and without it, and memory while the largest bodies arrive."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from tests.bench import deliveries
from tests.bench.figure import Figure, Scale, ms, percentile
from tests.support import nginx
from tests.support.service import running
from tests.support.stalled import Door, all_at_once, answer, deliver, is_open, largest, memory_watched, stalling

STALLED = 500
SOON = 2.0
"""Seconds within which 99 of 100 deliveries have to be answered."""
AT_ONCE = 8
GIVES_UP = 10.0
"""Seconds after which GitHub does."""
LARGE = 16
BOUND = {
    "behind nginx": "nginx, which takes each request in whole before it passes it on; and TLS, new for each delivery",
    "without a proxy": "the connections that a process keeps, 900 or 1,000; no thread waits for a client that "
    "has not sent its request",
}


def figures(scale: Scale) -> Iterator[Figure]:
    """Yield the times and the memory."""
    for way in BOUND:
        yield _behind(way, scale)
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), workers="2") as service:
        bodies = [largest(number) for number in range(LARGE)]
        with memory_watched(service.process.pid) as watched:
            door = Door(service.port)
            statuses = all_at_once(lambda n: deliver(door, bodies[n], guid=f"large-{n}")[0], LARGE)
    counted = ", ".join(f"{statuses.count(status)} times {status}" for status in sorted(set(statuses)))
    yield Figure(
        key="stalled.memory",
        name=f"growth of memory while {LARGE} bodies of 25 MiB arrive at once, all processes",
        here=f"{watched.growth:.0f} MiB ({counted})",
        against=f"bodies: {LARGE * 25} MiB",
        ratio=watched.growth / (LARGE * 25),
        more=False,
        bound="how many requests are worked on at a time; each holds its body, and what is compressed of it",
    )


def _behind(way: str, scale: Scale) -> Figure:
    key, name = f"stalled.{way}", f"p99 of valid deliveries while {STALLED} clients stall, {way}"
    if way == "behind nginx" and nginx.program() is None:
        return Figure(key=key, name=name, goal=1, more=False, left_out=nginx.LEFT_OUT)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        for part in ("service", "nginx"):
            (folder / part).mkdir()
        service = stack.enter_context(running(folder / "service", workers="2"))
        door = Door(service.port)
        if way == "behind nginx":
            port = stack.enter_context(nginx.proxied(folder / "nginx", service.port))
            door = Door(port, nginx.trusting(folder / "nginx"))
        stalled = stack.enter_context(stalling(door, STALLED))
        with ThreadPoolExecutor(AT_ONCE) as pool:
            answers = list(pool.map(partial(_valid, door), range(scale.probes)))
        waiting = sum(map(is_open, stalled))
    seconds = [took for _, took in answers]
    p50, p99 = percentile(seconds, 50), percentile(seconds, 99)
    failed = sum(1 for status, _ in answers if status != 202)
    return Figure(
        key=key,
        name=name,
        here=f"{ms(p99)} (p50 {ms(p50)}; {failed} of {len(answers)} failed; {waiting} still stalled at the end)",
        against="2 s",
        ratio=None if failed else p99 / SOON,
        goal=1,
        more=False,
        bound=BOUND[way],
    )


def _valid(door: Door, index: int) -> tuple[int, float]:
    """Send a delivery, and give up when GitHub would; return its status (0: none) and the seconds it took."""
    begun = time.monotonic()
    try:
        with door.open() as connection:
            connection.settimeout(GIVES_UP)
            connection.sendall(deliveries.request(index))
            return answer(connection), time.monotonic() - begun
    except OSError:
        return 0, time.monotonic() - begun
