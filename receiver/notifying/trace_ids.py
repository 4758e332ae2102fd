"""The ids of traces and spans as OpenTelemetry has them (W3C Trace Context), out of those that runs are registered by.

A run's ``trace_id`` and ``span_id`` are names that its runner chose. Most often they are those of its trace; what is
none of these forms belongs to no trace that others know.
"""

from __future__ import annotations

import re
import uuid

_TRACE = re.compile(r"[0-9a-f]{32}")
_SPAN = re.compile(r"[0-9a-f]{16}")


def trace(name: str | None) -> str | None:
    """Return a trace's id, 32 hexadecimal digits, out of those or of a UUID; None for anything else, and for zeros."""
    plain = (name or "").lower()
    digits = plain.replace("-", "") if as_uuid(plain) is not None else plain
    return digits if _TRACE.fullmatch(digits) and digits.strip("0") else None


def span(name: str) -> str | None:
    """Return a span's id, 16 hexadecimal digits; None for anything else, and for zeros."""
    digits = name.lower()
    return digits if _SPAN.fullmatch(digits) and digits.strip("0") else None


def as_uuid(name: str | None) -> uuid.UUID | None:
    """Return the UUID that a name is, with its dashes; None when it is none."""
    plain = (name or "").lower()
    try:
        found = uuid.UUID(plain)
    except ValueError:
        return None
    return found if str(found) == plain else None
