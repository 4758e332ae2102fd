"""What the processes say, on standard error: lines for people, or one JSON object a line.

No line holds a secret or a body. Messages are written by this project; an exception from elsewhere may quote what it
choked on, so of those only the type and the places in the code are shown.

What is being worked on is said once (``about``), and stands in every line that is written meanwhile, by whatever room:
so all that happened to a delivery is found by its id. Requests to the API have no lines: agents that poll would bury
those of deliveries. They are counted (``receiver.metrics``), what they resolve has its line, and who asked for what
stands in the log of the proxy in front.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TextIO

from resolver import times
from resolver.errors import WhichrunError

_CONTROLS = (*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029)
_ESCAPES = {code: f"\\u{code:04x}" for code in _CONTROLS}
_ESCAPES_IN_FIELD = _ESCAPES | {ord(one): f"\\u{ord(one):04x}" for one in "[]\\"}
"""What ends a field may not stand in one: GUIDs are whatever their sender likes."""

_ABOUT: ContextVar[Mapping[str, str]] = ContextVar("about", default=MappingProxyType({}))


@contextmanager
def about(**fields: str) -> Iterator[None]:
    """Have every line that this thread writes inside say what it is about, beside what it is about already."""
    token = _ABOUT.set({**_ABOUT.get(), **fields})
    try:
        yield
    finally:
        _ABOUT.reset(token)


def turn_to(**fields: str) -> None:
    """Have every line that this thread writes from now on be about this alone; without fields, about nothing."""
    _ABOUT.set(fields)


def configure(log_format: str, *, stream: TextIO | None = None) -> None:
    """Send every logger's messages, from INFO on, to a stream (standard error) as ``text`` or ``json``."""
    handler = logging.StreamHandler(sys.stderr if stream is None else stream)
    handler.setFormatter(JsonLines() if log_format == "json" else TextLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)


class TextLines(logging.Formatter):
    """``time level logger[process] [delivery GUID]: message``; a trace follows on lines of its own."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one record; control characters are escaped, so that nobody outside forges a line."""
        fields = "".join(f" [{name} {text.translate(_ESCAPES_IN_FIELD)}]" for name, text in _ABOUT.get().items())
        head = f"{_time(record)} {record.levelname} {record.name}[{record.process}]{fields}: "
        return "\n  ".join([head + record.getMessage().translate(_ESCAPES), *_trace(record)])


class JsonLines(logging.Formatter):
    """One JSON object a line: ``time``, ``level``, ``logger``, ``process``, ``message``, and for an error ``trace``.

    Between ``process`` and ``message`` stands what it is about: ``delivery`` or ``want``.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Write one record."""
        fields: dict[str, object] = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "process": record.process,
            **_ABOUT.get(),
            "message": record.getMessage(),
        }
        trace = _trace(record)
        if trace:
            fields["trace"] = trace
        return json.dumps(fields)


def describe(error: BaseException) -> str:
    """Return what may be said of an error: its type, and its message when it is one of ours."""
    name = type(error).__name__
    return f"{name}: {error}" if isinstance(error, WhichrunError) else name


def _time(record: logging.LogRecord) -> str:
    return times.write(datetime.fromtimestamp(record.created, UTC))


def _trace(record: logging.LogRecord) -> list[str]:
    """Return the error of a record, then what caused it, each with its places in the code, innermost first."""
    error = record.exc_info[1] if record.exc_info else None
    lines = []
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        lines.append(describe(error).translate(_ESCAPES))
        frames = reversed(traceback.extract_tb(error.__traceback__))
        lines += [f"  at {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames]
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return lines
