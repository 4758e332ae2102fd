"""Payloads about where things are: pushes, repositories, installations, and the ping."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from resolver.payloads.fields import (
    UNSAID,
    Foreign,
    FullName,
    Id,
    Message,
    Moment,
    Name,
    Owner,
    Path,
    Ref,
    Sha,
    Time,
    Word,
)
from resolver.payloads.parts import ActionEvent, Event, InstallationRef, Part, Payload, RepositoryPart

BRANCH = "refs/heads/"


class CommitAuthor(Part):
    """Who a commit says its author is; ``username`` where GitHub knows the e-mail address."""

    username: Word | None = None


class PushedCommit(Part):
    """A commit as a push brings it, with the files it touched."""

    id: Sha
    message: Message
    timestamp: Time
    author: CommitAuthor | None = None
    added: tuple[Path, ...] | None = None
    removed: tuple[Path, ...] | None = None
    modified: tuple[Path, ...] | None = None

    @property
    def paths(self) -> frozenset[str] | None:
        """The files it touched; None where the payload says nothing of them."""
        if self.added is None and self.removed is None and self.modified is None:
            return None
        return frozenset((*(self.added or ()), *(self.removed or ()), *(self.modified or ())))


class HeadCommit(Part):
    """The commit that a branch stands at after a push."""

    timestamp: Time


class DatedRepository(RepositoryPart):
    """A repository that nothing but its own time can date."""

    updated_at: Moment


class PushEvent(Event):
    """``push``: at most 2,048 commits, oldest first. ``after`` is all zeros when the branch was deleted."""

    repository: DatedRepository
    ref: Ref
    before: Sha
    after: Sha
    forced: bool = False
    commits: tuple[PushedCommit, ...] = ()
    head_commit: HeadCommit | None = None


class OldName(Part):
    """The name, without its owner, that a repository bore before."""

    before: Name = Field(alias="from")


class Renaming(Part):
    """``changes.repository`` of a renaming."""

    name: OldName


class OwnerAccount(Part):
    """An account that owned a repository."""

    login: Owner


class OldOwner(Part):
    """The account that owned a repository before: one of the two."""

    user: OwnerAccount | None = None
    organization: OwnerAccount | None = None

    @property
    def login(self) -> str | None:
        """Its name, where the payload has it."""
        account = self.user or self.organization
        return None if account is None else account.login


class OldOwnership(Part):
    """``changes.owner`` of a transfer."""

    before: OldOwner = Field(alias="from")


class RepositoryChanges(Part):
    """What a renaming or a transfer changed."""

    repository: Renaming | None = None
    owner: OldOwnership | None = None


class RepositoryEvent(ActionEvent):
    """``repository``."""

    repository: DatedRepository
    changes: RepositoryChanges | None = None

    @property
    def former(self) -> str | None:
        """The full name that the repository bore before this event; None where the payload does not say."""
        owner, _, name = self.repository.full_name.partition("/")
        if self.changes is not None and self.changes.repository is not None:
            return f"{owner}/{self.changes.repository.name.before}"
        old_owner = None if self.changes is None or self.changes.owner is None else self.changes.owner.before.login
        return None if old_owner is None else f"{old_owner}/{name}"


class Installation(InstallationRef):
    """An installation of the App. Its times come in seconds, or as text in newer payloads."""

    updated_at: Moment


class InstalledRepository(Part):
    """A repository as installation payloads name it."""

    id: Id
    full_name: FullName


class InstallationEvent(Payload):
    """``installation``: ``repositories`` are those it can reach (or, when it was deleted, could reach)."""

    action: Word
    repository: Annotated[Any, Foreign()] = None
    installation: Installation
    repositories: tuple[InstalledRepository, ...] = ()


class InstallationRepositoriesEvent(Payload):
    """``installation_repositories``: repositories were added to an installation, or removed from it."""

    action: Word
    repository: Annotated[Any, Foreign()] = None
    installation: Installation
    repositories_added: tuple[InstalledRepository, ...]
    repositories_removed: tuple[InstalledRepository, ...]


class PingEvent(Payload):
    """``ping``: of an App's or an organization's hook it names no repository. What has an action is no ping."""

    action: Annotated[Any, Foreign()] = None
    hook: Any = None
    hook_id: Id = UNSAID
    repository: RepositoryPart | None = None
