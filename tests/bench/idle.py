"""Figures of the idle service: how soon it answers, how soon a change is told, how much memory it needs."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

import requests

from tests.bench import deliveries, servers, streaming
from tests.bench.figure import Figure, Scale, ms, percentile
from tests.bench.webhook import pending, register
from tests.support.service import Service, until

SOON = 0.25
"""Seconds within which an idle service has to have an answer."""
ROOM = 200
"""MiB that it may take."""


def figures(scale: Scale) -> Iterator[Figure]:
    """Yield the times and the memory."""
    with servers.whole() as service, requests.Session() as session:
        register(service)
        seconds = [_probe(service, session, group) for group in range(scale.probes)]
        mebibytes = servers.memory(service)
    p95 = percentile(seconds, 95)
    yield Figure(
        key="idle.answer",
        name="202 to readable answer, idle service, p95",
        here=f"{ms(p95)} (p50 {ms(percentile(seconds, 50))})",
        against="250 ms",
        ratio=p95 / SOON,
        goal=1,
        more=False,
        bound="how often the worker looks into an empty inbox: every 20 to 50 ms",
    )
    yield _told(streaming.latencies(scale.probes))
    yield Figure(
        key="idle.memory",
        name="memory of the idle service, all processes",
        here=f"{mebibytes:.0f} MiB",
        against=f"{ROOM} MiB",
        ratio=mebibytes / ROOM,
        goal=1,
        more=False,
        bound="Python and what is imported, once for the keeper, the web's processes and the worker; shared pages "
        "count once (PSS)",
    )


def _told(seconds: Sequence[float]) -> Figure:
    p50, p95 = percentile(seconds, 50), percentile(seconds, 95)
    return Figure(
        key="idle.stream",
        name="change to event on the stream, p95",
        here=ms(p95),
        against=f"p50: {ms(p50)}",
        ratio=p95 / p50,
        more=False,
    )


def _probe(service: Service, session: requests.Session, group: int) -> float:
    """Deliver a signed comment, and once that is processed a reply with feedback; time the reply."""
    _deliver(service, session, 4 * group)
    until(lambda: not pending(service))
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
