"""What other tools recorded of a commit, which GraphQL tells in one question: git-ai's note, and Agent Trace's file.

Notes are blobs in the tree of ``refs/notes/ai``, named by the commit; of many notes, the first digits of the name are
folders (https://git-scm.com/docs/git-notes: "fan-out"). Which, only looking shows. No commit holds a record that names
it, so traces are read where the default branch is now.
https://docs.github.com/en/graphql/reference/objects#repository (``object(expression:)``)
"""

from __future__ import annotations

from pydantic import Field

from resolver.errors import GithubAnswerError
from resolver.github import graphql, reading
from resolver.github.addresses import COMMIT
from resolver.github.asker import Asker
from resolver.github.port import Records
from resolver.marks import agent_trace
from resolver.model.asking import Place
from resolver.payloads.parts import Part

NOTES = "refs/notes/ai"
_BLOB = "{ ... on Blob { text isTruncated } }"
QUERY = (
    "query($owner: String!, $name: String!, $flat: String!, $fanned: String!, $deep: String!, $traces: String!) {\n"
    "  repository(owner: $owner, name: $name) {\n"
    f"    flat: object(expression: $flat) {_BLOB}\n"
    f"    fanned: object(expression: $fanned) {_BLOB}\n"
    f"    deep: object(expression: $deep) {_BLOB}\n"
    f"    traces: object(expression: $traces) {_BLOB}\n"
    "  }\n"
    "}"
)
"""With variables, as blame is: no value ever becomes part of it. Its four names are fixed."""


class _Blob(Part):
    """What has the name; folders and submodules have no text, nor has a file that is no text."""

    text: str | None = None
    is_truncated: bool = Field(default=False, alias="isTruncated")


class _Repository(Part):
    flat: _Blob | None = None
    fanned: _Blob | None = None
    deep: _Blob | None = None
    traces: _Blob | None = None


class _Data(Part):
    repository: _Repository | None = None


class _Answer(Part):
    data: _Data | None = None
    errors: tuple[graphql.Problem, ...] = ()


class Recording:
    """Asks for records. ``Github`` says what is returned, and raised."""

    _asker: Asker

    def records(self, place: Place, sha: str) -> Records:
        """Return what other tools recorded of a commit."""
        COMMIT.fill(place.name, sha=sha)
        told = self._recorded(place, sha)
        if told is None and self._asker.is_renewed(place):
            told = self._recorded(place, sha)
        if told is None:
            return Records()
        note = next(filter(None, map(_text, (told.flat, told.fanned, told.deep))), None)
        return Records(note, _text(told.traces))

    def _recorded(self, place: Place, sha: str) -> _Repository | None:
        response = self._asker.graphql(
            place,
            QUERY,
            flat=f"{NOTES}:{sha}",
            fanned=f"{NOTES}:{sha[:2]}/{sha[2:]}",
            deep=f"{NOTES}:{sha[:2]}/{sha[2:4]}/{sha[4:]}",
            traces=f"HEAD:{agent_trace.FILE}",
        )
        if response.status != 200:  # noqa: PLR2004 -- OK
            raise GithubAnswerError(f"GitHub's answer has status {response.status}")
        told = reading.one(_Answer, response.body)
        if told.errors:
            graphql.check(self._asker, place, told.errors, "notes", needs="contents: read")
            if not graphql.is_not_found(told.errors):
                raise GithubAnswerError("GitHub could not answer a question for notes")
        if told.data is None:
            if told.errors:
                return None
            raise GithubAnswerError("GitHub's answer to a question for notes is neither data nor an error")
        return told.data.repository


def _text(blob: _Blob | None) -> str | None:
    return None if blob is None or blob.is_truncated or not blob.text else blob.text
