"""What is said and counted of each request to the webhook: one line, one count, its seconds.

A delivery's id is what its sender says, signed or not: it names lines, and proves nothing. Of a body nothing is said.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import ExitStack

from flask import Blueprint, Response, g, request

from receiver import logs
from receiver.metrics import http
from receiver.metrics.instruments import OTHER, REFUSED, instruments
from receiver.problems import told

log = logging.getLogger("receiver.webhooks")

MOST = 60
"""Characters of an event or an action that are shown."""

Named = Callable[[], str | None]


def watch(blueprint: Blueprint, named: Named) -> None:
    """Watch the requests of a blueprint; ``named`` returns the id of the delivery that the present one brings."""

    def begin() -> None:
        g.about = ExitStack()
        guid = named()
        if guid is not None:
            g.about.enter_context(logs.about(delivery=guid))

    def end(response: Response) -> Response:
        instruments().webhook_seconds.observe(http.seconds())
        reason = told()
        if reason is not None:
            instruments().webhook_refused.labels(reason if reason in REFUSED else OTHER).inc()
            log.info("delivery %s: refused, %s (%d)", named() or "without a name", reason, response.status_code)
        return response

    def forget(_error: BaseException | None) -> None:
        stack: ExitStack | None = g.pop("about", None)
        if stack is not None:
            stack.close()

    blueprint.before_request(begin)
    blueprint.after_request(end)
    blueprint.teardown_request(forget)


def taken(outcome: str, *, event: str, action: str | None) -> None:
    """Say and count that the present request's delivery was taken; of ``TAKEN``."""
    instruments().webhook_taken.labels(outcome).inc()
    guid = request.headers["X-GitHub-Delivery"]
    log.info("delivery %s: %s, event %s, action %s", guid, outcome, event[:MOST], (action or "-")[:MOST])
