"""How many requests of a process are worked on at once, however many threads it has.

Most threads are there to wait for changes (``receiver.streams``). More than a few at work only take the interpreter
from one another: the slowest answers come later then, and no more get done.
"""

from __future__ import annotations

import threading

from flask import Flask, g

_PASSED = "whichrun_passed_gate"


def install(app: Flask, *, width: int) -> None:
    """Let ``width`` requests at a time through. A stream is through once its answer has begun."""
    gate = threading.BoundedSemaphore(width)

    def enter() -> None:
        gate.acquire()
        setattr(g, _PASSED, True)

    def leave(_error: BaseException | None) -> None:
        if g.pop(_PASSED, default=False):
            gate.release()

    app.before_request(enter)
    app.teardown_request(leave)
