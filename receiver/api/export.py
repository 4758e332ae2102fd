"""``/v1/export``: a workspace as JSON Lines, and who wrote the commits of a range as records of Agent Trace."""

from __future__ import annotations

import contextlib
import json
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from typing import Any, ClassVar, Final

from receiver import current
from receiver.agent_trace import AgentTrace
from receiver.api.bodies import NoBody
from receiver.api.parameters import ExportParameters
from receiver.api.requests import invalid
from receiver.api.routing import Call, Routes, Spoken
from receiver.auth import Principal, may_read_still
from receiver.export_lines import Export, Place, types
from receiver.problems import ApiError
from receiver.queries import Queries
from resolver.errors import StoreError
from resolver.model.tokens import Scope

log = logging.getLogger(__name__)

LINES: Final = "application/x-ndjson"
LIFE_SECONDS: Final = 60.0
"""How long one answer is written: it holds a thread. Whoever wants more comes again."""
LOOK_EVERY: Final = 100
"""Lines after which it is looked whether the token is valid still."""
COME_AGAIN: Final = 5
"""Seconds."""
COMMITS: Final = "X-Whichrun-Commits"
"""How many records of Agent Trace there have to be: fewer are not all."""
_OF_A_RANGE: Final = ("repository", "base", "head")

routes = Routes.about("export")


class JsonLines(Spoken):
    """One JSON object on each line (https://jsonlines.org)."""

    media: ClassVar[Mapping[str, Any]] = {LINES: {"type": "string"}}


@routes.get("/export", scope=None, errors=(HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT))
def export(call: Call[ExportParameters, NoBody]) -> JsonLines:
    """Export a workspace as JSON Lines, or (`format=agent-trace`) a range of commits as records of Agent Trace.

    Each line of JSON Lines has a `type` (`run`, `artifact`, `signal`, `feedback`) and a place `after`, from which
    another request goes on; the last one is `end`, or `more` where there is more to come for. Of runs, a token needs
    `runs:read`, of feedback `feedback:read`: `types` of the last line says which were written.
    """
    query = call.query
    if query.format == "agent-trace":
        return _agent_trace(call)
    stray = [name for name in _OF_A_RANGE if getattr(query, name) is not None]
    if stray:
        raise invalid(*((name, "goes with format=agent-trace") for name in stray))
    place = _place(query.after, call.principal.workspace)
    kept = types(call.principal.scopes, signals=bool(call.queries.services.policy.signals))
    return _written(_lines(Export(call.queries, kept), call.principal, place))


def _agent_trace(call: Call[ExportParameters, NoBody]) -> JsonLines:
    query = call.query
    if query.after is not None:
        raise invalid(("after", "goes with format=jsonl"))
    if query.repository is None or query.base is None or query.head is None:
        raise invalid(*((name, "is missing") for name in _OF_A_RANGE if getattr(query, name) is None))
    if Scope.RUNS_READ not in call.principal.scopes:
        raise ApiError(HTTPStatus.FORBIDDEN, "forbidden", f"the token lacks the scope {Scope.RUNS_READ}")
    trace = AgentTrace(call.queries, query.repository, query.base, query.head)
    shas = trace.shas()
    response = _written(_while_valid(trace.queries, call.principal, trace.records(shas)))
    response.headers[COMMITS] = str(len(shas))
    return response


def _place(after: str | None, workspace: str) -> Place:
    try:
        return Place() if after is None else Place.read(after, workspace)
    except ValueError as error:
        raise invalid(("after", "is not a place in this workspace's export: begin without it")) from error


def _written(lines: Iterator[dict[str, Any]]) -> JsonLines:
    """Write lines as their reader takes them. Raises ApiError 503 when too many are at it."""
    places = current.exports()
    if not places.acquire(blocking=False):
        message = "other exports are being written: try again later"
        raise ApiError(HTTPStatus.SERVICE_UNAVAILABLE, "busy", message, retry_after=COME_AGAIN)
    given_back = _once(places.release)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    response = JsonLines(_serialised(lines, given_back), mimetype=LINES, headers=headers)
    response.call_on_close(given_back)  # also when its reader went before the first line
    return response


def _once(act: Callable[[], None]) -> Callable[[], None]:
    """Return what acts when it is called for the first time, from whichever thread, and not again."""
    left = [act]

    def acting() -> None:
        with contextlib.suppress(IndexError):
            left.pop()()

    return acting


def _serialised(lines: Iterator[dict[str, Any]], ended: Callable[[], None]) -> Iterator[str]:
    try:
        for line in lines:
            yield f"{json.dumps(line)}\n"
    except StoreError as error:  # the answer has begun: that its last line is missing says that it is not whole
        log.warning("an export ends early: %s", error)
    finally:
        ended()


def _lines(wanted: Export, principal: Principal, place: Place) -> Iterator[dict[str, Any]]:
    """Yield lines until all are written, or the time is up."""
    end = time.monotonic() + LIFE_SECONDS
    for line in _while_valid(wanted.queries, principal, wanted.lines(place)):
        yield line
        if time.monotonic() >= end:
            yield {"type": "more", "after": line["after"], "types": wanted.types}
            return
    if may_read_still(wanted.queries.services, principal):
        yield {"type": "end", "types": wanted.types}


def _while_valid(queries: Queries, principal: Principal, lines: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield lines for as long as the token is valid. There is no request any more then to ask about either."""
    for number, line in enumerate(lines, start=1):
        if number % LOOK_EVERY == 0 and not may_read_still(queries.services, principal):
            return
        yield line
