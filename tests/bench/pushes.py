"""The webhook while the largest pushes arrive that GitHub sends: 2,048 commits, 20 MB, one after the other.

Half of them are large by their messages, half by the paths that their commits touched: the worker keeps each path.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import multiprocessing
import uuid
from collections.abc import Iterator
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Event

import requests

from tests.bench import deliveries, servers
from tests.bench.figure import Figure, Scale, ms, percentile
from tests.bench.load import drive
from tests.bench.webhook import register
from tests.support.builders import Repo, commit, push, sha
from tests.support.service import WEBHOOK_SECRET

COMMITS = 2_048
SIZE = 20_000_000
"""Bytes of a push."""
SECOND = 1.0
"""Within which 99 of 100 deliveries have to be answered."""

_MARK = "c0ffee"
"""Stands in each commit's SHA, and is replaced so that no two pushes bring the same commits."""


def figures(scale: Scale) -> Iterator[Figure]:
    """Yield the worst p99 of some rounds, for both kinds of push."""
    for kind, body in (("long messages", _messages()), ("many paths", _paths())):
        worst, middle, pushed = _measured(scale, body)
        yield Figure(
            key=f"pushes.{kind}",
            name=f"worst p99 of the webhook while pushes of {COMMITS:,} commits and 20 MB arrive, {kind}",
            here=f"{ms(worst)} (p50 {ms(middle)}; {pushed} pushes)",
            against="1 s",
            ratio=worst / SECOND,
            goal=1,
            more=False,
            bound="the time that the worker's transaction for a push holds SQLite's one writer, and the processor that "
            "checking and reading 20 MB takes in a web process",
        )


def _measured(scale: Scale, body: bytes) -> tuple[float, float, int]:
    """Return the worst p99 and p50 of the rounds, in seconds, and how many pushes were acknowledged meanwhile."""
    context = multiprocessing.get_context("fork")
    with servers.whole() as service:
        register(service)
        drive(service.port, range(-scale.deliveries // 3, 0))
        with _pushing(context, service.port, body) as pushed:
            loads = [
                drive(service.port, range(turn * scale.deliveries, (turn + 1) * scale.deliveries))
                for turn in range(scale.rounds + 1)
            ]
            count = pushed.value
    return max(load.percentile(99) for load in loads), max(percentile(load.seconds, 50) for load in loads), count


@contextlib.contextmanager
def _pushing(context: multiprocessing.context.ForkContext, port: int, body: bytes) -> Iterator[Synchronized[int]]:
    stop, pushed = context.Event(), context.Value("i", 0)
    pusher = context.Process(target=_push, args=(port, body, stop, pushed))
    pusher.start()
    try:
        yield pushed
        assert pusher.is_alive(), "the pushes ended early"
    finally:
        stop.set()
        pusher.join()


def _push(port: int, body: bytes, stop: Event, pushed: Synchronized[int]) -> None:
    """Send pushes, each with commits of its own, until told to stop."""
    with requests.Session() as session:
        while not stop.is_set():
            content = body.replace(_MARK.encode(), f"{pushed.value:06x}".encode())
            signature = hmac.new(WEBHOOK_SECRET.encode(), content, hashlib.sha256).hexdigest()
            headers = {
                "Content-Type": "application/json",
                "X-GitHub-Event": "push",
                "X-GitHub-Delivery": str(uuid.uuid4()),
                "X-Hub-Signature-256": f"sha256={signature}",
            }
            url = f"http://127.0.0.1:{port}/webhooks/github"
            session.post(url, data=content, headers=headers, timeout=60).raise_for_status()
            pushed.value += 1


def _messages() -> bytes:
    each = SIZE // COMMITS
    return _body([commit(_sha(n), f"Change {n}\n\n{'why this was done. ' * each}"[:each]) for n in range(COMMITS)])


def _paths() -> bytes:
    count = SIZE // COMMITS // 60
    return _body(
        [
            commit(
                _sha(n),
                f"Change {n}",
                modified=[f"packages/part_{n:04}/src/module_{m:04}/implementation.py" for m in range(count)],
            )
            for n in range(COMMITS)
        ]
    )


def _sha(number: int) -> str:
    return _MARK + sha(f"commit {number}")[len(_MARK) :]


def _body(commits: list[dict[str, object]]) -> bytes:
    payload = push(Repo(name=deliveries.REPOSITORY), commits=commits).payload
    return json.dumps(payload, separators=(",", ":")).encode()
