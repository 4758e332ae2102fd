"""Webhook payloads with GitHub's own field names, as small as the real ones may be.

https://docs.github.com/en/webhooks/webhook-events-and-payloads
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

Json = dict[str, Any]

NO_COMMIT = "0" * 40
"""What GitHub names as ``before`` of a new branch."""


def new_id() -> int:
    """Return an id as large as GitHub's are by now: beyond 32 bits."""
    return 5_000_000_000 + secrets.randbelow(5_000_000_000)


@dataclass(frozen=True, slots=True)
class Account:
    """An account, and what GitHub says of it as an author (``author_association``)."""

    login: str
    association: str = "NONE"
    type: str = "User"
    id: int = field(default_factory=new_id)

    def json(self) -> Json:
        """Write the ``user`` object."""
        return {
            "login": self.login,
            "id": self.id,
            "type": self.type,
            "html_url": f"https://github.com/{self.login}",
            "site_admin": False,
        }


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit as a push brings it."""

    author: Account
    message: str
    at: datetime
    added: tuple[str, ...] = ()
    modified: tuple[str, ...] = ()
    sha: str = field(default_factory=lambda: secrets.token_hex(20))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pull:
    """A pull request with its head and base; opened with one commit."""

    number: int
    author: Account
    title: str
    body: str
    branch: str
    head: str
    base: str
    opened_at: datetime
    moved_at: datetime | None = None
    commits: int = 1
    id: int = field(default_factory=new_id)

    def moved_to(self, head: str, at: datetime) -> Pull:
        """Return the pull request after one more commit was pushed."""
        return replace(self, head=head, moved_at=at, commits=self.commits + 1)


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue; of a pull request's conversation, GitHub shows the pull request as one."""

    number: int
    author: Account
    title: str
    body: str
    opened_at: datetime
    is_pull: bool = False
    id: int = field(default_factory=new_id)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a diff: the commit it was commented on, and the hunk that ends with it."""

    path: str
    line: int
    commit: str
    hunk: str


@dataclass(frozen=True, slots=True)
class Post:
    """Something written by somebody: a comment or a review."""

    author: Account
    body: str
    at: datetime
    id: int = field(default_factory=new_id)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One webhook delivery, not yet signed: the event's name and the payload."""

    event: str
    payload: Json
