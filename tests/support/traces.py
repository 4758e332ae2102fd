"""Traces as agents send them: spans in OTLP/JSON."""

from __future__ import annotations

from typing import Any

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SPAN = "00f067aa0ba902b7"
STARTED, ENDED = 1_790_845_200_000_000_000, 1_790_845_260_000_000_000
"""2026-10-01T09:00:00Z, and a minute later; nanoseconds."""


def value_json(value: object) -> dict[str, Any]:
    """Write a value."""
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, list):
        return {"arrayValue": {"values": [value_json(one) for one in value]}}
    return {"stringValue": value}


def attributes_json(named: dict[str, Any]) -> list[dict[str, Any]]:
    """Write attributes; None leaves one out."""
    return [{"key": name, "value": value_json(value)} for name, value in named.items() if value is not None]


def span_json(
    span: str = SPAN,
    *,
    trace: str = TRACE,
    repository: str | None = "acme/widgets",
    agent: str | None = "coder",
    started: int = STARTED,
    ended: int = ENDED,
    more: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Write an agent's invocation for a repository, as the conventions have it."""
    named = {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.name": agent,
        "vcs.repository.url.full": None if repository is None else f"https://github.com/{repository}",
    }
    return {
        "traceId": trace,
        "spanId": span,
        "name": f"invoke_agent {agent}",
        "kind": 1,
        "startTimeUnixNano": str(started),
        "endTimeUnixNano": str(ended),
        "attributes": attributes_json(named | (more or {})),
    }


def traces(*spans: dict[str, Any], resource: dict[str, Any] | None = None) -> dict[str, Any]:
    """Write a request."""
    made_by = {"attributes": attributes_json({"service.name": "agents", **(resource or {})})}
    scope = {"scope": {"name": "agents"}, "spans": list(spans)}
    return {"resourceSpans": [{"resource": made_by, "scopeSpans": [scope]}]}
