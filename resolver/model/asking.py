"""What GitHub is asked for: facts that a walk looked for in vain, and what became of the asking (SPEC §5.5)."""

from __future__ import annotations

import enum
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from resolver.model.github import Kind


class Need(enum.StrEnum):
    """The kinds of facts that GitHub is asked for, each named by the fields of ``Want`` that follow it here."""

    OBJECT = "object"
    """A comment or review: ``kind``, ``id``, and of a review its pull request's ``number``."""
    THREAD = "thread"
    """The review comments of a thread, the first one among them: ``number``, ``id`` of the first comment."""
    COMMIT = "commit"
    """A commit with its message and the files it touched: ``sha``."""
    MERGES = "merges"
    """The pull requests that a commit merged: ``sha``."""
    PULL = "pull"
    """A pull request and all its commits with their files: ``number``, ``sha`` of its head where that is known."""
    BLAME = "blame"
    """Who last changed each line of a file at a commit: ``sha``, ``path``."""
    REMOVED = "removed"
    """Who removed lines on the way to a commit: ``sha``, ``path``, ``number``, ``base`` (the pull request's),
    ``first``, ``last``, and in ``text`` the part of the diff that shows them."""
    SQUASHED = "squashed"
    """Who wrote lines that a squash merge brought, in the pull request that it merged: ``sha``, ``path``, ``base``
    (the squash merge), ``number`` (its pull request), ``first``, ``last``."""
    HELD = "held"
    """That a commit is the repository's, rather than a fork's, as far as a branch shows it: ``sha``."""
    MARKS = "marks"
    """What git-ai's notes and Agent Trace's file say of a commit: ``sha``."""
    REACTIONS = "reactions"
    """How people reacted to a text: ``kind``, ``id``, its ``number``, and in ``first`` which look it is."""
    PERMISSION = "permission"
    """What an account may do in the repository: ``id`` and ``login`` of the account."""


@dataclass(frozen=True, slots=True)
class Want:
    """A fact that is wanted of a repository: two wants that are equal are for one fact, and are asked once."""

    need: Need
    repository_id: int
    number: int | None = None
    kind: Kind | None = None
    id: int | None = None
    login: str | None = None
    sha: str | None = None
    path: str | None = None
    base: str | None = None
    first: int | None = None
    last: int | None = None
    text: str | None = None

    @property
    def key(self) -> str:
        """What names the fact, within its repository; ``want_of`` reads it."""
        said = {name: value for name in _SAID if (value := getattr(self, name)) is not None}
        return json.dumps({"need": self.need, **said}, sort_keys=True, separators=(",", ":"))

    def __str__(self) -> str:
        """Name the fact for people."""
        said = {name: getattr(self, name) for name in _SAID}
        return _WORDS[self.need].format(**said)


_WORDS = {
    Need.OBJECT: "{kind} {id}",
    Need.THREAD: "the thread of review comment {id}",
    Need.COMMIT: "commit {sha}",
    Need.MERGES: "the pull requests of commit {sha}",
    Need.PULL: "pull request {number} and its commits",
    Need.BLAME: "the blame of {path} at {sha}",
    Need.REMOVED: "who removed line {last} of {path} on the way to {sha}",
    Need.SQUASHED: "who wrote line {last} of {path} in pull request {number}",
    Need.HELD: "the branches that hold commit {sha}",
    Need.MARKS: "the notes and traces of commit {sha}",
    Need.REACTIONS: "the reactions to {kind} {id}",
    Need.PERMISSION: "the permission of {login}",
}
_SAID = ("number", "kind", "id", "login", "sha", "path", "base", "first", "last", "text")


def want_of(repository_id: int, key: str) -> Want:
    """Read a want from its key. Raises ValueError for what no want is named by."""
    said: dict[str, Any] = json.loads(key)
    need = Need(said.pop("need"))
    kind = said.pop("kind", None)
    if not said.keys() <= set(_SAID):
        raise ValueError(key)
    return Want(need, repository_id, kind=None if kind is None else Kind(kind), **said)


class Asked(enum.StrEnum):
    """What became of a want."""

    WAITING = "waiting"
    """Not asked yet, or to be asked again."""
    DONE = "done"
    """Answered: what GitHub told is kept."""
    ABSENT = "absent"
    """Answered: GitHub has no such thing, or cannot tell."""
    DEAD = "dead"
    """Given up."""


@dataclass(frozen=True, slots=True)
class Asking:
    """How it stands with a want: ``refusal`` says why GitHub was not asked, or did not answer for good."""

    status: Asked
    refusal: str | None = None


@dataclass(frozen=True, slots=True)
class ClaimedWant:
    """A want that was handed out to be asked: its ``tries`` count this one; ``since`` is when it was first wanted."""

    id: int
    want: Want
    tries: int
    since: datetime


class Access(enum.StrEnum):
    """What a collaborator may do in a repository, by GitHub's words; ``maintain`` counts as write, ``triage`` as read.

    https://docs.github.com/en/rest/collaborators/collaborators#get-repository-permissions-for-a-user
    """

    ADMIN = "admin"
    WRITE = "write"
    READ = "read"
    NONE = "none"

    @property
    def may_write(self) -> bool:
        """Whether it is write or better: who may give feedback (SPEC §5.1)."""
        return self in {Access.ADMIN, Access.WRITE}


@dataclass(frozen=True, slots=True)
class Permission:
    """What an account may do in a repository, as GitHub said at a time."""

    repository_id: int
    user_id: int
    access: Access
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Place:
    """A repository as GitHub is asked about it: its number, its full name, and the App's installation on it."""

    id: int
    name: str
    installation_id: int | None = None
