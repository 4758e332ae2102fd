"""Who is asked: GitHub about one repository, with what is known already."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TypeVar

from resolver.asking import observed
from resolver.errors import GithubAnswerError
from resolver.github import shapes
from resolver.github.port import Github
from resolver.model.asking import Place
from resolver.model.github import Commit
from resolver.observe.observation import Observation
from resolver.ports import Clock, Facts

T = TypeVar("T")

PORTION = 20
"""How many commits are asked for before they are kept: a pull request of many may outlast GitHub's patience."""


@dataclass(frozen=True, slots=True)
class Asked:
    """GitHub, asked about one repository, by one clock.

    ``facts`` opens a short look into the store: none may be open while GitHub is being waited for. ``keep`` keeps a
    part of what is told while the rest is asked for, and ``alive`` is called before each question of a long row.
    """

    github: Github
    place: Place
    clock: Clock
    facts: Callable[[], AbstractContextManager[Facts]]
    keep: Callable[[Observation], None] = field(default=lambda _: None)
    alive: Callable[[], None] = field(default=lambda: None)

    def commits(self, shas: tuple[str, ...]) -> tuple[Commit, ...] | None:
        """Return commits with their files: those that nobody knows yet are asked for. None: GitHub lacks one."""
        with self.facts() as facts:
            known = {sha: facts.commit(self.place.id, sha) for sha in shas}
        told: dict[str, Commit] = {}
        for sha, commit in known.items():
            if commit is not None and commit.paths is not None:
                told[sha] = commit
                continue
            self.alive()
            answer = self.github.commit(self.place, sha)
            if answer is None:
                return None
            told[sha] = observed.commit(self.place, answer)
            if len(told) % PORTION == 0:
                self.keep(Observation(commits=tuple(told.values())[-PORTION:]))
        return tuple(told.values())

    def shape(self, sha: str) -> shapes.CommitShape | None:
        """Return a commit with its patches."""
        self.alive()
        return self.github.commit(self.place, sha)


def given(value: T | None) -> T:
    """Return what a want of its need has to say. Raises GithubAnswerError for a want that nobody could have made."""
    if value is None:
        raise GithubAnswerError("a want does not say what is wanted")
    return value
