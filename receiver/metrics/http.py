"""Counts and times every request, by the rule of its route: an address would let callers invent labels."""

from __future__ import annotations

import time

from flask import Flask, Response, g, request

from receiver import logs
from receiver.metrics.instruments import OTHER, instruments

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""Those that are told apart; callers may send any word."""


def install(app: Flask) -> None:
    """Watch the requests of an application: to be installed before everything else, so as to see it all."""
    instruments()  # made now, while the process has one thread
    app.before_request(_begin)
    app.after_request(_end)
    app.teardown_request(_leave)


def _begin() -> None:
    g.begun = time.perf_counter()


def _leave(_error: BaseException | None) -> None:
    logs.turn_to()  # what the thread says next is about something else


def _end(response: Response) -> Response:
    route = OTHER if request.url_rule is None else request.url_rule.rule
    method = request.method if request.method in METHODS else OTHER
    counted = instruments()
    counted.requests.labels(route, method, response.status_code).inc()
    counted.request_seconds.labels(route, method).observe(time.perf_counter() - g.begun)
    return response
