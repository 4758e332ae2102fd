"""What GitHub is asked for when it shows more, or less, than it says.

``/commits/{sha}`` also answers for commits that only a fork of the repository has:
https://docs.github.com/en/repositories/viewing-activity-and-data-for-your-repository/understanding-connections-between-repositories
And of a file that was moved it tells alike whether it is binary and was changed, or was only moved.
"""

from __future__ import annotations

from typing import Literal

from resolver import names
from resolver.errors import GithubAnswerError
from resolver.github import addresses, reading
from resolver.github.asker import Asker, check
from resolver.github.kept import Kept
from resolver.github.shapes import BranchShape, CommitShape, RepositoryShape, StandingShape, TreeShape
from resolver.model.asking import Place
from resolver.payloads.fields import Path
from resolver.payloads.parts import Part

_NO_SUCH_COMMIT = frozenset({409, 422})
"""Beside 404: the repository is empty, or "No commit found for SHA"."""
_HOLDS = frozenset({"ahead", "identical"})


class _Held(Part):
    """That a branch of the repository holds a commit, or ends with it."""

    by: Literal["branch", "default branch"]


class _Moved(Part):
    """The files that a commit moved and did not change, by their names since."""

    names: tuple[Path, ...]


class Proofs:
    """Asks for proofs. Each method raises what ``Github`` raises; what is proven is kept, and asked for once."""

    _asker: Asker
    _kept: Kept

    def holds(self, place: Place, sha: str) -> bool:
        """Say whether a commit is proven to be in a repository: by the end of a branch, or the default branch.

        False proves nothing: it may be behind the end of another branch, or get there.
        """
        check(place)
        addresses.COMMIT_BRANCHES.fill(place.name, sha=sha)
        question = f"held:{sha}"
        if self._kept.one(_Held, place.id, question) is not None:
            return True
        by: Literal["branch", "default branch"]
        if self._ends_a_branch(place, sha):
            by = "branch"
        elif self._is_in_default_branch(place, sha):
            by = "default branch"
        else:
            return False
        self._kept.keep(_Held, place.id, question, _Held(by=by))
        return True

    def only_moved(self, place: Place, commit: CommitShape) -> frozenset[str]:
        """Return which files a commit moved and did not change, by their names since.

        Those count of which GitHub shows no change, and whose content stood under the former name in the first
        parent's tree. Nothing is asked where there are none.
        """
        check(place)
        moved = [file for file in commit.files or () if file.status in {"renamed", "copied"} and not file.patch]
        if not moved or not commit.parents:
            return frozenset()
        question = f"moved:{commit.sha}"
        kept = self._kept.one(_Moved, place.id, question)
        if kept is not None:
            return frozenset(kept.value.names)
        response = self._asker.ask(place, addresses.TREE, {"sha": commit.parents[0].sha}, absent=_NO_SUCH_COMMIT)
        if response is None:
            return frozenset()
        stood = {(entry.path, entry.sha) for entry in reading.one(TreeShape, response.body).tree}
        found = tuple(file.filename for file in moved if (file.previous_filename, file.sha) in stood)
        self._kept.keep(_Moved, place.id, question, _Moved(names=found))
        return frozenset(found)

    def _ends_a_branch(self, place: Place, sha: str) -> bool:
        response = self._asker.ask(place, addresses.COMMIT_BRANCHES, {"sha": sha}, absent=_NO_SUCH_COMMIT)
        if response is None:
            return False
        branches = reading.many(BranchShape, response.body)
        if any(branch.commit.sha != sha for branch in branches):
            raise _other()
        return bool(branches)

    def _is_in_default_branch(self, place: Place, sha: str) -> bool:
        response = self._asker.ask(place, addresses.REPOSITORY, {})
        if response is None:
            return False
        told = reading.one(RepositoryShape, response.body)
        if told.id != place.id:
            raise _other()
        if told.default_branch is None:
            return False
        if not names.is_branch(told.default_branch):
            raise GithubAnswerError("GitHub's answer names a default branch that git does not allow")
        ends = {"sha": sha, "branch": told.default_branch}
        compared = self._asker.ask(place, addresses.SINCE_COMMIT, ends, absent=_NO_SUCH_COMMIT)
        return compared is not None and reading.one(StandingShape, compared.body).status in _HOLDS


def _other() -> GithubAnswerError:
    return GithubAnswerError("GitHub's answer is about something else than was asked")
