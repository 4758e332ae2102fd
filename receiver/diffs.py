"""The diff of a commit, asked of GitHub while somebody waits for it: for one web process.

Whoever waits for GitHub holds a thread, but no place among those at work (``receiver.gate``): a slow GitHub must not
keep webhooks from being taken. No more than ``MOST_DIFFS`` of a process wait at a time; who comes then is told to come
again. What is asked with comes from rows that may have been written by other hands: it is looked at again first.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from receiver import gate, wiring
from receiver.problems import ApiError
from receiver.waiting import MOST_DIFFS
from receiver.wiring import Services
from resolver import names
from resolver.errors import GithubRefusedError, NotFoundError, SettingsError, UnfitError
from resolver.model.asking import Place

if TYPE_CHECKING:  # the idle process is spared their memory
    from resolver.diffs import Diff
    from resolver.github.client import HttpGithub
    from resolver.github.shapes import CommitShape

COME_AGAIN: Final = 2
"""Seconds after which a place may be free again."""


@dataclass(frozen=True, slots=True)
class DiffView:
    """A commit's diff; ``repository`` is its present name.

    ``proven``: whether the commit is proven to be in this repository. Otherwise it may be a fork's.
    """

    repository: str
    commit_sha: str
    diff: Diff
    proven: bool


class Diffs:
    """Shows diffs. Threads share it, and the one client of GitHub that is made for the first of them."""

    def __init__(self, services: Services, *, most: int = MOST_DIFFS) -> None:
        """Show what a process's services lead to; nothing is made before somebody asks."""
        self._services = services
        self._places = threading.BoundedSemaphore(most)
        self._making = threading.Lock()
        self._github: HttpGithub | None = None

    def show(self, workspace: str, repository: object, sha: object) -> DiffView:
        """Return the diff of a commit of one of a workspace's repositories. No transaction may be open.

        Raises UnfitError for what is no repository's name or no whole SHA, NotFoundError for a repository that is none
        of the workspace and for a commit that GitHub does not have, GithubDownError, GithubRefusedError,
        GithubAnswerError, StoreError; and ApiError (503) when others are waiting for GitHub already.
        """
        from resolver.diffs import render  # noqa: PLC0415 - the idle process is spared it

        name, commit_sha = _checked(repository, sha)
        place, is_pushed = self._found(workspace, name, commit_sha)
        commit, moved, is_held = self._ask(place, commit_sha, is_pushed=is_pushed)
        return DiffView(place.name, commit_sha, render(commit, moved=moved), is_held)

    def close(self) -> None:
        """Close the connections to GitHub, if there are any."""
        if self._github is not None:
            self._github.close()

    def _found(self, workspace: str, repository: str, sha: str) -> tuple[Place, bool]:
        """Return what is asked about, and whether a push to it is known to have brought the commit."""
        with self._services.store.snapshot() as catalogue:
            known = catalogue.repository_named(workspace, repository)
            if known is None or workspace not in known.workspaces or known.deleted:
                raise NotFoundError(f"there is no repository {repository} in this workspace")
            return Place(known.id, known.names[0], known.installation_id), catalogue.is_pushed(known.id, sha)

    def _ask(self, place: Place, sha: str, *, is_pushed: bool) -> tuple[CommitShape, frozenset[str], bool]:
        """Ask GitHub for a commit, which files it only moved, and whether it is the repository's."""
        if not self._places.acquire(blocking=False):
            raise ApiError(
                503, "busy", "GitHub is being asked for other diffs: try again later", retry_after=COME_AGAIN
            )
        with gate.outside():
            try:
                github = self._client()
                commit = github.commit(place, sha)
                if commit is None:
                    raise NotFoundError(f"GitHub has no commit {sha} in {place.name}")
                return commit, github.only_moved(place, commit), is_pushed or github.holds(place, sha)
            finally:
                self._places.release()

    def _client(self) -> HttpGithub:
        """Return the process's client, made when it is first asked for. Raises GithubRefusedError."""
        from receiver.metrics import github as watching  # noqa: PLC0415 - as above

        with self._making:
            if self._github is None:
                try:
                    self._github = wiring.github(self._services, watch=watching.Watched)
                except SettingsError as error:
                    raise GithubRefusedError(str(error)) from None
            return self._github


def _checked(repository: object, sha: object) -> tuple[str, str]:
    """Return a repository's name and a commit's SHA that are such. Raises UnfitError, which does not quote them."""
    if not isinstance(repository, str) or not names.is_repository(repository):
        raise UnfitError("the entry's repository is no owner/name that GitHub gives: nothing was asked")
    if not isinstance(sha, str) or not names.is_sha(sha):
        raise UnfitError("the entry's commit is not named by its 40 or 64 hexadecimals: nothing was asked")
    return repository, sha
