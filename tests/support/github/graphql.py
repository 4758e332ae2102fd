"""The GraphQL queries that are understood: blame, as SPEC §5.5 writes it, when a review was last edited, and records.

They have variables; the last one has aliases, whose names are fixed. The names of the operation and of its variables
are free, and so is white space;
anything else is refused, as GitHub refuses a query that it cannot parse: 200 with ``errors``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from tests.support.github.access import may, sees, token_of
from tests.support.github.answer import Answer, RefusedRequestError, said
from tests.support.github.history import History
from tests.support.github.repository import Repository
from tests.support.github.shapes import Json
from tests.support.github.texts import Review
from tests.support.github.visit import Visit

_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
_TOKENS = re.compile(rf'\s+|,|({_NAME}|\.\.\.|"[^"]*"|[0-9]+|[^\sA-Za-z0-9_])')
_VARIABLES = rf"query (?:{_NAME} )?\( (?P<types>(?:\$ {_NAME} : {_NAME} ! )+)\) \{{ "
_BLAME = re.compile(
    _VARIABLES + rf"repository \( owner : \$ (?P<owner>{_NAME}) name : \$ (?P<name>{_NAME}) \) \{{ "
    rf"object \( oid : \$ (?P<oid>{_NAME}) \) \{{ \.\.\. on Commit \{{ "
    rf"blame \( path : \$ (?P<path>{_NAME}) \) \{{ "
    r"ranges \{ startingLine endingLine commit \{ oid \} \} "
    r"\} \} \} \} \}"
)
_EDITED = re.compile(
    _VARIABLES + rf"node \( id : \$ (?P<id>{_NAME}) \) \{{ \.\.\. on PullRequestReview \{{ lastEditedAt \}} \}} \}}"
)
_RECORDS = re.compile(
    _VARIABLES
    + rf"repository \( owner : \$ (?P<owner>{_NAME}) name : \$ (?P<name>{_NAME}) \) \{{ "
    + "".join(
        rf"{alias} : object \( expression : \$ (?P<{alias}>{_NAME}) \) \{{ \.\.\. on Blob \{{ text isTruncated \}} \}} "
        for alias in ("flat", "fanned", "deep", "traces")
    )
    + r"\} \}"
)
_TYPE = re.compile(rf"\$ ({_NAME}) : ({_NAME}) !")
_OID = re.compile(r"[0-9a-f]{40}")


class _GraphQLError(Exception):
    """What is answered with 200 and ``errors``."""

    def __init__(self, message: str, *, data: Json | None = None, path: tuple[str, ...] = (), kind: str = "") -> None:
        self.error: Json = {"message": message}
        if kind:
            self.error = {"type": kind, "path": list(path), "locations": [{"line": 1, "column": 1}], **self.error}
        self.data = data
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class _Question:
    """A query that is understood: ``types`` of its arguments, by their names; ``answer`` is given their values."""

    pattern: re.Pattern[str]
    types: Mapping[str, str]
    answer: Callable[[Visit, dict[str, str]], Json]


def graphql(visit: Visit) -> Answer:
    """Answer a query. Raises RefusedRequestError where REST would too: who asks must be known."""
    if visit.request.authorization is None:
        raise RefusedRequestError(401, "This endpoint requires you to be authenticated.")
    visit.token = token_of(visit.world, visit.request)
    asked = visit.request.json()
    try:
        question, values = _question(asked)
        return said({"data": question.answer(visit, values)})
    except _GraphQLError as error:
        told: Json = {"errors": [error.error]}
        return said(told if error.data is None else {"data": error.data, **told})


def _question(asked: Json) -> tuple[_Question, dict[str, str]]:
    """Return which question it is, and the values of its arguments."""
    query, given = asked.get("query"), asked.get("variables")
    if not isinstance(query, str) or not isinstance(given, dict):
        raise _GraphQLError("A query attribute must be specified and must be a string.")
    written = " ".join(found[1] for found in _TOKENS.finditer(query) if found[1])
    for question in _QUESTIONS:
        if (parsed := question.pattern.fullmatch(written)) is not None:
            return question, _values(question, parsed, given)
    raise _GraphQLError(f"Parse error: this is none of the queries that are understood: {written}")


def _values(question: _Question, parsed: re.Match[str], given: dict[str, Any]) -> dict[str, str]:
    types = dict(_TYPE.findall(parsed["types"]))
    values: dict[str, str] = {}
    for argument, kind in question.types.items():
        variable = parsed[argument]
        value: Any = given.get(variable)
        if types.get(variable) != kind:
            raise _GraphQLError(f"Variable ${variable} must be declared as {kind}!")
        if not isinstance(value, str) or (kind == "GitObjectID" and not _OID.fullmatch(value)):
            raise _GraphQLError(f"Variable ${variable} of type {kind}! was provided invalid value")
        values[argument] = value
    if types.keys() != {parsed[argument] for argument in question.types} or given.keys() != types.keys():
        raise _GraphQLError("Variables that are declared, given and used must be the same")
    return values


def _blame(visit: Visit, asked: dict[str, str]) -> Json:
    repository = _repository_of(visit, asked)
    history = repository.history
    if visit.token is None or not may(visit.token, ("contents",)):
        raise _GraphQLError(
            "Resource not accessible by integration",
            data={"repository": {"object": None}},
            path=("repository", "object"),
            kind="FORBIDDEN",
        )
    if history is None or not history.is_commit(asked["oid"]):
        return {"repository": {"object": None}}
    return {"repository": {"object": {"blame": {"ranges": _ranges(history, asked)}}}}


def _records(visit: Visit, asked: dict[str, str]) -> Json:
    """Tell blobs by what git's ``rev-parse`` would find them by."""
    history = _repository_of(visit, asked).history
    if visit.token is None or not may(visit.token, ("contents",)):
        raise _GraphQLError(
            "Resource not accessible by integration",
            data={"repository": {"flat": None}},
            path=("repository", "flat"),
            kind="FORBIDDEN",
        )
    found = {
        alias: None if history is None else history.text(asked[alias]) for alias in ("flat", "fanned", "deep", "traces")
    }
    told = {alias: None if text is None else {"text": text, "isTruncated": False} for alias, text in found.items()}
    return {"repository": told}


