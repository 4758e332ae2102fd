"""``POST /webhooks/github``: verify, record, acknowledge, and nothing else (SPEC §3).

The worker does the rest from the inbox. GitHub signs the body, not the headers: event and GUID are hearsay. Most
deliveries do not come here: ``receiver.batches`` takes those with which all is well.
"""

from __future__ import annotations

from flask import Blueprint, request
from werkzeug.exceptions import UnsupportedMediaType

from receiver import body, logs, taking
from receiver.current import services
from receiver.metrics import webhook
from receiver.problems import ApiError
from resolver.errors import ConflictError
from resolver.model.deliveries import Recorded

MAX_BODY = 25 * 1024 * 1024
"""Bytes; GitHub's own cap."""

blueprint = Blueprint("webhooks", __name__)
blueprint.after_request(webhook.note_refusal)


@blueprint.post(taking.PATH)
def receive() -> tuple[dict[str, str], int]:
    """Take one delivery. A 2xx means that it is on disk."""
    here = services()
    body.refuse_larger(request, limit=MAX_BODY)
    guid, event = _header(taking.GUID), _header(taking.EVENT)
    logs.turn_to(delivery=guid)
    _refuse_other_types()
    raw = body.read(request, limit=MAX_BODY)
    offered = taking.offer(here, request.headers, raw)
    recorded = here.store.record(offered.delivery)
    if recorded is Recorded.CONFLICT:
        raise ConflictError(f"delivery {guid} was received before, with another body")
    if offered.fault is not None:
        raise offered.fault
    outcome = "duplicate" if recorded is Recorded.DUPLICATE else offered.outcome
    webhook.taken(guid, outcome, event=event, action=offered.delivery.action)
    return {"status": outcome, "delivery": guid}, 202


def _header(name: str) -> str:
    value = request.headers.get(name, "")
    fault = taking.fault_of(value)
    if fault is not None:
        raise ApiError(400, "bad_header", f"the header {name} {fault}")
    return value


def _refuse_other_types() -> None:
    if "Content-Encoding" in request.headers:
        raise UnsupportedMediaType("the body has to be sent as it is: no Content-Encoding is taken")
    if request.mimetype not in taking.CONTENT_TYPES:
        raise UnsupportedMediaType(f"the content type has to be one of: {', '.join(sorted(taking.CONTENT_TYPES))}")
