"""Facts of pushes, repositories and installations."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from resolver.model.github import Commit, PushSeen, RepositorySeen
from resolver.model.signals import SignalSeen
from resolver.observe import reverting, texts
from resolver.observe.observation import Observation
from resolver.payloads.fields import utc
from resolver.payloads.places import (
    BRANCH,
    Installation,
    InstallationEvent,
    InstallationRepositoriesEvent,
    InstalledRepository,
    PingEvent,
    PushedCommit,
    PushEvent,
    RepositoryEvent,
)


def push(event: PushEvent) -> Observation:
    """Observe a push to a branch. A tag brings no commits of its own; a deleted branch brings none at all."""
    pushed_at = _pushed_at(event)
    seen = texts.repository_seen(event, pushed_at)
    if not event.ref.startswith(BRANCH):
        return Observation(repositories=(seen,))
    is_deletion = not event.after.strip("0")
    made = PushSeen(
        repository_id=event.repository.id,
        ref=event.ref,
        before=event.before,
        after=event.after,
        forced=event.forced,
        pushed_at=pushed_at,
        commits=() if is_deletion else _commits(event),
    )
    return Observation(repositories=(seen,), pushes=(made,), signals=_reverts(event, made))


def _reverts(event: PushEvent, made: PushSeen) -> tuple[SignalSeen, ...]:
    actor = event.sender
    by = (None, "User") if actor is None else (actor.id, actor.type)
    told = (reverting.reverts(one, at=made.pushed_at, actor_id=by[0], actor_type=by[1]) for one in made.commits)
    return tuple(one for found in told for one in found)


def _pushed_at(event: PushEvent) -> datetime:
    """Date a push by the repository's last one; where the payload does not say, by the commits that it brought."""
    if event.repository.pushed_at is not None:
        return utc(event.repository.pushed_at)
    if event.head_commit is not None:
        return utc(event.head_commit.timestamp)
    return max((utc(commit.timestamp) for commit in event.commits), default=utc(event.repository.updated_at))


def _commits(event: PushEvent) -> tuple[Commit, ...]:
    """Read the commits in their order, each once."""
    commits: dict[str, Commit] = {}
    for pushed in event.commits:
        if pushed.id not in commits:
            commits[pushed.id] = _commit(event.repository.id, pushed)
    return tuple(commits.values())


def _commit(repository_id: int, pushed: PushedCommit) -> Commit:
    return Commit(
        repository_id=repository_id,
        sha=pushed.id,
        message=pushed.message,
        timestamp=utc(pushed.timestamp),
        author_login=None if pushed.author is None else pushed.author.username,
        paths=pushed.paths,
        added=frozenset(pushed.added or ()),
        removed=frozenset(pushed.removed or ()),
    )


def repository(event: RepositoryEvent) -> Observation:
    """Observe a repository's new name together with the one before, or its end."""
    seen = texts.repository_seen(event, utc(event.repository.updated_at))
    former = (event.former,) if event.former is not None else ()
    return Observation(repositories=(replace(seen, former=former, deleted=event.action == "deleted"),))


def installation(event: InstallationEvent) -> Observation:
    """Observe the repositories that an installation reaches; after its end they are named, and no more."""
    reached = event.action != "deleted"
    return Observation(
        repositories=_named(event.repositories, event.installation, reached=reached),
        reached=tuple(one.id for one in event.repositories) if reached else (),
    )


def installation_repositories(event: InstallationRepositoriesEvent) -> Observation:
    """Observe the repositories that an installation reaches from now on, and name those it lost."""
    added = _named(event.repositories_added, event.installation, reached=True)
    lost = _named(event.repositories_removed, event.installation, reached=False)
    return Observation(repositories=added + lost, reached=tuple(one.id for one in event.repositories_added))


def _named(
    repositories: tuple[InstalledRepository, ...], installed: Installation, *, reached: bool
) -> tuple[RepositorySeen, ...]:
    as_of = utc(installed.updated_at)
    installation_id = installed.id if reached else None
    return tuple(
        RepositorySeen(id=one.id, name=one.full_name, as_of=as_of, installation_id=installation_id)
        for one in repositories
    )


def ping(event: PingEvent) -> Observation:
    """Observe the repository of a repository's hook, unless nothing dates it; other hooks name none."""
    named = event.repository
    if named is None or named.updated_at is None:
        return Observation()
    return Observation(repositories=(RepositorySeen(named.id, named.full_name, utc(named.updated_at)),))
