"""The loop of whatever works on its own: do what is due, rest when nothing is, wait while the store is out of reach."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from resolver.errors import StoreError

log = logging.getLogger("receiver.worker")

LONGEST_BACKOFF = timedelta(minutes=10)

SHORTEST_OUTAGE = 0.5
LONGEST_OUTAGE = 10.0
"""Seconds to wait for a store that is out of reach."""


@dataclass(frozen=True, slots=True)
class Idle:
    """How many seconds to rest when there is nothing to do: ever longer, between two bounds."""

    shortest: float
    longest: float


def run(work_once: Callable[[], bool], idle: Idle, *, stop: threading.Event) -> None:
    """Work until ``stop`` is set; what is under way is finished first. Nothing that comes up ends this loop.

    ``work_once`` does one thing and returns True, or False when there was none; it raises StoreError when the store is
    out of reach.
    """
    rest, outage = idle.shortest, SHORTEST_OUTAGE
    while not stop.is_set():
        try:
            worked = work_once()
        except StoreError as error:
            log.warning("the store is out of reach, next try in %.1f s: %s", outage, error)
            stop.wait(outage)
            outage = min(outage * 2, LONGEST_OUTAGE)
            continue
        except Exception:  # a fault of ours outside any single thing: said, and survived
            log.exception("the worker stumbled")
            stop.wait(outage)
            continue
        outage = SHORTEST_OUTAGE
        if worked:
            rest = idle.shortest
        else:
            stop.wait(rest)
            rest = min(rest * 1.2, idle.longest)


def backoff(tries: int) -> timedelta:
    """Return how long to wait after so many tries: 1 s, doubling, at most ten minutes."""
    doublings = min(tries - 1, 10)
    return min(timedelta(seconds=2**doublings), LONGEST_BACKOFF)
