"""Sessions: a browser that somebody signed in with (the page)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What a session rests on: a token, by its id, or else the token of the settings, by its SHA-256.

    A session is worth no more than that is worth at the moment: a token that was revoked ends its sessions.
    """

    token_id: int | None = None
    setting: bytes | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """A session as it is kept, without its secret."""

    id: int
    basis: Basis
    created_at: datetime
    expires_at: datetime

    def is_valid(self, at: datetime) -> bool:
        """Whether it lasts at a time."""
        return at < self.expires_at
