"""Answers written straight to a connection, where no application has seen the request (RFC 9112)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any


def answer(status: HTTPStatus, document: Mapping[str, Any], *fields: str, keep: bool) -> bytes:
    """Return a whole answer of JSON with further header fields; ``keep`` is whether the connection lasts."""
    body = json.dumps(document, separators=(",", ":")) + "\n"
    lines = (
        f"HTTP/1.1 {status.value} {status.phrase}",
        f"Connection: {'keep-alive' if keep else 'close'}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        "X-Content-Type-Options: nosniff",
        *fields,
        "",
        body,
    )
    return "\r\n".join(lines).encode("ascii", "replace")


def problem(code: str, message: str, details: Sequence[Mapping[str, str]] | None = None) -> dict[str, Any]:
    """Return the document of an error (SPEC §6)."""
    return {"error": {"code": code, "message": message, "details": list(details or ())}}
