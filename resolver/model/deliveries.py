"""What the inbox keeps of a webhook delivery."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


class DeliveryStatus(enum.StrEnum):
    """SPEC §3: ``failed`` will be tried again, ``dead`` only when it is replayed."""

    PENDING = "pending"
    DONE = "done"
    IGNORED = "ignored"
    FAILED = "failed"
    DEAD = "dead"


class Recorded(enum.StrEnum):
    """What became of a delivery that was offered to the inbox."""

    STORED = "stored"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """A delivery as it came in, signature checked. ``body`` is raw, as GitHub signed it."""

    guid: str
    event: str
    action: str | None
    repository_id: int | None
    headers: Mapping[str, str]
    body: bytes
    status: DeliveryStatus
    error: str | None
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery in the inbox, without its body.

    ``next_try_at`` is None unless it waits to be tried again, ``pruned_at`` unless its body is not kept any more.
    """

    id: int
    guid: str
    event: str
    action: str | None
    repository_id: int | None
    repository: str | None
    status: DeliveryStatus
    error: str | None
    tries: int
    received_at: datetime
    processed_at: datetime | None
    next_try_at: datetime | None
    pruned_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that a worker has taken, with what it needs to process it."""

    id: int
    guid: str
    event: str
    content_type: str
    body: bytes
    tries: int
    received_at: datetime
