"""What a delivery is, from the headers and the body that it came with: the rules of the webhook (SPEC §3).

Without Flask: ``receiver.webhooks`` asks in a request of its own, ``receiver.batches`` for many at once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Protocol

from receiver.wiring import Services
from resolver.errors import PayloadError
from resolver.model.deliveries import DeliveryStatus, NewDelivery
from resolver.payloads import envelope
from resolver.signature import verify

PATH = "/webhooks/github"

JSON = "application/json"
CONTENT_TYPES = frozenset({JSON, envelope.FORM})

GUID, EVENT, SIGNATURE = "X-GitHub-Delivery", "X-GitHub-Event", "X-Hub-Signature-256"
KEPT_HEADERS = ("Content-Type", "User-Agent", EVENT, "X-GitHub-Hook-ID")
"""What is kept beside the body; neither the signature nor what a proxy adds about the sender."""

_NAME = re.compile(r"[\x21-\x7e]{1,200}")


class Headers(Protocol):
    """Headers by their names, as they stand in this module."""

    def __contains__(self, name: str, /) -> bool:
        """Whether there is one."""
        ...

    def __getitem__(self, name: str, /) -> str:
        """Return its value."""
        ...

    def get(self, name: str, /) -> str | None:
        """Return its value, or None."""
        ...


@dataclass(frozen=True, slots=True)
class Offered:
    """A delivery that was offered to the inbox; ``fault`` is set where it is kept, and refused."""

    delivery: NewDelivery
    fault: PayloadError | None = None

    @property
    def outcome(self) -> str:
        """What is answered once it is stored."""
        return "accepted" if self.delivery.status is DeliveryStatus.PENDING else "ignored"


def fault_of(name: str) -> str | None:
    """Say what is wrong with the value of a header that names the delivery or its event; None when it can be taken."""
    if _NAME.fullmatch(name):
        return None
    return "is not 1 to 200 printable ASCII characters without spaces" if name else "is missing"


def offer(here: Services, headers: Headers, raw: bytes) -> Offered:
    """Check the signature, then read what the delivery is.

    The two headers that name the delivery and its event are there, and can be taken. Raises SignatureError and
    NotJsonError, of which nothing is kept.
    """
    secrets = (key.secret for key in here.settings.webhook_secrets.valid_keys(here.clock()))
    verify(raw, signature=headers.get(SIGNATURE), secrets=secrets)
    delivery = NewDelivery(
        guid=headers[GUID],
        event=headers[EVENT],
        action=None,
        repository_id=None,
        headers={name: headers[name] for name in KEPT_HEADERS if name in headers},
        body=raw,
        status=DeliveryStatus.DEAD,
        error=None,
        received_at=here.clock(),
    )
    try:
        found = envelope.read(delivery.event, raw, headers["Content-Type"])
    except PayloadError as error:
        return Offered(replace(delivery, error=str(error)), error)
    used = found.used and _is_ours(here, found.repository)
    status = DeliveryStatus.PENDING if used else DeliveryStatus.IGNORED
    return Offered(replace(delivery, action=found.action, repository_id=found.repository_id, status=status))


def _is_ours(here: Services, repository: str | None) -> bool:
    """Whether the setting lets this repository in; a delivery about none (an installation) may pass."""
    ours = here.settings.repositories
    return ours is None or repository is None or repository.lower() in ours
