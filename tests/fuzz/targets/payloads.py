"""Deliveries: any body under any event's name is read or refused; what is read is what JSON says it is.

The first byte names the event. Then stands the body; or, where that byte is odd, the changes to make to one of
octokit's examples, four bytes each: two that choose a field, one that says what becomes of it, one for more of it.
"""

from __future__ import annotations

import copy
import json
import math
from datetime import timedelta
from pathlib import Path
from typing import Any

from resolver.errors import NotJsonError, PayloadError
from resolver.intake import Intake
from resolver.payloads import envelope
from resolver.payloads.events import EVENTS
from resolver.payloads.soundness import DEEPEST
from resolver.policy import Policy
from tests.fuzz.given import NOW, READER, marks

LONGEST = 1024
_EXAMPLES = tuple(
    (path.name.partition(".")[0], path.read_text())
    for path in sorted((Path(__file__).parents[2] / "payloads" / "octokit").glob("*.json"))
)
_NAMES = (*EVENTS, "star")
_INTAKE = Intake(READER, Policy("default", None, None, frozenset(), timedelta(hours=24)), lambda: NOW)
_GONE = object()
_VALUES: tuple[Any, ...] = (
    _GONE, None, True, False, 0, 1, -1, 2**63 - 1, 2**63, 2**64, 1.0, 1.5, 1e400, math.nan, "", "1", "x", "\0",
    "\ud800",
    "a" * 600, "a" * 5000, [], {}, [[]], [{}], {"id": 1}, "2026-10-01T00:00:00Z", "2026-10-01",
    "9999-12-31T23:59:59-23:59",
    "0001-01-01T00:00:00+23:59", 253402300799, 253402300800, "..", "../..", "acme/..", "acme/widgets", "0" * 40,
    "F" * 40,
    "refs/heads/main", "refs/tags/v1", "deleted", "created", "edited", "/agents improve", marks("s").hidden_comment,
    marks("s").commit_trailers, [1] * 50, json.loads("[" * 70 + "]" * 70), "\u202e", "ghost", "closed",
)  # fmt: skip
WORDS = tuple(f'"{name}":' for name in ("action", "repository", "id", "full_name", "comment", "issue", "user", "login"))
SEEDS = (
    *(
        bytes([2 * number, *b'{"action":"created","repository":{"id":1,"full_name":"a/b"}}'])
        for number in range(len(_NAMES))
    ),
    *(bytes([2 * number + 1, 0]) for number in range(len(_EXAMPLES))),
    *(bytes([2 * number + 1, 0, number, 7 * number % 256, number, 0]) for number in range(len(_EXAMPLES))),
)


def check(data: bytes) -> None:
    """Only our errors come out, and nothing that JSON does not say; what is read can be observed and its claims too."""
    event, body = _delivery(data)
    try:
        read = envelope.read(event, body, "application/json")
    except (NotJsonError, PayloadError) as error:
        assert str(error)  # noqa: PT017 -- either outcome is right
        return
    document = json.loads(body)
    assert isinstance(document, dict)
    assert _depth(document) <= DEEPEST
    action = document.get("action")
    assert read.action == action or read.action is None
    if read.used:
        said = document.get("repository")
        assert read.repository_id == (said["id"] if isinstance(said, dict) else None)
        prepared = _INTAKE.prepare(read)
        assert all(prepared.locks)
        assert {span for _, span in prepared.runs} <= {"s"}


def _delivery(data: bytes) -> tuple[str, bytes]:
    if not data:
        return "ping", b""
    if data[0] % 2 == 0:
        return _NAMES[data[0] // 2 % len(_NAMES)], data[1:]
    event, example = _EXAMPLES[data[0] // 2 % len(_EXAMPLES)]
    document = json.loads(example)
    other = data[1] if len(data) > 1 else 0
    for start in range(2, min(len(data), 2 + 4 * 6) - 3, 4):
        places = list(_places(document))
        if places:
            holder, key = places[(256 * data[start] + data[start + 1]) % len(places)]
            _put(holder, key, _VALUES[data[start + 2] % len(_VALUES)])
    return (_NAMES[other % len(_NAMES)] if other else event), json.dumps(document).encode("utf-8")


def _places(value: Any) -> Any:  # noqa: ANN401 -- JSON
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in list(items):
        yield value, key
        yield from _places(inner)


def _put(holder: Any, key: Any, value: Any) -> None:  # noqa: ANN401 -- JSON
    if value is _GONE:
        del holder[key]
    else:
        holder[key] = copy.deepcopy(value)


def _depth(document: object) -> int:
    deepest, waiting = 0, [(document, 1)]
    while waiting:
        value, depth = waiting.pop()
        if isinstance(value, dict | list):
            deepest = max(deepest, depth)
            waiting += [(inner, depth + 1) for inner in (value.values() if isinstance(value, dict) else value)]
    return deepest
