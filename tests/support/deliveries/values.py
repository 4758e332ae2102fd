"""Who and what deliveries are about, and the delivery itself."""

from __future__ import annotations

import functools
import hashlib
import hmac
import json
import uuid
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

OCTOKIT = Path(__file__).parents[2] / "payloads" / "octokit"
NO_COMMIT = "0" * 40
"""What GitHub sends for the commit of a ref that does not exist."""

_START = datetime(2026, 10, 1, 9, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Person:
    """A GitHub account, and its association with the repository of the story."""

    id: int
    login: str
    type: str = "User"
    association: str = "NONE"


@dataclass(frozen=True, slots=True)
class Repo:
    """A repository: its number and full name, and the installation that delivers for it."""

    id: int = 9001
    name: str = "acme/widgets"
    updated_at: str = "2026-09-01T00:00:00Z"
    installation_id: int | None = 77

    @property
    def url(self) -> str:
        """Its page."""
        return f"https://github.com/{self.name}"


MAINTAINER = Person(id=501, login="maintainer", association="MEMBER")
OUTSIDER = Person(id=502, login="outsider")
AGENT = Person(id=503, login="coder[bot]", type="Bot", association="CONTRIBUTOR")


@dataclass(frozen=True, slots=True)
class Delivery:
    """One webhook delivery."""

    event: str
    payload: dict[str, Any]
    guid: str

    @property
    def body(self) -> bytes:
        """The raw body, as GitHub writes it: compact, ASCII only where it has to be."""
        return json.dumps(self.payload, separators=(",", ":"), ensure_ascii=False).encode()

    def headers(self, secret: bytes | str) -> dict[str, str]:
        """The headers, signed with a webhook secret."""
        key = secret.encode() if isinstance(secret, str) else secret
        return {
            "Content-Type": "application/json",
            "User-Agent": "GitHub-Hookshot/044aadd",
            "X-GitHub-Delivery": self.guid,
            "X-GitHub-Event": self.event,
            "X-Hub-Signature-256": "sha256=" + hmac.new(key, self.body, hashlib.sha256).hexdigest(),
        }

    def again(self, guid: str = "") -> Delivery:
        """The same payload under another GUID (or the one given)."""
        return replace(self, guid=guid or str(uuid.uuid5(uuid.NAMESPACE_OID, self.guid)))


def delivery(event: str, payload: dict[str, Any], guid: str | None = None) -> Delivery:
    """Make a delivery; its GUID follows from what it says unless one is given."""
    said = json.dumps([event, payload], sort_keys=True)
    return Delivery(event, payload, guid or str(uuid.uuid5(uuid.NAMESPACE_OID, said)))


def example(name: str) -> dict[str, Any]:
    """A copy of one of octokit's examples, such as ``issue_comment.created``."""
    payload: dict[str, Any] = json.loads(_read(name))  # a tenth of the time that a deep copy takes
    return payload


@functools.cache
def _read(name: str) -> str:
    return (OCTOKIT / f"{name}.json").read_text()


def sha(label: str) -> str:
    """A commit id that is always the same for a label."""
    return hashlib.sha1(label.encode(), usedforsecurity=False).hexdigest()


def minute(count: float) -> str:
    """The time so many minutes into the story, which begins on 2026-10-01 at 09:00 UTC."""
    return (_START + timedelta(minutes=count)).isoformat().replace("+00:00", "Z")


def account(person: Person | None) -> dict[str, Any] | None:
    """Write an account as payloads do; None is one that was deleted."""
    if person is None:
        return None
    return {
        "login": person.login,
        "id": person.id,
        "html_url": f"https://github.com/{person.login}",
        "type": person.type,
        "site_admin": False,
    }


def started(name: str, action: str, repo: Repo, sender: Person | None) -> dict[str, Any]:
    """Begin a payload: an example, told of this repository, by this sender."""
    payload = example(name)
    payload["action"] = action
    payload["sender"] = account(sender)
    place(payload, repo)
    return payload


def place(payload: dict[str, Any], repo: Repo) -> None:
    """Put a payload into a repository."""
    owner, _, short = repo.name.partition("/")
    payload["repository"] |= {
        "id": repo.id,
        "name": short,
        "full_name": repo.name,
        "html_url": repo.url,
        "updated_at": repo.updated_at,
    }
    payload["repository"]["owner"] |= {"login": owner}
    payload.pop("installation", None)
    if repo.installation_id is not None:
        payload["installation"] = {"id": repo.installation_id}


def tell_edit(payload: dict[str, Any], was: str | None) -> None:
    """Say what an edit replaced; None: an edit of something else, or no edit."""
    payload.pop("changes", None)
    if was is not None:
        payload["changes"] = {"body": {"from": was}}
    elif payload["action"] == "edited":
        payload["changes"] = {"title": {"from": "An older title"}}
