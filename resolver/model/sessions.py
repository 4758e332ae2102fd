"""Sessions: a browser that somebody signed in with (the page)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from resolver.model.github import User


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What a session rests on: a token, by its id; the token of the settings, by its SHA-256; or an account of GitHub.

    A session is worth no more than that is worth at the moment: a token that was revoked ends its sessions, and so does
    an account that may no longer sign in.
    """

    token_id: int | None = None
    setting: bytes | None = None
    person: User | None = None


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
