"""The facts of one delivery."""

from __future__ import annotations

from dataclasses import dataclass

from resolver.model.github import ObjectSeen, PullRequest, PushSeen, RepositorySeen, ThreadSeen


@dataclass(frozen=True, slots=True)
class Observation:
    """What one delivery holds, by what it is about; most hold one or two facts."""

    repositories: tuple[RepositorySeen, ...] = ()
    objects: tuple[ObjectSeen, ...] = ()
    pulls: tuple[PullRequest, ...] = ()
    pushes: tuple[PushSeen, ...] = ()
    threads: tuple[ThreadSeen, ...] = ()
