"""Says what is wrong with a body: only ever called when something is, so it may take its time."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator

from pydantic import ValidationError
from pydantic_core import from_json

from resolver.errors import NotJsonError, PayloadError
from resolver.payloads.fields import FOREIGN
from resolver.payloads.parts import MARKS
from resolver.payloads.soundness import DEEPEST

_MOST = 20
"""Problems told of one delivery: a bad push may have thousands."""

_PLAIN_KEY = re.compile(r"[A-Za-z0-9_.-]{1,64}")

_SENTENCES = {
    "missing": "is missing",
    "model_type": "must be an object",
    "tuple_type": "must be a list",
    "too_short": "must not be empty",
    "bool_type": "must be true or false",
}


def unfit(error: ValidationError) -> PayloadError:
    """Turn what pydantic found into field paths and sentences; no value is quoted."""
    found = error.errors(include_url=False, include_context=False, include_input=False)[:_MOST]
    return PayloadError(
        tuple((".".join(map(str, one["loc"])) or "body", _SENTENCES.get(one["type"], one["msg"])) for one in found)
    )


def is_of_whole(error: ValidationError) -> bool:
    """Say whether it is not one of its fields that is wrong with a body, but all of it: not JSON, or no object."""
    return error.error_count() == 1 and error.errors(include_url=False, include_input=False)[0]["loc"] == ()


def is_of_another_event(error: ValidationError, body: bytes) -> bool:
    """Say whether a body holds what only another event's do, or things of GitHub's without the one its event has."""
    found = error.errors(include_url=False, include_input=False)
    if any(one["type"] == FOREIGN for one in found):
        return True
    lacks = any(one["type"] == "missing" and one["loc"][0] in MARKS for one in found)
    return lacks and not MARKS.isdisjoint(from_json(body))


def explain(body: bytes) -> NotJsonError | PayloadError:
    """Say why a body cannot be taken, whatever event it is for.

    NotJsonError: it is not JSON in UTF-8, or not an object. PayloadError: it is JSON that is not finite, nested too
    deep, or holds a number or a string that cannot be kept.
    """
    try:
        document = json.loads(body.decode())
    except UnicodeDecodeError:
        return NotJsonError("the body is not UTF-8")
    except RecursionError:
        return _too_deep("body")
    except json.JSONDecodeError as error:
        return NotJsonError(f"the body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}")
    except ValueError:
        return PayloadError((("body", "holds a number with too many digits"),))
    if not isinstance(document, dict):
        return NotJsonError("the body is not a JSON object")
    return next(_faults(document), PayloadError((("body", "cannot be read"),)))


def _faults(document: dict[str, object]) -> Iterator[PayloadError]:
    """Walk a document without recursion, and give each value that cannot be taken, with its path."""
    waiting: list[tuple[str, int, object]] = [("", 1, document)]
    while waiting:
        path, depth, value = waiting.pop()
        if depth > DEEPEST and isinstance(value, dict | list):
            yield _too_deep(path)
        elif isinstance(value, dict):
            for key, inner in value.items():
                name = f"{path}.{_plain(key)}".lstrip(".")
                waiting += [(name, depth, key), (name, depth + 1, inner)]
        elif isinstance(value, list):
            waiting += [(f"{path}.{index}", depth + 1, inner) for index, inner in enumerate(value)]
        elif isinstance(value, float) and not math.isfinite(value):
            yield PayloadError(((path, "must be a finite number"),))
        elif isinstance(value, str) and not _is_text(value):
            yield PayloadError(((path, "holds half of a surrogate pair, which is no character"),))


def _too_deep(path: str) -> PayloadError:
    return PayloadError(((path, f"is nested deeper than {DEEPEST} levels"),))


def _plain(key: str) -> str:
    """Name a key in a path; one that is not a plain name could not be told safely."""
    return key if _PLAIN_KEY.fullmatch(key) else "?"


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
