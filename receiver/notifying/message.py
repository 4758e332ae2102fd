"""What is sent: a change of feedback as a message of Standard Webhooks, and its signatures.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from receiver.notifying.wire import Reply, Request
from receiver.present import feedback_json
from receiver.settings_notify import Secret
from receiver.views import ChangeView
from resolver import times
from resolver.model.changes import ChangeKind

TOLD = frozenset({ChangeKind.RESOLVED, ChangeKind.REASSIGNED, ChangeKind.WITHDRAWN})
"""The kinds of change that somebody has to act on."""

AGENT = "whichrun"


@dataclass(frozen=True, slots=True)
class Message:
    """One notification: ``id`` stays the same however often it is sent, and orders those of one workspace."""

    change_id: int
    type: str
    changed_at: datetime
    body: bytes = field(repr=False)

    @property
    def id(self) -> str:
        """Its name, for whoever has to see that it came twice."""
        return f"chg_{self.change_id}"


@dataclass(frozen=True, slots=True)
class Webhook:
    """Says changes to a URL that is notified."""

    url: str = field(repr=False)
    secrets: tuple[Secret, ...]

    def requests(self, view: ChangeView, at: datetime) -> tuple[Request, ...]:
        """Return what is sent of a change."""
        message = message_of(view)
        return (Request(self.url, headers(message, self.secrets, at), message.body),)

    def read(self, reply: Reply) -> Reply:
        """Return an answer as it is meant: its status says all."""
        return reply


def message_of(view: ChangeView) -> Message:
    """Write a change, with the feedback as that left it."""
    kind = f"feedback.{view.change.kind}"
    changed_at = view.change.changed_at
    document = {"type": kind, "timestamp": times.write(changed_at), "data": feedback_json(view.feedback)}
    return Message(view.change.id, kind, changed_at, json.dumps(document).encode())


def headers(message: Message, secrets: Iterable[Secret], at: datetime) -> dict[str, str]:
    """Return the headers of a request that is made at a time, signed with each secret, newest first."""
    seconds = int(at.timestamp())
    signed = f"{message.id}.{seconds}.".encode() + message.body
    return {
        "content-type": "application/json",
        "user-agent": AGENT,
        "webhook-id": message.id,
        "webhook-timestamp": str(seconds),
        "webhook-signature": " ".join(signature(signed, secret) for secret in secrets),
    }


def signature(signed: bytes, secret: Secret) -> str:
    """Sign bytes with one secret."""
    return f"v1,{base64.b64encode(hmac.digest(secret.key, signed, 'sha256')).decode()}"
