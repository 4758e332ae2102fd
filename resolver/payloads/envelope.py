"""Reads a delivery's body: which event and action it is, for which repository, and the fields that are used.

This is on the path of every delivery. In the normal case the raw bytes are parsed once, by the event's own narrow
model, and no document is built.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from pydantic import BaseModel, ValidationError

from resolver.errors import NotJsonError
from resolver.payloads import faults, soundness
from resolver.payloads.events import EVENTS, Used
from resolver.payloads.parts import Outline, Part

FORM = "application/x-www-form-urlencoded"

_UNUSED = Used(Outline, frozenset())
_PAYLOAD_FIELD = re.compile(rb"(?:^|&)payload=([^&]*)")


@dataclass(frozen=True, slots=True)
class Envelope:
    """A delivery as it was read. ``payload`` is None when the event or action is not used.

    ``repository_id`` and ``repository`` (its full name) are None where the delivery names none, or, when it is not
    used, none that is well-formed.
    """

    event: str
    action: str | None
    used: bool
    repository_id: int | None
    repository: str | None
    payload: BaseModel | None


def read(event: str, body: bytes, content_type: str) -> Envelope:
    """Read the body of a delivery of an event.

    ``content_type`` is the header's value: JSON, or a form whose field ``payload`` holds the JSON. Raises
    NotJsonError when the body is not a JSON object, and PayloadError, naming the field, when it is one that cannot
    be taken: for any event when it is not sound, for a used event when it is the payload of another event, and for
    a used event and action when a used field does not fit.
    """
    if content_type.partition(";")[0].strip().lower() == FORM:
        body = _form_field(body)
    used = EVENTS.get(event, _UNUSED)
    try:
        payload = used.model.model_validate_json(body)
    except ValidationError as error:
        return _read_misfit(event, body, used, error)
    if not soundness.is_sound(body):
        raise faults.explain(body)
    action = getattr(payload, "action", None)
    return _envelope(event, action, payload, used=used.takes(action))


def _read_misfit(event: str, body: bytes, used: Used, error: ValidationError) -> Envelope:
    """Tell a payload that does not fit from one whose action is not used, where no field of its own has to fit."""
    if faults.is_of_whole(error) or not soundness.is_sound(body):
        raise faults.explain(body) from None
    head = Outline.model_validate_json(body)
    if head.action is None or used.takes(head.action) or faults.is_of_another_event(error, body):
        raise faults.unfit(error) from None
    return _envelope(event, head.action, head, used=False)


def _envelope(event: str, action: str | None, payload: Part, *, used: bool) -> Envelope:
    repository = getattr(payload, "repository", None)
    return Envelope(
        event=event,
        action=action,
        used=used,
        repository_id=None if repository is None else repository.id,
        repository=None if repository is None else repository.full_name,
        payload=payload if used else None,
    )


def _form_field(body: bytes) -> bytes:
    match = _PAYLOAD_FIELD.search(body)
    if match is None:
        raise NotJsonError("the form has no field named payload")
    return unquote_to_bytes(match[1].replace(b"+", b" "))
