"""GitHub's client without a network: answers from a script, a clock that is moved by hand, a memory for answers.

``told`` and ``grant`` are answers; ``Scripted`` gives them by what is asked, and keeps what it was asked.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any, TypeAlias

from resolver.github.client import HttpGithub
from resolver.github.credentials import Credentials
from resolver.github.exchange import Response, Transport
from resolver.model.asking import Place
from tests.support.github import key_pair

APP_ID = 12345
PLACE = Place(9001, "acme/widgets", 77)
TOKEN = "ghs_ThisIsNoRealToken0123456789"
BEGIN = datetime(2026, 10, 2, 12, tzinfo=UTC)


@dataclass(slots=True)
class MovedClock:
    """A clock that stands still unless it is moved."""

    now: datetime = BEGIN

    def __call__(self) -> datetime:
        """Return its time."""
        return self.now

    def move(self, **by: float) -> None:
        """Move it on, by ``seconds``, ``minutes`` or ``hours``."""
        self.now += timedelta(**by)


@dataclass(slots=True)
class Memory:
    """``Answers`` in a dict."""

    kept: dict[tuple[int, str], tuple[bytes, str | None]] = field(default_factory=dict)

    def get(self, repository_id: int, question: str) -> tuple[bytes, str | None] | None:
        """Return what is kept."""
        return self.kept.get((repository_id, question))

    def put(self, repository_id: int, question: str, body: bytes, etag: str | None) -> None:
        """Keep it."""
        self.kept[repository_id, question] = (body, etag)


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as it was given to the transport."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None

    @property
    def path(self) -> str:
        """What follows the host."""
        return "/" + self.url.split("/", 3)[3]


Reply: TypeAlias = "Response | Exception"
Script: TypeAlias = Callable[[Sent], Reply]


@dataclass(slots=True)
class Scripted:
    """A ``Transport`` that answers as its script says; a token is given unless ``grants`` says otherwise."""

    script: Script
    grants: Script = field(default=lambda _: grant())
    sent: list[Sent] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)

    def exchange(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Response:
        """Answer, or raise."""
        sent = Sent(method, url, headers, body)
        self.sent.append(sent)
        reply = (self.grants if sent.path.endswith("/access_tokens") else self.script)(sent)
        if isinstance(reply, Exception):
            raise reply
        return reply

    def close(self) -> None:
        """Hold nothing."""

    @property
    def paths(self) -> list[str]:
        """What was asked, but for tokens."""
        return [sent.path for sent in self.sent if not sent.path.endswith("/access_tokens")]

    @property
    def granted(self) -> int:
        """How often a token was asked for."""
        return len(self.sent) - len(self.paths)


def told(status: int = 200, value: object = None, *, at: datetime | None = BEGIN, **headers: str) -> Response:
    """Answer with JSON; underscores in the names of headers are dashes."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    date = {} if at is None else {"date": format_datetime(at, usegmt=True)}
    return Response(status, {**date, **named}, json.dumps(value).encode())


def refused(status: int, message: str, **headers: Any) -> Response:  # noqa: ANN401 -- as ``told`` takes them
    """Answer with an error in GitHub's shape."""
    return told(status, {"message": message, "documentation_url": "https://docs.github.com/rest"}, **headers)


def grant(
    place: Place = PLACE, *, token: str = TOKEN, at: datetime = BEGIN, minutes: float = 60, listed: bool = True
) -> Response:
    """Answer with a token for a repository, which is named unless ``listed`` is False."""
    value: dict[str, object] = {"token": token, "expires_at": (at + timedelta(minutes=minutes)).isoformat()}
    if listed:
        value["repositories"] = [{"id": place.id, "full_name": place.name}]
    return told(201, value, at=at)


def issue_comment(number: int = 11, body: str = "text") -> dict[str, object]:
    """Make a comment on an issue as REST shows it."""
    return {
        "id": number,
        "user": {"id": 501, "login": "maintainer", "type": "User"},
        "body": body,
        "html_url": f"https://github.com/acme/widgets/issues/5#issuecomment-{number}",
        "author_association": "MEMBER",
        "created_at": "2026-10-01T09:00:00Z",
        "updated_at": "2026-10-01T09:00:00Z",
        "issue_url": "https://api.github.com/repos/acme/widgets/issues/5",
    }


def window(remaining: int, *, limit: int = 5000, reset_at: datetime) -> dict[str, Any]:
    """Return the headers that say how much may still be asked."""
    return {
        "x_ratelimit_limit": str(limit),
        "x_ratelimit_remaining": str(remaining),
        "x_ratelimit_reset": str(int(reset_at.timestamp())),
    }


def client(
    transport: Scripted,
    clock: MovedClock | None = None,
    *,
    memory: Memory | None = None,
    private_key: str | None = None,
) -> HttpGithub:
    """Return a client over a script; it does not sleep, but notes how long it would have in ``slept``."""
    clock = clock or MovedClock()
    pem = key_pair().private_pem.decode() if private_key is None else private_key
    return HttpGithub(
        Credentials(APP_ID, private_key=pem, clock=clock),
        memory or Memory(),
        clock=clock,
        transport=transport,
        sleep=transport.slept.append,
    )


def over_http(url: str, transport: Transport | None = None, *, memory: Memory | None = None) -> HttpGithub:
    """Return a client of a stand-in, with the real time."""
    return HttpGithub(
        _credentials(), memory or Memory(), clock=_now, api_url=url, transport=transport, sleep=lambda _: None
    )


def _now() -> datetime:
    return datetime.now(UTC)


@functools.cache
def _credentials() -> Credentials:
    """Make the App's credentials once: reading a key takes a while."""
    return Credentials(APP_ID, private_key=key_pair().private_pem.decode(), clock=_now)
