"""``POST /webhooks/github``: verify, record, acknowledge, and nothing else (SPEC §3).

The worker does the rest from the inbox. GitHub signs the body, not the headers: event and GUID are hearsay.
"""

from __future__ import annotations

import functools
import re

from flask import Blueprint, request
from werkzeug.exceptions import UnsupportedMediaType

from receiver import body, logs
from receiver.current import services
from receiver.metrics import webhook
from receiver.problems import ApiError
from receiver.wiring import Services
from resolver.errors import ConflictError, PayloadError
from resolver.model.deliveries import DeliveryStatus, NewDelivery, Recorded
from resolver.payloads import envelope
from resolver.signature import verify

MAX_BODY = 25 * 1024 * 1024
"""Bytes; GitHub's own cap."""

CONTENT_TYPES = frozenset({"application/json", "application/x-www-form-urlencoded"})

KEPT_HEADERS = ("Content-Type", "User-Agent", "X-GitHub-Event", "X-GitHub-Hook-ID")
"""What is kept beside the body; neither the signature nor what a proxy adds about the sender."""

_NAME = re.compile(r"[\x21-\x7e]{1,200}")

blueprint = Blueprint("webhooks", __name__)
blueprint.after_request(webhook.note_refusal)


@blueprint.post("/webhooks/github")
def receive() -> tuple[dict[str, str], int]:
    """Take one delivery. A 2xx means that it is on disk."""
    here = services()
    body.refuse_larger(request, limit=MAX_BODY)
    guid, event = _header("X-GitHub-Delivery"), _header("X-GitHub-Event")
    logs.turn_to(delivery=guid)
    _refuse_other_types()
    raw = body.read(request, limit=MAX_BODY)
    secrets = (key.secret for key in here.settings.webhook_secrets.valid_keys(here.clock()))
    verify(raw, signature=request.headers.get("X-Hub-Signature-256"), secrets=secrets)
    return {"status": _take(here, guid, event, raw), "delivery": guid}, 202


def _take(here: Services, guid: str, event: str, raw: bytes) -> str:
    """Record a delivery, and say what became of it.

    Raises NotJsonError, with nothing kept; PayloadError, with the delivery kept as dead; ConflictError; StoreError.
    """
    kept = {name: request.headers[name] for name in KEPT_HEADERS if name in request.headers}
    delivery = functools.partial(NewDelivery, guid, event, headers=kept, body=raw, received_at=here.clock())
    try:
        found = envelope.read(event, raw, request.headers["Content-Type"])
    except PayloadError as error:
        _record(here, delivery(None, None, status=DeliveryStatus.DEAD, error=str(error)))
        raise
    used = found.used and _is_ours(here, found.repository)
    status = DeliveryStatus.PENDING if used else DeliveryStatus.IGNORED
    outcome = "accepted" if used else "ignored"
    if _record(here, delivery(found.action, found.repository_id, status=status, error=None)) is Recorded.DUPLICATE:
        outcome = "duplicate"
    webhook.taken(guid, outcome, event=event, action=found.action)
    return outcome


def _record(here: Services, delivery: NewDelivery) -> Recorded:
    recorded = here.store.record(delivery)
    if recorded is Recorded.CONFLICT:
        raise ConflictError(f"delivery {delivery.guid} was received before, with another body")
    return recorded


def _is_ours(here: Services, repository: str | None) -> bool:
    """Whether the setting lets this repository in; a delivery about none (an installation) may pass."""
    ours = here.settings.repositories
    return ours is None or repository is None or repository.lower() in ours


def _header(name: str) -> str:
    value = request.headers.get(name, "")
    if not _NAME.fullmatch(value):
        fault = "is not 1 to 200 printable ASCII characters without spaces" if value else "is missing"
        raise ApiError(400, "bad_header", f"the header {name} {fault}")
    return value


def _refuse_other_types() -> None:
    if "Content-Encoding" in request.headers:
        raise UnsupportedMediaType("the body has to be sent as it is: no Content-Encoding is taken")
    if request.mimetype not in CONTENT_TYPES:
        raise UnsupportedMediaType(f"the content type has to be one of: {', '.join(sorted(CONTENT_TYPES))}")
