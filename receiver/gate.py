"""How many requests of a process are worked on at once, however many threads it has.

Most threads are there to wait for changes (``receiver.streams``). More than a few at work only take the interpreter
from one another: the slowest answers come later then, and no more get done. Who only waits for somebody else lets the
next one in meanwhile (``outside``).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from flask import Flask, current_app, g, has_app_context

_PASSED = "whichrun_passed_gate"
_GATE = "whichrun.gate"


def install(app: Flask, *, width: int) -> None:
    """Let ``width`` requests at a time through. A stream is through once its answer has begun."""
    gate = app.extensions[_GATE] = threading.BoundedSemaphore(width)

    def enter() -> None:
        gate.acquire()
        setattr(g, _PASSED, True)

    def leave(_error: BaseException | None) -> None:
        if g.pop(_PASSED, default=False):
            gate.release()

    app.before_request(enter)
    app.teardown_request(leave)


@contextmanager
def outside() -> Iterator[None]:
    """Give the present request's place up for a while; before it goes on, it waits for another one.

    Does nothing where no request is through a gate.
    """
    if not has_app_context() or not g.pop(_PASSED, default=False):
        yield
        return
    gate = cast("threading.BoundedSemaphore", current_app.extensions[_GATE])
    gate.release()
    try:
        yield
    finally:
        gate.acquire()
        setattr(g, _PASSED, True)
