"""What there is of keys: for claims and for webhooks, and how it stands with each (``whichrun keys list``, doctor)."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from receiver.keyring import as_registered
from resolver.claims.ed25519 import KeyPair
from resolver.claims.ring import Key, Ring
from resolver.claims.validity import Standing, Validity
from resolver.model.keys import KeyKind, RegisteredKey

CLAIMS, WEBHOOKS = "claims", "webhooks"


class Status(enum.StrEnum):
    """How it stands with a key on this host; of those that are valid, one signs."""

    SIGNING = "signing"
    VERIFYING = "verifying"
    NOT_YET = "not yet"
    EXPIRED = "expired"
    RETIRED = "retired"
    NOT_HERE = "not here"
    """A secret of the register that the settings do not have any more: what it signed is verified no longer."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A key; ``artifacts`` is how many objects and commits carry claims that it verified, None for webhooks."""

    id: str
    purpose: str
    kind: KeyKind
    status: Status
    validity: Validity
    created_at: datetime | None = None
    artifacts: int | None = None


def listed(
    own: Ring, webhooks: Ring, register: Sequence[RegisteredKey], counts: dict[str, int], now: datetime
) -> tuple[Listed, ...]:
    """Return all keys: for claims those of version 2 first, then the secrets, each newest first; then for webhooks."""
    known = {one.id: one for one in register}
    ring = as_registered(own, register)
    signing = ring.signing_key(now)

    def claims(key: Key | KeyPair, kind: KeyKind) -> Listed:
        signs = signing is not None and key.id == signing.id
        status = Status.SIGNING if signs else _status(key.validity, now)
        created_at = known[key.id].created_at if key.id in known else None
        return Listed(key.id, CLAIMS, kind, status, key.validity, created_at, counts.get(key.id, 0))

    return (
        *(claims(pair, KeyKind.ED25519) for pair in ring.pairs),
        *(claims(key, KeyKind.HMAC) for key in ring.keys),
        *(_elsewhere(one, counts, now) for one in register if one.id not in ring.ids),
        *(Listed(key.id, WEBHOOKS, KeyKind.HMAC, _status(key.validity, now), key.validity) for key in webhooks.keys),
    )


def _elsewhere(one: RegisteredKey, counts: dict[str, int], now: datetime) -> Listed:
    status = Status.RETIRED if one.validity.at(now) is Standing.RETIRED else Status.NOT_HERE
    return Listed(one.id, CLAIMS, one.kind, status, one.validity, one.created_at, counts.get(one.id, 0))


def _status(validity: Validity, now: datetime) -> Status:
    standing = validity.at(now)
    return Status.VERIFYING if standing is Standing.VALID else Status(standing.value)
