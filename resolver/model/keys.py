"""Keys as the store knows them: what they are called, what kind they are of, since when and until when they count."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from resolver.claims.validity import ALWAYS, Validity


class KeyKind(enum.StrEnum):
    """``ed25519`` keys sign claims of version 2, ``hmac`` secrets claims of version 1."""

    ED25519 = "ed25519"
    HMAC = "hmac"


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key to be registered; ``public_jwk`` is that of an Ed25519 key. Of a secret nothing but its id is known."""

    id: str
    kind: KeyKind
    public_jwk: Mapping[str, str] | None = None
    validity: Validity = ALWAYS


@dataclass(frozen=True, slots=True)
class RegisteredKey(NewKey):
    """A key in the register.

    ``read_again_at`` is when the texts that had been refused for want of it were read again, None until they were.
    """

    created_at: datetime = field(kw_only=True)
    read_again_at: datetime | None = field(kw_only=True)
