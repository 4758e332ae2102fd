"""The facts of one delivery, or of one answer of GitHub."""

from __future__ import annotations

from dataclasses import dataclass

from resolver.model.asking import Permission, Want
from resolver.model.github import (
    Blame,
    Commit,
    ObjectSeen,
    Origin,
    PullCommits,
    PullRequest,
    PushSeen,
    RepositorySeen,
    ThreadSeen,
)
from resolver.model.marks import MarksTold
from resolver.model.signals import SignalSeen


@dataclass(frozen=True, slots=True)
class Observation:
    """What one delivery or answer holds, by what it is about; most hold one or two facts.

    The second group is told by answers alone: ``commits`` that no push is known to have brought, GitHub's own lists of
    the commits of pull requests, who wrote lines, what accounts may do, and what other tools recorded of commits.
    """

    repositories: tuple[RepositorySeen, ...] = ()
    objects: tuple[ObjectSeen, ...] = ()
    pulls: tuple[PullRequest, ...] = ()
    pushes: tuple[PushSeen, ...] = ()
    threads: tuple[ThreadSeen, ...] = ()
    signals: tuple[SignalSeen, ...] = ()

    commits: tuple[Commit, ...] = ()
    pull_commits: tuple[PullCommits, ...] = ()
    blames: tuple[Blame, ...] = ()
    origins: tuple[Origin, ...] = ()
    permissions: tuple[Permission, ...] = ()
    marks: tuple[MarksTold, ...] = ()

    answered: tuple[Want, ...] = ()
    """What GitHub need not be asked for any more: other answers have shown it."""

    reached: tuple[int, ...] = ()
    """Ids of the repositories that an installation of the App reaches from now on, or may be asked more about."""
