from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask, redirect
from gunicorn.http.errors import InvalidChunkSize  # type: ignore[import-untyped]
from pydantic import BaseModel
from werkzeug.exceptions import HTTPException, TooManyRequests
from werkzeug.wrappers import Response

from receiver import problems
from receiver.problems import ApiError
from resolver import errors
from tests.support.api import refused
from tests.support.inbox import Inbox, app_over

SECRET = "not-for-your-eyes"
NOW = datetime(2026, 10, 2, 12, tzinfo=UTC)


class Strict(BaseModel):
    """A model that a request may not fit."""

    count: int


def app_raising(error: Exception) -> Flask:
    """Return an app whose one route raises."""
    app = Flask("raising")
    problems.install(app, lambda: NOW)

    @app.get("/")
    def fail() -> Response:
        raise error

    return app


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.SignatureError("not signed"), 401),
        (errors.NotJsonError("no JSON"), 400),
        (errors.PayloadError((("a.b", "is wrong"),)), 422),
        (errors.ClaimError("no claim"), 422),
        (errors.UrlError("no address"), 422),
        (errors.ConflictError("other facts"), 409),
        (errors.NotFoundError("no such thing"), 404),
        (errors.UnfitError("no name"), 422),
        (errors.GithubDownError("GitHub is failing (502)"), 503),
        (errors.GithubRefusedError("GitHub refuses this"), 502),
        (errors.GithubAnswerError("GitHub's answer is not JSON"), 502),
    ],
)
def test_each_error_of_ours_has_a_status(error: errors.WhichrunError, status: int) -> None:
    """An error of the domain is answered with its reason as the code, and its message."""
    answer = refused(app_raising(error).test_client().get("/"), status)

    assert (answer["code"], answer["message"]) == (error.reason, str(error))


def test_a_store_out_of_reach_says_no_more_than_that(caplog: pytest.LogCaptureFixture) -> None:
    """What the database says of itself (hosts, files) is for the log, not for whoever asks."""
    answer = app_raising(errors.StoreError(f"no connection to {SECRET}")).test_client().get("/")

    assert refused(answer, 503)["code"] == "store_unavailable"
    assert SECRET not in answer.text
    assert SECRET in caplog.text


def test_a_payload_that_does_not_fit_names_its_fields() -> None:
    """The details of a misfit are its fields."""
    error = errors.PayloadError((("a.b", "is wrong"), ("c", "too")))

    details = refused(app_raising(error).test_client().get("/"), 422)["details"]

    assert details == [{"field": "a.b", "message": "is wrong"}, {"field": "c", "message": "too"}]


def test_a_model_that_does_not_fit_names_its_fields_without_the_value() -> None:
    """A validation error becomes 422 with the field; what was sent is not repeated."""
    with pytest.raises(ValueError, match="count") as caught:
        Strict.model_validate({"count": SECRET})

    answer = app_raising(caught.value).test_client().get("/")

    assert refused(answer, 422)["details"][0]["field"] == "count"
    assert SECRET not in answer.text


def test_what_only_http_knows_is_answered_as_stated() -> None:
    """A route's own refusal keeps its status, code and details; 401 names the scheme (RFC 9110 §11.6.1)."""
    details = [{"field": "f", "message": "m"}]

    answer = app_raising(ApiError(401, "unauthorized", "who are you", details)).test_client().get("/")

    assert refused(answer, 401) == {"code": "unauthorized", "message": "who are you", "details": details}
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("error", [errors.StoreError("x"), ApiError(503, "migrations_pending", "x")])
def test_what_passes_says_when_to_try_again(error: Exception) -> None:
    """Every 503 has Retry-After."""
    assert app_raising(error).test_client().get("/").headers["Retry-After"].isdigit()


@pytest.mark.parametrize(
    ("seconds", "said"), [(None, "5"), (0.2, "1"), (-60, "1"), (59.5, "60"), (600, "600"), (86_400 * 400, "3600")]
)
def test_github_says_when_to_ask_again(seconds: float | None, said: str) -> None:
    """Where GitHub named a time, Retry-After leads to it, in whole seconds of at least one and at most an hour."""
    until = None if seconds is None else NOW + timedelta(seconds=seconds)
    error = errors.GithubDownError("GitHub is failing (503)", retry_at=until)
    assert app_raising(error).test_client().get("/").headers["Retry-After"] == said


def test_headers_of_http_errors_are_kept() -> None:
    """What Werkzeug refuses keeps the headers that its status asks for."""
    answer = app_raising(TooManyRequests("slowly", retry_after=7)).test_client().get("/")

    assert refused(answer, 429)["code"] == "too_many_requests"
    assert answer.headers["Retry-After"] == "7"


def test_broken_framing_is_the_senders_fault() -> None:
    """A chunked body that cannot be followed is 400."""
    refused(app_raising(InvalidChunkSize(b"x")).test_client().get("/"), 400)


def test_an_answer_that_was_raised_is_sent() -> None:
    """An exception that carries a whole answer, and a redirect, are left as they are."""
    error = HTTPException(response=redirect("/elsewhere"))

    assert app_raising(error).test_client().get("/").status_code == 302


@pytest.mark.parametrize(
    "error", [ValueError(SECRET), errors.SettingsError("x"), KeyError(SECRET), TimeoutError(SECRET)]
)
def test_the_unexpected_is_logged_and_not_told(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    """A fault of ours is 500, says nothing of itself, and is logged."""
    with caplog.at_level(logging.ERROR):
        answer = app_raising(error).test_client().get("/")

    assert refused(answer, 500)["code"] == "internal_error"
    assert SECRET not in answer.text
    [record] = caplog.records
    assert record.exc_info is not None
    assert record.exc_info[1] is error


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/", 405),
        ("GET", "/nowhere", 404),
        ("GET", "/%00%ff", 404),
        ("GET", "/healthz/", 404),
        ("GET", "/v1//runs", 404),
        ("POST", "/healthz", 405),
        ("OPTIONS", "/healthz", 405),
        ("GET", "/webhooks/github", 405),
        ("GET", "/static/x", 404),
        ("GET", "/v1/nowhere", 404),
        ("DELETE", "/v1/runs", 405),
    ],
)
def test_what_routing_refuses_has_the_one_shape(method: str, path: str, status: int) -> None:
    """Unknown paths and methods are answered in the one shape; 405 says what is allowed."""
    answer = app_over(Inbox()).test_client().open(path, method=method)

    refused(answer, status)
    assert ("Allow" in answer.headers) == (status == 405)


def test_every_route_answers_an_unknown_method_in_the_one_shape() -> None:
    """No route has an answer of its own for a method that it does not know."""
    app = app_over(Inbox())
    client = app.test_client()

    for rule in app.url_map.iter_rules():
        path = app.url_map.bind("localhost").build(rule.endpoint, dict.fromkeys(rule.arguments, 1), method=None)
        refused(client.open(path, method="TRACE"), 405)