def _repository_of(visit: Visit, asked: dict[str, str]) -> Repository:
    """Return the repository; one that was renamed is found by its old name, as REST is redirected."""
    try:
        repository, _ = visit.world.named(asked["owner"], asked["name"])
    except RefusedRequestError:
        repository = None
    if repository is None or visit.token is None or not sees(visit.world, visit.token, repository):
        raise _GraphQLError(
            f"Could not resolve to a Repository with the name '{asked['owner']}/{asked['name']}'.",
            data={"repository": None},
            path=("repository",),
            kind="NOT_FOUND",
        )
    return repository


def _ranges(history: History, asked: dict[str, str]) -> list[Json]:
    writers = history.writers(asked["oid"], asked["path"])
    if writers is None:
        raise _GraphQLError(
            f"Could not resolve file for path '{asked['path']}'.",
            data={"repository": {"object": None}},
            path=("repository", "object", "blame"),
            kind="NOT_FOUND",
        )
    ranges: list[Json] = []
    for sha, lines in groupby(enumerate(writers, start=1), key=lambda line: line[1]):
        numbers = [number for number, _ in lines]
        ranges.append({"startingLine": numbers[0], "endingLine": numbers[-1], "commit": {"oid": sha}})
    return ranges


def _edited(visit: Visit, asked: dict[str, str]) -> Json:
    """Tell when a review was edited; other nodes are not kept."""
    review = _review(visit, asked["id"])
    if review is None:
        raise _GraphQLError(
            f"Could not resolve to a node with the global id of '{asked['id']}'.",
            data={"node": None},
            path=("node",),
            kind="NOT_FOUND",
        )
    if visit.token is None or not may(visit.token, ("pull_requests",)):
        raise _GraphQLError(
            "Resource not accessible by integration", data={"node": None}, path=("node",), kind="FORBIDDEN"
        )
    return {"node": {"lastEditedAt": review.edited_at}}


def _review(visit: Visit, node_id: str) -> Review | None:
    """Return the review of a node id, if the caller sees its repository."""
    for repository in list(visit.world.repositories.values()):
        if visit.token is not None and sees(visit.world, visit.token, repository):
            for review in list(repository.reviews.values()):
                if review.node_id == node_id:
                    return review
    return None


_QUESTIONS = (
    _Question(_BLAME, {"owner": "String", "name": "String", "oid": "GitObjectID", "path": "String"}, _blame),
    _Question(
        _RECORDS,
        dict.fromkeys(("owner", "name", "flat", "fanned", "deep", "traces"), "String"),
        _records,
    ),
    _Question(_EDITED, {"id": "ID"}, _edited),
)
