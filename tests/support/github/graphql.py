"""The one GraphQL query that is understood: blame, as SPEC §5.5 writes it, with variables and without aliases.

The names of the operation and of its variables are free, and so is white space; anything else is refused, as GitHub
refuses a query that it cannot parse: 200 with ``errors``.
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import Any

from tests.support.github.access import may, sees, token_of
from tests.support.github.answer import Answer, RefusedRequestError, said
from tests.support.github.history import History
from tests.support.github.repository import Repository
from tests.support.github.shapes import Json
from tests.support.github.visit import Visit

_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
_TOKENS = re.compile(rf'\s+|,|({_NAME}|\.\.\.|"[^"]*"|[0-9]+|[^\sA-Za-z0-9_])')
_TYPES = {"owner": "String", "name": "String", "oid": "GitObjectID", "path": "String"}
_QUERY = re.compile(
    rf"query (?:{_NAME} )?\( (?P<types>(?:\$ {_NAME} : (?:String|GitObjectID) ! )+)\) \{{ "
    rf"repository \( owner : \$ (?P<owner>{_NAME}) name : \$ (?P<name>{_NAME}) \) \{{ "
    rf"object \( oid : \$ (?P<oid>{_NAME}) \) \{{ \.\.\. on Commit \{{ "
    rf"blame \( path : \$ (?P<path>{_NAME}) \) \{{ "
    r"ranges \{ startingLine endingLine commit \{ oid \} \} "
    r"\} \} \} \} \}"
)
_TYPE = re.compile(rf"\$ ({_NAME}) : (String|GitObjectID) !")
_OID = re.compile(r"[0-9a-f]{40}")


class _GraphQLError(Exception):
    """What is answered with 200 and ``errors``."""

    def __init__(self, message: str, *, data: Json | None = None, path: tuple[str, ...] = (), kind: str = "") -> None:
        self.error: Json = {"message": message}
        if kind:
            self.error = {"type": kind, "path": list(path), "locations": [{"line": 1, "column": 1}], **self.error}
        self.data = data
        super().__init__(message)


def graphql(visit: Visit) -> Answer:
    """Answer a query. Raises RefusedRequestError where REST would too: who asks must be known."""
    if visit.request.authorization is None:
        raise RefusedRequestError(401, "This endpoint requires you to be authenticated.")
    visit.token = token_of(visit.world, visit.request)
    asked = visit.request.json()
    try:
        return said({"data": _answer(visit, _variables(asked))})
    except _GraphQLError as error:
        told: Json = {"errors": [error.error]}
        return said(told if error.data is None else {"data": error.data, **told})


def _variables(asked: Json) -> dict[str, str]:
    """Return what the query asks for: owner, name, oid and path."""
    query, given = asked.get("query"), asked.get("variables")
    if not isinstance(query, str) or not isinstance(given, dict):
        raise _GraphQLError("A query attribute must be specified and must be a string.")
    written = " ".join(found[1] for found in _TOKENS.finditer(query) if found[1])
    parsed = _QUERY.fullmatch(written)
    if parsed is None:
        raise _GraphQLError(f"Parse error: this is not the blame query of SPEC 5.5: {written}")
    types = dict(_TYPE.findall(parsed["types"]))
    values: dict[str, str] = {}
    for argument, kind in _TYPES.items():
        variable = parsed[argument]
        value: Any = given.get(variable)
        if types.get(variable) != kind:
            raise _GraphQLError(f"Variable ${variable} must be declared as {kind}!")
        if not isinstance(value, str) or (kind == "GitObjectID" and not _OID.fullmatch(value)):
            raise _GraphQLError(f"Variable ${variable} of type {kind}! was provided invalid value")
        values[argument] = value
    if types.keys() != {parsed[argument] for argument in _TYPES} or given.keys() != types.keys():
        raise _GraphQLError("Variables that are declared, given and used must be the same")
    return values


def _answer(visit: Visit, asked: dict[str, str]) -> Json:
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
