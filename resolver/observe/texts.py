"""What every object that holds text has in common: its author, its revision, its repository."""

from __future__ import annotations

from datetime import datetime

from resolver.model.github import GHOST, Kind, ObjectRef, RepositorySeen, Revision, User
from resolver.model.signals import SignalKind, SignalSeen
from resolver.payloads.fields import utc
from resolver.payloads.parts import Account, ActionEvent, Event, Text, TextEvent
from resolver.times import write

_TOMBSTONES = frozenset({"deleted", "transferred"})
"""Actions after which the object is no longer where it was."""


_GITHUBS_GHOST = (10137, "ghost")
"""github.com/ghost: some payloads name it where others have null. On an Enterprise server the id is anybody's."""


def user(account: Account | None) -> User:
    """Name an account; all that were deleted are one ghost, so that none of them counts as an author of anything."""
    if account is None or (account.id, account.login) == _GITHUBS_GHOST:
        return GHOST
    return User(account.id, account.login, account.type)


def ref(event: Event, kind: Kind, text: Text) -> ObjectRef:
    """Name the object that an event is about."""
    return ObjectRef(event.repository.id, kind, text.id)


def is_gone(event: TextEvent) -> bool:
    """Say whether an event leaves a tombstone."""
    return event.action in _TOMBSTONES


def revision(event: TextEvent, text: Text, updated_at: datetime) -> Revision:
    """Read the text in force as of a time.

    Only an edit has an editor: who sent it. Whoever closes, dismisses or deletes something has not written it.
    """
    edited = event.action == "edited"
    author = user(text.user)
    change = event.changes.body if edited and event.changes is not None else None
    return Revision(
        updated_at=updated_at,
        body=text.body or "",
        editor=user(event.sender) if edited and event.sender is not None else author,
        edited=edited,
        author_association=text.author_association,
        previous_body=None if change is None else change.before,
    )


def signal(
    event: ActionEvent, kind: SignalKind, of: ObjectRef, number: int | None, at: datetime, *, once: bool = False
) -> SignalSeen:
    """Say what whoever sent an event did to an object; ``once`` where it can happen to it no more than once."""
    actor = event.sender
    return SignalSeen(
        repository_id=of.repository_id,
        kind=kind,
        subject_kind=of.kind,
        subject=str(of.id),
        event="" if once else write(at),
        occurred_at=at,
        number=number,
        actor_id=None if actor is None else user(actor).id,
        actor_type="User" if actor is None else actor.type,
    )


def repository_seen(event: Event, newest: datetime) -> RepositorySeen:
    """Name the event's repository as of its own ``updated_at``, else as of the newest time that the event has."""
    repository = event.repository
    return RepositorySeen(
        id=repository.id,
        name=repository.full_name,
        as_of=newest if repository.updated_at is None else utc(repository.updated_at),
        installation_id=None if event.installation is None else event.installation.id,
        seen_at=newest,
    )
