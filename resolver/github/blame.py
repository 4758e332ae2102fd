"""Blame, which only GraphQL tells.

https://docs.github.com/en/graphql/reference/objects#blame
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from resolver import names
from resolver.errors import GithubAnswerError, UnfitError
from resolver.github import graphql, reading
from resolver.github.addresses import COMMIT
from resolver.github.asker import Asker
from resolver.model.asking import Place
from resolver.model.github import BlameRange
from resolver.payloads.fields import Count, Sha
from resolver.payloads.parts import Part

QUERY = """\
query($owner: String!, $name: String!, $oid: GitObjectID!, $path: String!) {
  repository(owner: $owner, name: $name) {
    object(oid: $oid) {
      ... on Commit { blame(path: $path) { ranges { startingLine endingLine commit { oid } } } }
    }
  }
}"""
"""Without aliases, and with variables: no value ever becomes part of it (SPEC §5.5)."""

_LONGEST_PATH = 4096


class _Oid(Part):
    oid: Sha


class _Range(Part):
    first: Annotated[Count, Field(alias="startingLine")]
    last: Annotated[Count, Field(alias="endingLine")]
    commit: _Oid


class _Blame(Part):
    ranges: tuple[_Range, ...]


class _Object(Part):
    """What has the id; other things than commits have no blame."""

    blame: _Blame | None = None


class _Repository(Part):
    object: _Object | None = None


class _Data(Part):
    repository: _Repository | None = None


class _Answer(Part):
    data: _Data | None = None
    errors: tuple[graphql.Problem, ...] = ()


class Blaming:
    """Asks for blame. ``Github`` says what is returned, and raised."""

    _asker: Asker

    def blame(self, place: Place, sha: str, path: str) -> tuple[BlameRange, ...] | None:
        """Return who last changed each line of a file at a commit, in order."""
        COMMIT.fill(place.name, sha=sha)
        check_path(path)
        told = self._blamed(place, sha, path)
        if told is None and self._asker.is_renewed(place):
            told = self._blamed(place, sha, path)
        return None if told is None else _ranges(told)

    def _blamed(self, place: Place, sha: str, path: str) -> _Blame | None:
        response = self._asker.graphql(place, QUERY, oid=sha, path=path)
        if response.status != 200:  # noqa: PLR2004 -- OK
            raise GithubAnswerError(f"GitHub's answer has status {response.status}")
        told = reading.one(_Answer, response.body)
        if told.errors:
            graphql.check(self._asker, place, told.errors, "blame", needs="contents: read")
            if not graphql.is_not_found(told.errors):
                raise GithubAnswerError("GitHub could not answer a question for blame")
            return None
        if told.data is None:
            raise GithubAnswerError("GitHub's answer to a question for blame is neither data nor an error")
        repository = told.data.repository
        return None if repository is None or repository.object is None else repository.object.blame


def check_path(path: object) -> None:
    """Raise UnfitError for what cannot be a file's path."""
    if (
        not isinstance(path, str)
        or not 0 < len(path) <= _LONGEST_PATH
        or "\0" in path
        or any("\ud800" <= character <= "\udfff" for character in path)
    ):
        raise UnfitError(f"GitHub cannot be asked: a path has not 1 to {_LONGEST_PATH} characters, none of them NUL")


def _ranges(found: _Blame) -> tuple[BlameRange, ...]:
    ranges = sorted((one.first, one.last, one.commit.oid) for one in found.ranges)
    end = 0
    for first, last, sha in ranges:
        if not end < first <= last or not names.is_sha(sha):
            raise GithubAnswerError("GitHub's answer to a question for blame has ranges that cannot be")
        end = last
    return tuple(BlameRange(first, last, sha) for first, last, sha in ranges)
