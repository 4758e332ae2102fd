"""What is said and counted of each request to the webhook: one line, and one count; ``http`` times it.

A delivery's id is what its sender says, signed or not: it names lines, and proves nothing. Of a body nothing is said.
"""

from __future__ import annotations

import logging
from http import HTTPStatus

from flask import Response, request

from receiver import logs
from receiver.metrics.instruments import OTHER, REFUSED, instruments
from receiver.problems import told
from receiver.taking import PATH

log = logging.getLogger("receiver.webhooks")

MOST = 60
"""Characters of an event or an action that are shown."""
MOST_OF_ID = 200
"""Characters of a delivery's id; what is longer is none, and refused for that."""


def taken(guid: str, outcome: str, *, event: str, action: str | None) -> None:
    """Say and count that a delivery was taken; ``outcome`` is of ``TAKEN``."""
    instruments().webhook_taken.labels(outcome).inc()
    log.info("delivery %s: %s, event %s, action %s", guid, outcome, event[:MOST], (action or "-")[:MOST])


def refused(guid: str, reason: str, status: int) -> None:
    """Say and count that a delivery was refused; ``reason`` is the code of the error."""
    instruments().webhook_refused.labels(reason if reason in REFUSED else OTHER).inc()
    with logs.about(delivery=guid):
        log.info("delivery %s: refused, %s (%d)", guid, reason, status)


def timed(seconds: float, status: HTTPStatus) -> None:
    """Count and time a request that was answered beside the application, as ``http`` does for the others."""
    counted = instruments()
    counted.requests.labels(PATH, "POST", status.value).inc()
    counted.request_seconds.labels(PATH, "POST").observe(seconds)


def note_refusal(response: Response) -> Response:
    """Say and count that the present request was refused, if it was."""
    reason = told()
    if reason is not None:
        refused(request.headers.get("X-GitHub-Delivery", "")[:MOST_OF_ID], reason, response.status_code)
    return response
