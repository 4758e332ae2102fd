"""``/v1/traces``: OTLP/HTTP, so that an agent that is traced needs no call to register its runs.

https://opentelemetry.io/docs/specs/otlp/#otlphttp: the answer says how many spans were refused, and why; whoever sent
them is not to send them again. Spans that are no run for a repository of GitHub are taken, and left alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, ClassVar, Final

from flask import request
from pydantic import ValidationError

from receiver.api.parameters import NoParameters
from receiver.api.registering import run_to_keep
from receiver.api.requests import explained
from receiver.api.routing import Call, Routes, Spoken
from receiver.api.trace_bodies import JSON, PROTOBUF, Span, Traces
from receiver.api.traced_runs import run_of
from receiver.changes import Later
from receiver.current import services
from receiver.problems import ApiError
from resolver.errors import ConflictError, NotFoundError, RefusedError
from resolver.model.runs import Run
from resolver.model.tokens import Scope

MOST_RUNS: Final = 512
"""Runs that one request may register: each is a transaction of its own. It is what an exporter sends at once."""
MOST_TOLD: Final = 10
"""Refusals that are told one by one."""

routes = Routes.about("traces")


class TracesTaken(Spoken):
    """The answer, in the type of the request (``ExportTraceServiceResponse``)."""

    media: ClassVar[Mapping[str, Any]] = {
        JSON: {
            "type": "object",
            "properties": {
                "partialSuccess": {
                    "type": "object",
                    "properties": {"rejectedSpans": {"type": "string"}, "errorMessage": {"type": "string"}},
                }
            },
        },
        PROTOBUF: {"type": "string", "format": "binary"},
    }


@routes.post("/traces", scope=Scope.RUNS_WRITE)
def take(call: Call[NoParameters, Traces]) -> TracesTaken:
    """Take spans as OpenTelemetry sends them, and register those that are runs.

    A span is a run when it invokes an agent (`gen_ai.operation.name` is `invoke_agent`, or `whichrun.run` is true) for
    a repository of GitHub. One that is registered already is completed. Other spans are left alone.
    """
    taken = 0
    refused: list[str] = []
    for span in call.body.spans():
        try:
            run = run_of(span, web=services().policy.web)
            if run is not None:
                _refuse_more(taken)
                taken += 1
                _keep(call, run_to_keep(run, call.principal), run.facts())
        except ValidationError as error:
            refused.append(_told(span, explained(error, noun="field").message))
        except ApiError as error:
            if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                raise
            refused.append(_told(span, error.message))
        except (RefusedError, ConflictError, NotFoundError) as error:
            refused.append(_told(span, str(error)))
    return _answer(refused)


def _refuse_more(taken: int) -> None:
    if taken >= MOST_RUNS:
        raise RefusedError(f"one request registers {MOST_RUNS} runs at most")


def _keep(call: Call[NoParameters, Traces], run: Run, facts: str) -> None:
    """Register a run, or complete the one that was registered otherwise, if it is the same.

    Raises ConflictError for one of another repository or agent, NotFoundError for a report that is not there.
    """
    try:
        call.changes.register(run, facts=facts)
    except ConflictError as conflict:
        try:
            known = call.queries.run(run.span_id)
        except NotFoundError:  # it is not the span that is taken
            raise conflict from None
        if run.repository.lower() not in call.queries.names_of(known) or run.agent_name != known.agent_name:
            raise
        later = Later(ended_at=run.ended_at, head_sha=run.head_sha, numbers=run.numbers, sessions=run.sessions)
        call.changes.complete(run.span_id, later)


def _told(span: Span, why: str) -> str:
    return f"span {span.span_id[:16] or 'without an id'}: {why}"


def _answer(refused: list[str]) -> TracesTaken:
    more = len(refused) - MOST_TOLD
    message = "; ".join([*refused[:MOST_TOLD], *([f"and {more} more"] if more > 0 else [])])
    if request.mimetype == PROTOBUF:
        from receiver.api.trace_protobuf import answer  # noqa: PLC0415 - it is here since the body was read

        return TracesTaken(answer(rejected=len(refused), message=message), mimetype=PROTOBUF)
    partial: dict[str, Any] = {"rejectedSpans": str(len(refused)), "errorMessage": message}
    return TracesTaken(json.dumps({"partialSuccess": partial} if refused else {}), mimetype=JSON)
