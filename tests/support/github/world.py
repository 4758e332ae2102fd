"""The state of the stand-in: the App, its installations and tokens, repositories, people, limits and the log.

A test changes it at any time; what is answered follows at once.
"""

# ruff: noqa: A002 -- the arguments are GitHub's fields, in its words
from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tests.support.builders import AGENT, MAINTAINER, OUTSIDER, Delivery, Person
from tests.support.clone import Clone
from tests.support.github.answer import RefusedRequestError
from tests.support.github.delivery_log import DeliveryLog, LogEntry
from tests.support.github.keys import key_pair
from tests.support.github.limits import Limits
from tests.support.github.repository import Repository
from tests.support.github.web_pages import Web

PERMISSIONS = {"metadata": "read", "contents": "read", "issues": "read", "pull_requests": "read"}
"""What the App is given unless a test says otherwise."""
EVENTS = ("issues", "issue_comment", "pull_request", "pull_request_review", "pull_request_review_comment", "push")
TOKEN_LIFE = timedelta(hours=1)


def now() -> datetime:
    """Return the present moment, in UTC."""
    return datetime.now(UTC)


@dataclass(slots=True)
class AppState:
    """The App. ``public_key`` is PEM; the webhook fields are those of ``/app/hook/config``."""

    id: int = 12345
    public_key: bytes = field(default_factory=lambda: key_pair().public_pem)
    permissions: dict[str, str] = field(default_factory=lambda: dict(PERMISSIONS))
    events: list[str] = field(default_factory=lambda: list(EVENTS))
    slug: str = "whichrun-test"
    client_id: str = "Iv1.0123456789abcdef"
    hook_url: str | None = None
    hook_content_type: str = "json"
    hook_insecure_ssl: str = "0"


@dataclass(slots=True)
class Installation:
    """An installation of the App: ``repositories`` by id; ``suspended_at`` is a time as GitHub writes it."""

    id: int
    account: str
    repositories: set[int]
    permissions: dict[str, str]
    events: list[str]
    suspended_at: str | None = None


@dataclass(frozen=True, slots=True)
class Token:
    """An installation's token: good for ``repositories`` (None: all of the installation's) until it expires."""

    value: str
    installation_id: int
    permissions: Mapping[str, str]
    repositories: frozenset[int] | None
    expires_at: datetime


class World:
    """All that the stand-in knows. ``url`` is where its API is; ``prefix`` the path that it ends with."""

    def __init__(self, prefix: str = "") -> None:
        self.prefix = prefix
        self.url = ""
        self.app = AppState()
        self.clock: Callable[[], datetime] = now
        self.limits = Limits()
        self.log = DeliveryLog()
        self.web = Web()
        self.repositories: dict[int, Repository] = {}
        self.installations: dict[int, Installation] = {}
        self.tokens: dict[str, Token] = {}
        self.people: dict[str, Person] = {}
        self.lock = threading.Lock()
        for person in (MAINTAINER, OUTSIDER, AGENT):
            self.person(person)

    def person(self, person: Person) -> Person:
        """Let there be an account."""
        self.people[person.login.lower()] = person
        return person

    def repository(self, id: int = 9001, name: str = "acme/widgets", *, clone: Clone | None = None) -> Repository:
        """Let there be a repository; what is in it is up to its own methods. Raises ValueError for an id in use."""
        if id in self.repositories:
            raise ValueError(f"there is a repository {id}")
        repository = Repository(id, name, clone)
        self.repositories[id] = repository
        return repository

    def delete_repository(self, id: int) -> None:
        """Let a repository be gone, for all installations."""
        del self.repositories[id]
        for installation in list(self.installations.values()):
            installation.repositories.discard(id)

    def install(
        self,
        id: int = 77,
        account: str = "acme",
        *,
        repositories: Iterable[Repository] = (),
        permissions: Mapping[str, str] | None = None,
        events: Iterable[str] | None = None,
    ) -> Installation:
        """Install the App on repositories; with the App's permissions and events unless others are given."""
        installation = Installation(
            id,
            account,
            {repository.id for repository in repositories},
            dict(self.app.permissions if permissions is None else permissions),
            list(self.app.events if events is None else events),
        )
        self.installations[id] = installation
        return installation

    def uninstall(self, id: int) -> None:
        """Remove an installation; its tokens are good no more."""
        del self.installations[id]
        self.revoke_tokens(id)

    def suspend(self, id: int) -> None:
        """Suspend an installation: it is still told of, but its tokens open nothing."""
        self.installations[id].suspended_at = self.clock().strftime("%Y-%m-%dT%H:%M:%SZ")

    def unsuspend(self, id: int) -> None:
        """Let a suspended installation work again."""
        self.installations[id].suspended_at = None

    def add_repository(self, id: int, repository: Repository) -> None:
        """Put a repository into an installation."""
        self.installations[id].repositories.add(repository.id)

    def remove_repository(self, id: int, repository: Repository) -> None:
        """Take a repository out of an installation: its tokens see it no more."""
        self.installations[id].repositories.discard(repository.id)

    def revoke_tokens(self, id: int) -> None:
        """End all tokens of an installation before their time."""
        with self.lock:
            self.tokens = {name: token for name, token in self.tokens.items() if token.installation_id != id}

    def new_token(
        self, installation: Installation, permissions: Mapping[str, str], repositories: frozenset[int] | None
    ) -> Token:
        """Make a token of an installation, good for an hour."""
        expires_at = (self.clock() + TOKEN_LIFE).replace(microsecond=0)
        token = Token(f"ghs_{secrets.token_hex(18)}", installation.id, permissions, repositories, expires_at)
        with self.lock:
            self.tokens[token.value] = token
        return token

    def deliver_failed(self, delivery: Delivery, *, at: datetime | None = None, status_code: int = 0) -> LogEntry:
        """Let the App's log tell of a delivery that failed, at a time (now): 0 where nobody answered."""
        return self.log.add(delivery, at=at or self.clock(), status_code=status_code)

    def deliver(self, delivery: Delivery, *, at: datetime | None = None, status_code: int = 202) -> LogEntry:
        """Let the App's log tell of a delivery that arrived. Nothing is sent."""
        return self.log.add(delivery, at=at or self.clock(), status_code=status_code)

    def named(self, owner: str, name: str) -> tuple[Repository, bool]:
        """Return the repository of a name (any case), and whether it bears it still.

        Raises RefusedRequestError where there is none.
        """
        wanted = f"{owner}/{name}".lower()
        everyone = list(self.repositories.values())
        for repository in everyone:
            if repository.name.lower() == wanted:
                return repository, True
        for repository in everyone:
            if wanted in (former.lower() for former in repository.former):
                return repository, False
        raise RefusedRequestError(404, "Not Found")

    def installation_on(self, repository: Repository) -> Installation | None:
        """Return the installation that a repository is in."""
        everyone = list(self.installations.values())
        return next((found for found in everyone if repository.id in found.repositories), None)
