"""Whether a review's text was edited, which only GraphQL tells: REST gives a review one time, of its submission.

https://docs.github.com/en/graphql/reference/objects#pullrequestreview
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated

from pydantic import Field

from resolver.errors import GithubAnswerError, GithubDownError, UnfitError
from resolver.github import graphql, reading
from resolver.github.asker import Asker
from resolver.github.port import UNSAID, Unsaid
from resolver.model.asking import Place
from resolver.payloads.fields import Time
from resolver.payloads.parts import Part

QUERY = "query($id: ID!) { node(id: $id) { ... on PullRequestReview { lastEditedAt } } }"
"""Without aliases, and with a variable: no value ever becomes part of it."""

_NODE_ID = re.compile(r"[A-Za-z0-9_=+/-]{1,200}")
_NO_SUCH_QUESTION = frozenset({400, 404, 405, 410, 422})
"""There is no GraphQL here, or it does not take the question."""
_PASSING_KINDS = frozenset({"INTERNAL", "INTERNAL_SERVER_ERROR", "SERVICE_UNAVAILABLE", "TIMEOUT"})
_PASSING_WORDS = re.compile(
    r"something went wrong|couldn't respond|timed? ?out|try (?:again|resubmitting)", re.IGNORECASE
)
"""GitHub's failures of the moment have no type: "Something went wrong while executing your query"."""


class _Node(Part):
    """What has the id; other things than reviews tell nothing."""

    last_edited_at: Annotated[Time | None, Field(alias="lastEditedAt")] = None


class _Data(Part):
    node: _Node | None = None


class _Answer(Part):
    data: _Data | None = None
    errors: tuple[graphql.Problem, ...] = ()


class ReviewEdits:
    """Asks when reviews were edited. ``Github`` says what is returned, and raised."""

    _asker: Asker

    def review_edited(self, place: Place, node_id: str) -> datetime | Unsaid | None:
        """Return when a review's text was last edited; None: never; UNSAID: GitHub does not tell."""
        check_node_id(node_id)
        node = self._node(place, node_id)
        if node is None and self._asker.is_renewed(place):
            node = self._node(place, node_id)
        if node is None or isinstance(node, Unsaid) or "last_edited_at" not in node.model_fields_set:
            return UNSAID
        return node.last_edited_at

    def _node(self, place: Place, node_id: str) -> _Node | Unsaid | None:
        response = self._asker.graphql(place, QUERY, by_name=False, id=node_id)
        if response.status in _NO_SUCH_QUESTION:
            return UNSAID
        if response.status != 200:  # noqa: PLR2004 -- OK
            raise GithubAnswerError(f"GitHub's answer has status {response.status}")
        told = reading.one(_Answer, response.body)
        if told.errors:
            graphql.check(self._asker, place, told.errors, "reviews", needs="pull_requests: read")
            if any(_is_passing(problem) for problem in told.errors):
                raise GithubDownError("GitHub is failing (GraphQL)")
            return None if graphql.is_not_found(told.errors) else UNSAID
        if told.data is None:
            raise GithubAnswerError("GitHub's answer to a question for a review is neither data nor an error")
        return told.data.node


def check_node_id(node_id: object) -> None:
    """Raise UnfitError for what cannot be the name of anything in GraphQL."""
    if not isinstance(node_id, str) or _NODE_ID.fullmatch(node_id) is None:
        raise UnfitError("GitHub cannot be asked: a node id has not 1 to 200 of the characters that GitHub gives one")


def _is_passing(problem: graphql.Problem) -> bool:
    """Whether a question failed for now, and may be answered when it is asked again."""
    return problem.type in _PASSING_KINDS or (not problem.type and _PASSING_WORDS.search(problem.message) is not None)
