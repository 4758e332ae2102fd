"""The one place that turns errors into answers, all of one shape (SPEC §3).

``{"error": {"code": "…", "message": "…", "details": [{"field": "…", "message": "…"}]}}``: ``code`` is a short name that
never changes, ``message`` a sentence for a person. Routes raise; none of them writes an error itself.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from http import HTTPStatus

from flask import Flask, Response, g, jsonify, request
from gunicorn.http.errors import ParseException  # type: ignore[import-untyped]
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from receiver import written
from resolver.errors import (
    ConflictError,
    ForbiddenError,
    GithubDownError,
    GithubError,
    NotFoundError,
    NotJsonError,
    PayloadError,
    RefusedError,
    SignatureError,
    StoreError,
    TooLargeError,
    WhichrunError,
)
from resolver.ports import Clock

log = logging.getLogger(__name__)

Detail = dict[str, str]

RETRY_AFTER = "5"
"""Seconds after which a store that was out of reach is worth another try."""
LONGEST_RETRY = 3600
"""Seconds: no limit of GitHub's lasts longer."""

STATUSES: Mapping[type[WhichrunError], int] = {
    SignatureError: HTTPStatus.UNAUTHORIZED,
    NotJsonError: HTTPStatus.BAD_REQUEST,
    TooLargeError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    ForbiddenError: HTTPStatus.FORBIDDEN,
    ConflictError: HTTPStatus.CONFLICT,
    NotFoundError: HTTPStatus.NOT_FOUND,
    RefusedError: HTTPStatus.UNPROCESSABLE_ENTITY,
    StoreError: HTTPStatus.SERVICE_UNAVAILABLE,
    GithubDownError: HTTPStatus.SERVICE_UNAVAILABLE,
    GithubError: HTTPStatus.BAD_GATEWAY,
}
"""Our errors by status; the nearest class above an error that is not listed counts, else it is ours to mend: 500."""

CODES: Mapping[int, str] = {
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "too_large",
    HTTPStatus.REQUEST_URI_TOO_LONG: "uri_too_long",
    HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE: "range_not_satisfiable",
    HTTPStatus.UNPROCESSABLE_ENTITY: "unprocessable_content",
}
"""Statuses whose names in Python change from version to version: these stay."""

OUT_OF_REACH = "the store is out of reach: try again later"
"""What is said where a StoreError stands behind a 503."""

_PASSED_ON = ("Allow", "Retry-After", "WWW-Authenticate", "Content-Range")


class ApiError(Exception):
    """An answer that only HTTP knows: a header, a token, a media type, a size. ``retry_after`` is in seconds."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        details: list[Detail] | None = None,
        *,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.status = status
        self.code = code
        self.message = message
        self.details = details or []


def code_of(status: int) -> str:
    """Return the code of an error that nothing but its status tells apart."""
    return CODES.get(status) or HTTPStatus(status).name.lower()


def told() -> str | None:
    """Return the code of the error that the present request is answered with, if it is."""
    code: str | None = g.get("problem")
    return code


def install(app: Flask, clock: Clock) -> None:
    """Make every error of every route an answer of the one shape."""
    app.register_error_handler(ApiError, _from_api_error)
    app.register_error_handler(WhichrunError, partial(_from_domain, clock=clock))
    app.register_error_handler(ValidationError, _from_validation)
    app.register_error_handler(HTTPException, _from_http)
    app.register_error_handler(ParseException, _from_framing)
    app.register_error_handler(Exception, _from_unexpected)


def answer(status: int, code: str, message: str, details: list[Detail] | None = None) -> Response:
    """Return an error's answer, with the headers that its status asks for (RFC 9110 §11.6.1, §10.2.3)."""
    response = jsonify(written.problem(code, message, details))
    response.status_code = status
    g.problem = code
    if code == "unauthorized":
        response.headers["WWW-Authenticate"] = "Bearer"
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = RETRY_AFTER
    return response


def _from_api_error(error: ApiError) -> Response:
    response = answer(error.status, error.code, error.message, error.details)
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _from_domain(error: WhichrunError, *, clock: Clock) -> Response:
    status = next((STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES), None)
    if status is None:
        return _from_unexpected(error)
    if isinstance(error, StoreError):  # its message names hosts and files: that is for the log
        log.warning("%s %s: %s", request.method, request.path, error)
        return answer(status, error.reason, OUT_OF_REACH)
    details: list[Detail] = []
    if isinstance(error, PayloadError):
        details = [{"field": field, "message": message} for field, message in error.problems]
    response = answer(status, error.reason, str(error), details)
    if isinstance(error, GithubDownError) and error.retry_at is not None:
        response.headers["Retry-After"] = str(_seconds_to(error.retry_at, clock()))
    return response


def _seconds_to(moment: datetime, now: datetime) -> int:
    """Return in how many whole seconds a moment comes: at least one, and no more than is worth waiting."""
    return min(max(math.ceil((moment - now).total_seconds()), 1), LONGEST_RETRY)


def _from_validation(error: ValidationError) -> Response:
    """Name each field that does not fit; what was sent is not repeated."""
    details = [
        {"field": ".".join(map(str, fault["loc"])), "message": fault["msg"].removeprefix("Value error, ")}
        for fault in error.errors(include_url=False, include_context=False, include_input=False)
    ]
    return answer(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid", "the request does not fit: see details", details)


def _from_http(error: HTTPException) -> Response | HTTPException:
    """Answer what Flask and Werkzeug refuse (404, 405, 413, …); a redirect stays one."""
    if error.code is None or error.code < HTTPStatus.BAD_REQUEST or error.response is not None:
        return error
    response = answer(error.code, code_of(error.code), error.description or error.name)
    for name, value in error.get_headers():
        if name in _PASSED_ON:
            response.headers[name] = value
    return response


def _from_framing(error: ParseException) -> Response:
    """Answer for a chunked body whose framing gunicorn could not follow, seen when a view reads it."""
    del error
    return answer(HTTPStatus.BAD_REQUEST, "bad_request", "the body is not framed as its headers say")


def _from_unexpected(error: Exception) -> Response:
    """Say nothing of what went wrong inside; the log says it (``receiver.logs`` keeps secrets out of it)."""
    log.error("%s %s failed", request.method, request.path, exc_info=error)
    return answer(HTTPStatus.INTERNAL_SERVER_ERROR, "internal_error", "the service failed; its log says why")
