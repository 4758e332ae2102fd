"""Tokens of the API: who may do what in which workspace, for how long."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime


class Scope(enum.StrEnum):
    """What a token may be allowed to do (SPEC §7)."""

    RUNS_WRITE = "runs:write"
    RUNS_READ = "runs:read"
    FEEDBACK_READ = "feedback:read"
    FEEDBACK_WRITE = "feedback:write"
    REPORTS_READ = "reports:read"
    REPORTS_WRITE = "reports:write"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenGrant:
    """What a token is to allow: ``run`` is the span of the only run that it may write as, None where there is none."""

    workspace: str
    name: str
    scopes: frozenset[Scope]
    run: str | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it is kept, without its secret. ``used_at`` is its last use, to the minute."""

    id: int
    grant: TokenGrant
    created_at: datetime
    revoked_at: datetime | None
    used_at: datetime | None

    def is_valid(self, at: datetime) -> bool:
        """Whether it is accepted at a time: not revoked, not expired."""
        return self.revoked_at is None and (self.grant.expires_at is None or at < self.grant.expires_at)
