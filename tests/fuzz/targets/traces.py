"""Traces: any bytes are spans, of which some are runs, or are refused; and a run says nothing that its span did not."""

from __future__ import annotations

from pydantic import ValidationError

from receiver.api.trace_bodies import JSON, PROTOBUF, Traces
from receiver.api.traced_runs import run_of
from receiver.problems import ApiError
from resolver import names
from resolver.errors import PayloadError

LONGEST = 2048
WORDS = (
    '"resourceSpans"', '"scopeSpans"', '"spans"', '"attributes"', '"key"', '"value"', '"stringValue"', '"intValue"',
    '"boolValue"', '"arrayValue"', '"values"', '"traceId"', '"spanId"', '"startTimeUnixNano"', "invoke_agent",
    "gen_ai.operation.name", "gen_ai.agent.name", "vcs.repository.url.full", "vcs.change.id", "whichrun.run",
    "whichrun.repository", "whichrun.number", "https://github.com/", "\n\x10", "\x12\x08",
)  # fmt: skip
_SPAN = (
    '{"traceId": "4bf92f3577b34da6a3ce929d0e0e4736", "spanId": "00f067aa0ba902b7", "startTimeUnixNano": "1",'
    ' "attributes": [{"key": "whichrun.run", "value": {"boolValue": true}},'
    ' {"key": "gen_ai.agent.name", "value": {"stringValue": "a"}},'
    ' {"key": "whichrun.repository", "value": {"stringValue": "a/b"}}]}'
)
SEEDS = (
    '{"resourceSpans": [{"scopeSpans": [{"spans": [' + _SPAN + "]}]}]}",
    "\n\x1a\x12\x18\x12\x16\n\x10" + "a" * 16 + "\x12\x02bc",
)


def check(data: bytes) -> None:
    """Only the errors of their kinds come out; whatever is a run is named as runs are."""
    for media in (JSON, PROTOBUF):
        try:
            spans = list(Traces.decoded(media, data).spans())
        except (ApiError, ValidationError):
            continue
        for span in spans:
            try:
                run = run_of(span, web="https://github.com")
            except (PayloadError, ValidationError):
                continue
            if run is not None:
                assert (run.span_id, run.trace_id) == (span.span_id.lower(), span.trace_id.lower().replace("-", ""))
                assert names.is_repository(run.repository)
