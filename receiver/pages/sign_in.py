"""Signing in, with a token or through GitHub, and out."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, make_response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from receiver.auth import identify, person_of
from receiver.current import services, sign_ins
from receiver.pages import session
from receiver.pages.rendering import render
from receiver.pages.visitor import read_form
from receiver.problems import ApiError
from receiver.signing_in import LASTS
from resolver.errors import GithubError

log = logging.getLogger(__name__)

CALLBACK: Final = "/sign-in/github/callback"
"""Where GitHub leads whoever signs in; the App has to name it, with the service's address before it."""
TICKET: Final = "whichrun_sign_in"
"""The cookie of whoever has set out for GitHub."""
_PATH: Final = "/sign-in/github"

blueprint = Blueprint("sign_in", __name__)


@blueprint.get("/sign-in")
def form() -> Response:
    """Show the form."""
    return _form(_inside(request.args.get("to")))


@blueprint.post("/sign-in")
def sign_in() -> AnyResponse:
    """Take a token, and go on to where the visitor wanted to be."""
    session.refuse_foreign(request)
    given = read_form("token", "to")
    to = _inside(given["to"])
    try:
        principal = identify(services(), given["token"])
    except ApiError as error:
        return _form(to, fault=error.message, status=error.status)
    response = redirect(to, 303)
    session.begin(services(), principal, response, secure=request.is_secure)
    return response


@blueprint.get(_PATH)
def to_github() -> AnyResponse:
    """Lead to GitHub, which says who somebody is."""
    departure = sign_ins().depart(to=_inside(request.args.get("to")), redirect_uri=_callback())
    response = redirect(departure.url, 303)
    response.set_cookie(
        TICKET,
        departure.ticket,
        max_age=int(LASTS.total_seconds()),
        path=_PATH,
        secure=request.is_secure,
        httponly=True,
        samesite="Lax",
    )
    return response


@blueprint.get(CALLBACK)
def from_github() -> AnyResponse:
    """Take whoever comes back from GitHub, and go on to where they wanted to be."""
    response = _arrived()
    response.delete_cookie(TICKET, path=_PATH, httponly=True, samesite="Lax")
    return response


def _arrived() -> AnyResponse:
    given = request.args
    if "error" in given:
        return _form("/", fault="GitHub was not allowed to say who you are", status=HTTPStatus.FORBIDDEN)
    try:
        ticket, state, code = request.cookies.get(TICKET, ""), given.get("state", ""), given.get("code", "")
        arrival = sign_ins().arrive(ticket=ticket, state=state, code=code, redirect_uri=_callback())
    except ApiError as error:
        if error.status == HTTPStatus.NOT_FOUND:
            raise
        return _form("/", fault=error.message, status=error.status)
    except GithubError as error:
        return _form("/", fault=str(error), status=HTTPStatus.BAD_GATEWAY)
    principal = person_of(services(), arrival.user)
    if principal is None:
        log.warning("@%s (%d) is not named, and was not let in", arrival.user.login, arrival.user.id)
        fault = f"@{arrival.user.login} may not sign in here: the settings do not name this account"
        return _form("/", fault=fault, status=HTTPStatus.FORBIDDEN)
    log.info("@%s (%d) signed in through GitHub", arrival.user.login, arrival.user.id)
    response = redirect(arrival.to, 303)
    session.begin(services(), principal, response, secure=request.is_secure)
    return response


@blueprint.post("/sign-out")
def sign_out() -> AnyResponse:
    """End the session."""
    session.refuse_foreign(request)
    response = redirect(url_for("pages.sign_in.form"), 303)
    session.end(services(), request, response)
    return response


def _form(to: str, *, fault: str | None = None, status: int = HTTPStatus.OK) -> Response:
    through = url_for("pages.sign_in.to_github", to=None if to == "/" else to) if services().settings.signs_in else None
    return make_response(render("sign_in.html", to=to, fault=fault, through=through), status)


def _callback() -> str:
    """Return this service's own address that GitHub leads back to, as the present browser knows it."""
    return f"{request.host_url.rstrip('/')}{CALLBACK}"


def _inside(wanted: str | None) -> str:
    """Return a place of this service: a link must not lead elsewhere by way of the form."""
    if wanted is None or not wanted.isprintable() or not wanted.startswith("/") or wanted.startswith(("//", "/\\")):
        return "/"
    return wanted
