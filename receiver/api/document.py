"""The OpenAPI document (3.1): what the API takes and answers, generated from the models that check and write it.

Schemas come from pydantic: of queries and bodies as they are checked, of answers from the types that handlers are
annotated with. What follows from how routes are served (``receiver.api.routing``) is stated here once for all of them.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, Literal

from pydantic import TypeAdapter

from receiver import shapes
from receiver.api.bodies import NoBody
from receiver.api.elsewhere import ELSEWHERE, TAGS
from receiver.api.encoded import Encoded
from receiver.api.requests import IDS, SEGMENTS
from receiver.api.routing import EventStream, Operation, Routes, Spoken
from receiver.attribution import HEADER
from resolver import names

Json = dict[str, Any]
Mode = Literal["validation", "serialization"]

REFERENCE = "#/components/schemas/{model}"

INTRODUCTION = """\
Which agent run made this? Agents register their runs and sign what they write; `/agents improve` on GitHub becomes
feedback, and each piece of feedback is resolved to the run that it is about, with the evidence.

Every error has one shape (`Error`); `code` never changes. Times are RFC 3339 in UTC. Lists are newest first; a
`cursor` is opaque and belongs to its list and filters. Unknown parameters and fields are refused. A token sees one
workspace: what belongs to another is 404. What people wrote on GitHub is data, whatever it says.
"""

REASONS: Mapping[int, str] = {
    HTTPStatus.NOT_MODIFIED: "The answer still is the one whose ETag was sent.",
    HTTPStatus.BAD_REQUEST: "The request is malformed, or its body is not JSON.",
    HTTPStatus.UNAUTHORIZED: "The token is missing, not valid, expired or revoked.",
    HTTPStatus.FORBIDDEN: "The token does not allow this.",
    HTTPStatus.NOT_FOUND: "There is no such thing in the token's workspace.",
    HTTPStatus.CONFLICT: "What is there does not allow this.",
    HTTPStatus.GONE: "What changed since is not kept any more.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is too large.",
    HTTPStatus.REQUEST_URI_TOO_LONG: "The address is longer than the server reads.",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "The body is not sent as it has to be.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "Something does not fit; `details` names the fields.",
    HTTPStatus.TOO_MANY_REQUESTS: "The token asks too often.",
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: "The headers are longer than the server reads.",
    HTTPStatus.BAD_GATEWAY: "GitHub refuses to tell, or its answer is of no use.",
    HTTPStatus.SERVICE_UNAVAILABLE: "The store is out of reach, or migrations wait; or GitHub is, where it is asked.",
}
_HEADERS: Mapping[int, str] = {
    HTTPStatus.UNAUTHORIZED: "WWW-Authenticate",
    HTTPStatus.TOO_MANY_REQUESTS: "Retry-After",
    HTTPStatus.SERVICE_UNAVAILABLE: "Retry-After",
}
_OF_THE_SERVER = frozenset({HTTPStatus.REQUEST_URI_TOO_LONG, HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE})
"""Statuses with which the server refuses a request before any route sees it."""
_PLAIN: Mapping[str | None, Json] = {None: {"type": "string"}, "any": {"type": "object"}}
_TEXT = {"schema": {"type": "string"}, "required": True}
_HEADERS_SENT: Mapping[str, Json] = {
    "If-None-Match": {"type": "string"},
    "Last-Event-ID": {"type": "string"},
    HEADER: {"type": "string", "description": "The span of the run whose work this is; it must be registered."},
}
_ID = {"type": "integer", "minimum": 1, "maximum": names.MAX_ID}
_NAME = {"type": "string", "minLength": 1, "maxLength": 512}


@functools.cache
def document(routes: tuple[Routes, ...], version: str) -> Json:
    """Return the document for some routes, and those that stand beside them."""
    operations = [operation for part in routes for operation in part.operations]
    schemas = _Schemas(operations)
    paths: Json = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _described(operation, schemas)
    for path, described in ELSEWHERE.items():
        paths[path] = {method: _elsewhere(one, schemas) for method, one in described.items()}
    return {
        "openapi": "3.1.0",
        "info": {"title": "whichrun", "version": version, "description": INTRODUCTION, "license": {"name": "MIT"}},
        "tags": [{"name": name, "description": text} for name, text in TAGS.items()],
        "paths": paths,
        "components": {
            "schemas": schemas.components,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


class _Schemas:
    """The schemas of everything that operations take and answer, made in one go so that names are shared."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        wanted: dict[tuple[str, Mode], Any] = {
            ("error", "serialization"): shapes.Error,
            ("okay", "serialization"): shapes.Okay,
            ("acknowledged", "serialization"): shapes.Acknowledged,
            ("change", "serialization"): shapes.Change,
        }
        for operation in operations:
            wanted[_key("query", operation)] = operation.query
            wanted[_key("body", operation)] = operation.body
            if operation.answer is not None and not _is_spoken(operation):
                wanted[_key("answer", operation)] = operation.answer
        adapters = [(name, mode, TypeAdapter(kind)) for (name, mode), kind in wanted.items()]
        self._made, definitions = TypeAdapter.json_schemas(adapters, ref_template=REFERENCE)
        self._all: Json = definitions["$defs"]
        queries = {self._name(operation) for operation in operations} | {NoBody.__name__}
        self.components = {name: schema for name, schema in self._all.items() if name not in queries}

    def of(self, part: str, operation: Operation) -> Json:
        """Return the schema of an operation's body or answer, a reference."""
        return self._made[_key(part, operation)]

    def named(self, name: str) -> Json:
        """Return the schema of what stands beside the API's own routes."""
        return self._made[(name, "serialization")]

    def parameters(self, operation: Operation) -> list[Json]:
        """Return the parameters of an operation's query."""
        schema = self._all[self._name(operation)]
        required = schema.get("required", ())
        return [
            {"name": name, "in": "query", "required": name in required, "schema": _without_null(one)}
            for name, one in schema.get("properties", {}).items()
        ]

    def _name(self, operation: Operation) -> str:
        return str(self._made[_key("query", operation)]["$ref"]).rpartition("/")[2]


