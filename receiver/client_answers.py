"""Reading what the service answered: JSON of the expected shape, or a ServiceError. Nothing is guessed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

from receiver.client_wire import Answer, ServiceError


def decoded(answer: Answer) -> Any:  # noqa: ANN401 - any JSON
    """Return the JSON of an answer; None when it has none (204). Raises ServiceError for what is no JSON."""
    if answer.status == HTTPStatus.NO_CONTENT and not answer.content:
        return None
    try:
        return json.loads(answer.content)
    except (ValueError, RecursionError):
        raise _unlike(answer) from None


def object_of(answer: Answer, **fields: type) -> dict[str, Any]:
    """Return the JSON object of an answer, with these fields of these types. Raises ServiceError for any other."""
    value = decoded(answer)
    if not isinstance(value, dict):
        raise unexpected(answer.status, "JSON of another shape")
    for name, kind in fields.items():
        if not isinstance(value.get(name), kind):
            raise unexpected(answer.status, f"JSON without {name}")
    return value


def error_of(answer: Answer) -> ServiceError:
    """Read the one shape of the API's errors; what is not of it is told as that."""
    wait = _retry_after(answer.headers)
    try:
        error = json.loads(answer.content)["error"]
        code, message, details = error["code"], error["message"], error["details"]
    except (ValueError, RecursionError, LookupError, TypeError):
        return _unlike(answer, wait)
    if not (isinstance(code, str) and isinstance(message, str) and isinstance(details, list)):
        return _unlike(answer, wait)
    return ServiceError(answer.status, code, message, tuple(one for one in details if isinstance(one, dict)), wait)


def _unlike(answer: Answer, retry_after: float | None = None) -> ServiceError:
    kind = answer.headers.get("content-type", "no content type")
    return unexpected(answer.status, f"{len(answer.content)} bytes of {kind}", retry_after)


def unexpected(status: int, what: str, retry_after: float | None = None) -> ServiceError:
    """Return the error for an answer that this API does not give; what it holds is not repeated."""
    message = f"the answer is none of this API: {what}"
    return ServiceError(status, "unexpected_answer", message, retry_after=retry_after)


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Read how many seconds to wait (RFC 9110 §10.2.3); a time is held against the answer's own clock."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        return max(0.0, (parsedate_to_datetime(text) - parsedate_to_datetime(headers["date"])).total_seconds())
    except (ValueError, TypeError, KeyError):
        return None
