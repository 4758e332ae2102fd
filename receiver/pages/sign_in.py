"""Signing in with a token, and out."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from receiver.auth import identify
from receiver.current import services
from receiver.pages import session
from receiver.pages.rendering import render
from receiver.pages.visitor import read_form
from receiver.problems import ApiError

blueprint = Blueprint("sign_in", __name__)


@blueprint.get("/sign-in")
def form() -> Response:
    """Show the form."""
    return make_response(render("sign_in.html", to=_inside(request.args.get("to")), fault=None))


@blueprint.post("/sign-in")
def sign_in() -> AnyResponse:
    """Take a token, and go on to where the visitor wanted to be."""
    session.refuse_foreign(request)
    given = read_form("token", "to")
    to = _inside(given["to"])
    try:
        principal = identify(services(), given["token"])
    except ApiError as error:
        return make_response(render("sign_in.html", to=to, fault=error.message), error.status)
    response = redirect(to, 303)
    session.begin(services(), principal, response, secure=request.is_secure)
    return response


@blueprint.post("/sign-out")
def sign_out() -> AnyResponse:
    """End the session."""
    session.refuse_foreign(request)
    response = redirect(url_for("pages.sign_in.form"), 303)
    session.end(services(), request, response)
    return response


def _inside(wanted: str | None) -> str:
    """Return a place of this service: a link must not lead elsewhere by way of the form."""
    if wanted is None or not wanted.isprintable() or not wanted.startswith("/") or wanted.startswith(("//", "/\\")):
        return "/"
    return wanted