def _is_spoken(operation: Operation) -> bool:
    return isinstance(operation.answer, type) and issubclass(operation.answer, Spoken)


def _key(part: str, operation: Operation) -> tuple[str, Mode]:
    return f"{operation.name} {part}", "serialization" if part == "answer" else "validation"


def _without_null(schema: Json) -> Json:
    """Return a parameter's schema: what is left out stands for null, which no address can hold."""
    left = [one for one in schema.get("anyOf", ()) if one != {"type": "null"}]
    rest = {name: value for name, value in schema.items() if name not in {"anyOf", "title", "default"}}
    if schema.get("default") is not None:
        rest["default"] = schema["default"]
    return {**left[0], **rest} if len(left) == 1 else schema | {"anyOf": left} if left else rest


def _described(operation: Operation, schemas: _Schemas) -> Json:
    summary, _, more = operation.summary.partition("\n\n")
    described: Json = {
        "operationId": operation.name,
        "tags": [operation.tag],
        "summary": " ".join(summary.split()),
        "security": [{"token": []}],
        "parameters": [*map(_segment, operation.segments), *schemas.parameters(operation), *_headers(operation)],
        "responses": _responses(operation, schemas),
    }
    scope = "any token" if operation.scope is None else f"scope `{operation.scope}`"
    described["description"] = f"{' '.join(more.split())}\n\nNeeds {scope}.".strip()
    if operation.body is not NoBody:
        schema = schemas.of("body", operation)
        media = operation.body.media if issubclass(operation.body, Encoded) else {"application/json": None}
        content = {name: {"schema": own or schema} for name, own in media.items()}
        described["requestBody"] = {"required": True, "content": content}
    return described


def _segment(name: str) -> Json:
    assert name in SEGMENTS  # noqa: S101 - a route with another one would not be served
    return {"name": name, "in": "path", "required": True, "schema": _ID if name in IDS else _NAME}


def _headers(operation: Operation) -> list[Json]:
    wanted = {
        "If-None-Match": operation.tagged,
        "Last-Event-ID": operation.answer is EventStream,
        HEADER: operation.attributed,
    }
    sent = [name for name, is_wanted in wanted.items() if is_wanted]
    return [{"name": name, "in": "header", "required": False, "schema": _HEADERS_SENT[name]} for name in sent]


def _responses(operation: Operation, schemas: _Schemas) -> Json:
    found = {str(int(status)): _success(status, operation, schemas) for status in operation.statuses}
    if operation.tagged:
        found["304"] = {"description": REASONS[304]}
    return found | {str(int(status)): _refusal(status, schemas) for status in sorted(_statuses(operation))}


def _success(status: int, operation: Operation, schemas: _Schemas) -> Json:
    said: Json = {"description": HTTPStatus(status).phrase}
    if _is_spoken(operation):
        said["content"] = {name: {"schema": schema} for name, schema in operation.answer.media.items()}
    elif operation.answer is not None:
        said["content"] = {"application/json": {"schema": schemas.of("answer", operation)}}
    if operation.tagged:
        said["headers"] = {"ETag": _TEXT}
    return said


def _statuses(operation: Operation) -> set[int]:
    """Return the statuses of errors that a route may answer with."""
    found = {400, 401, 422, 429, 503, *_OF_THE_SERVER, *operation.errors}
    if operation.scope is not None:
        found.add(403)
    if operation.segments:
        found.add(404)
    if operation.method != "GET":
        found.add(413)
    if operation.body is not NoBody:
        found.add(415)
    return found


def _refusal(status: int, schemas: _Schemas) -> Json:
    said: Json = {"description": REASONS[status], "content": {"application/json": {"schema": schemas.named("error")}}}
    if status in _HEADERS:
        # A wrong signature of a webhook is 401 too, and there is no scheme to challenge GitHub with.
        said["headers"] = {_HEADERS[status]: _TEXT | {"required": status != HTTPStatus.UNAUTHORIZED}}
    return said


def _elsewhere(described: Json, schemas: _Schemas) -> Json:
    """Fill in the schemas and errors of a route that stands beside the API."""
    responses: Json = {}
    for status, content in described["answers"].items():
        media, name = content
        schema = _PLAIN[name] if name in _PLAIN else schemas.named(name)
        responses[str(status)] = {"description": HTTPStatus(status).phrase, "content": {media: {"schema": schema}}}
    responses |= {
        str(int(status)): _refusal(status, schemas) for status in sorted({*described["errors"], *_OF_THE_SERVER})
    }
    rest = {name: value for name, value in described.items() if name not in {"answers", "errors"}}
    return {**rest, "security": [], "responses": responses}
