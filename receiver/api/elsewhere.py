"""The routes beside ``/v1``, for the OpenAPI document: no token opens them, and they check what comes by themselves.

Of each answer the media type and the name of its schema are given (None for text, ``any`` for an object).
"""

from __future__ import annotations

from typing import Any, Final

JSON: Final = "application/json"

TAGS: Final = {
    "runs": "Agents register their runs, and get the marks to sign with.",
    "traces": "Agents that are traced register their runs by that.",
    "resolve": "Which run made this, or is this about?",
    "feedback": "What maintainers asked for, and which run it is about.",
    "stream": "Changes as they happen.",
    "reports": "What is made of each piece of feedback: a log that agents and people write to.",
    "deliveries": "The inbox of webhook deliveries.",
    "tokens": "Who may use the API.",
    "export": "All that a workspace has, and who wrote some commits.",
    "stats": "How surely feedback was resolved.",
    "webhooks": "What GitHub calls.",
    "operations": "For those who run the service.",
}

_DELIVERY_HEADERS = [
    {"name": name, "in": "header", "required": True, "schema": {"type": "string", "pattern": "^[!-~]{1,200}$"}}
    for name in ("X-GitHub-Delivery", "X-GitHub-Event", "X-Hub-Signature-256")
]
_ANY_OBJECT = {"schema": {"type": "object"}}


def _read(summary: str, name: str, answers: dict[int, tuple[str, str | None]], *errors: int) -> dict[str, Any]:
    described = {"operationId": name, "tags": ["operations"], "summary": summary}
    return {"get": described | {"answers": answers, "errors": errors}}


ELSEWHERE: Final[dict[str, dict[str, Any]]] = {
    "/webhooks/github": {
        "post": {
            "operationId": "webhooks_github",
            "tags": ["webhooks"],
            "summary": "Take a delivery of a GitHub App. 202 means that it is on disk.",
            "parameters": _DELIVERY_HEADERS,
            "requestBody": {
                "required": True,
                "content": {JSON: _ANY_OBJECT, "application/x-www-form-urlencoded": _ANY_OBJECT},
            },
            "answers": {202: (JSON, "acknowledged")},
            "errors": (400, 401, 409, 413, 415, 422, 503),
        }
    },
    "/healthz": _read("Say that the process answers.", "operations_health", {200: (JSON, "okay")}, 400),
    "/readyz": _read("Say that the service can do its work.", "operations_ready", {200: (JSON, "okay")}, 400, 503),
    "/.well-known/jwks.json": _read(
        "Show the public keys that check claims of version 2 (RFC 7517).",
        "operations_jwks",
        {200: ("application/jwk-set+json", "any")},
        400,
        503,
    ),
    "/metrics": _read("Show numbers for Prometheus.", "operations_metrics", {200: ("text/plain", None)}, 400),
    "/openapi.json": _read("Show this document.", "operations_openapi", {200: (JSON, "any")}, 400),
    "/docs": _read("Show this document as a page.", "operations_docs", {200: ("text/html", None)}, 400),
}
