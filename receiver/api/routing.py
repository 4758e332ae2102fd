"""How a route is declared: once, for those who serve it and for the OpenAPI document.

A handler's own annotations say what it takes and answers::

    @routes.get("/feedback/{id}", scope=Scope.FEEDBACK_READ, tagged=True)
    def one(call: Call[NoParameters, NoBody], feedback_id: int) -> shapes.Feedback: ...

A request is checked in this order: token (401), its rate (429), scope (403), query (422), body (400, 413, 415, 422),
and what stands in the path (404). The handler gets what is left, and raises what it cannot do.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, ClassVar, Final, Generic, TypeVar, get_args, get_origin, get_type_hints

from flask import Blueprint, Response, jsonify, request
from werkzeug.routing import BaseConverter

from receiver.api.bodies import Body, NoBody
from receiver.api.encoded import Encoded, read_encoded
from receiver.api.parameters import Parameters
from receiver.api.requests import IDS, SEGMENTS, read_body, read_no_body, read_query
from receiver.attribution import HEADER, producer_of
from receiver.auth import require
from receiver.caller import Caller
from resolver.model.reports import Producer
from resolver.model.tokens import Scope

QueryT = TypeVar("QueryT", bound=Parameters)
BodyT = TypeVar("BodyT", bound=Body)
AnswerT = TypeVar("AnswerT")

PREFIX: Final = "/v1"
_SEGMENT: Final = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Call(Caller, Generic[QueryT, BodyT]):
    """A request that may be answered: who sent it, its query and its body."""

    query: QueryT
    body: BodyT

    @property
    def producer(self) -> Producer:
        """Who a write is attributed to, by the route's header. Raises ApiError (``receiver.attribution``)."""
        return producer_of(self.principal, request.headers.getlist(HEADER), self.queries)


class IdConverter(BaseConverter):
    """A number in a path: what stands there and is none names nothing, or another route."""

    regex = "[0-9]+"


class Spoken(Response):
    """A response that is no JSON of one shape: ``media`` has the types that it comes in, each with its schema."""

    media: ClassVar[Mapping[str, Any]] = {}


class EventStream(Spoken):
    """Server-sent events: a response that lasts."""

    media: ClassVar[Mapping[str, Any]] = {"text/event-stream": {"type": "string"}}


@dataclass(frozen=True, slots=True)
class Created(Generic[AnswerT]):
    """The answer to a request that makes something: 201 when it is ``new``, 200 when it was there already."""

    value: AnswerT
    new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """A route as it was declared. ``answer`` is the type of what it answers, None for nothing (204)."""

    tag: str
    method: str
    path: str
    name: str
    summary: str
    scope: Scope | None
    query: type[Parameters]
    body: type[Body]
    answer: Any
    statuses: tuple[int, ...]
    errors: tuple[int, ...]
    tagged: bool
    attributed: bool

    @property
    def segments(self) -> tuple[str, ...]:
        """The names of what stands in the path."""
        return tuple(part[1:-1] for part in self.path.split("/") if part.startswith("{"))


@dataclass(frozen=True, slots=True, eq=False)
class Routes:
    """The routes about one subject; ``operations`` is what was declared."""

    tag: str
    blueprint: Blueprint
    operations: list[Operation] = field(default_factory=list)

    @classmethod
    def about(cls, tag: str) -> Routes:
        """Begin the routes of a subject."""
        return cls(tag, Blueprint(tag, __name__))

    def get(
        self, path: str, *, scope: Scope | None, tagged: bool = False, errors: tuple[int, ...] = ()
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Declare a route that reads; ``tagged`` answers bear an ETag (RFC 9110 §13.1.2)."""
        return self._add("GET", path, scope, HTTPStatus.OK, errors, tagged=tagged)

    def post(
        self,
        path: str,
        *,
        scope: Scope,
        status: int = HTTPStatus.OK,
        errors: tuple[int, ...] = (),
        attributed: bool = False,
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Declare a route that makes or does something; ``errors`` are statuses beside those that follow anyway.

        What an ``attributed`` one writes bears the name of who wrote it: see ``Call.producer``.
        """
        return self._add("POST", path, scope, status, errors, attributed=attributed)

    def patch(
        self, path: str, *, scope: Scope, errors: tuple[int, ...] = (), attributed: bool = False
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Declare a route that changes something."""
        return self._add("PATCH", path, scope, HTTPStatus.OK, errors, attributed=attributed)

    def delete(
        self, path: str, *, scope: Scope, attributed: bool = False
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Declare a route that takes something away."""
        return self._add("DELETE", path, scope, HTTPStatus.NO_CONTENT, (), attributed=attributed)

    def _add(  # noqa: PLR0913 - each fact of a route by its name
        self,
        method: str,
        path: str,
        scope: Scope | None,
        status: int,
        errors: tuple[int, ...],
        *,
        tagged: bool = False,
        attributed: bool = False,
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        def declare(handler: Callable[..., Any]) -> Callable[..., Any]:
            hints = get_type_hints(handler, include_extras=True)
            answer = hints["return"]
            created = get_origin(answer) is Created
            query, body = get_args(hints["call"])
            operation = Operation(
                tag=self.tag,
                method=method,
                path=f"{PREFIX}{path}",
                name=f"{self.tag}_{handler.__name__}",
                summary=inspect.getdoc(handler) or "",
                scope=scope,
                query=query,
                body=body,
                answer=get_args(answer)[0] if created else (None if answer is type(None) else answer),
                statuses=(HTTPStatus.CREATED, HTTPStatus.OK) if created else (status,),
                errors=errors,
                tagged=tagged,
                attributed=attributed,
            )
            self.operations.append(operation)
            rule = _SEGMENT.sub(_placeholder, path)
            view = _view(operation, handler)
            self.blueprint.add_url_rule(rule, handler.__name__, view, methods=[method])
            return handler

        return declare


def _placeholder(segment: re.Match[str]) -> str:
    """Return what Flask calls a segment of a path."""
    name = segment[1]
    return f"<id:{name}>" if name in IDS else f"<{name}>"


def _view(operation: Operation, handler: Callable[..., Any]) -> Callable[..., Response]:
    """Return what Flask calls."""

    def view(**segments: str) -> Response:
        principal = require(operation.scope)
        query = read_query(operation.query)
        body = _body(operation)
        read = (SEGMENTS[name](segments[name]) for name in operation.segments)
        return _respond(operation, handler(Call(principal, query, body), *read))

    return view


def _body(operation: Operation) -> Body:
    if issubclass(operation.body, Encoded):
        return read_encoded(operation.body)
    if operation.body is not NoBody:
        return read_body(operation.body)
    if operation.method != "GET":
        read_no_body()
    return NoBody()


def _respond(operation: Operation, answer: Any) -> Response:  # noqa: ANN401 - what the handler is annotated with
    if isinstance(answer, Response):
        return answer
    status = operation.statuses[0]
    if isinstance(answer, Created):
        answer, status = answer.value, HTTPStatus.CREATED if answer.new else HTTPStatus.OK
    response = Response() if answer is None else jsonify(answer)
    if answer is None:
        del response.headers["Content-Type"]  # of nothing (RFC 9110 §15.3.5)
    response.status_code = status
    if operation.tagged:
        response.headers["Cache-Control"] = "private, no-cache"
        response.add_etag()
        response.make_conditional(request)
    return response
