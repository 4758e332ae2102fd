"""The set-up's pages: the code, what the App is to be, the way to GitHub and back, and what to do when that fails."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus
from typing import Any, Final, cast

from flask import Blueprint, Response, current_app, g, make_response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from receiver.pages import session
from receiver.pages.arrival import PATH as ARRIVAL
from receiver.pages.rendering import is_part, render
from receiver.pages.visitor import read_form
from receiver.problems import ApiError
from receiver.setting_up import keeping, wish
from receiver.setting_up.course import Course, Done
from receiver.setting_up.door import SESSION_LASTS, Door
from receiver.taking import PATH as HOOK
from receiver.wiring import web_of
from resolver.errors import GithubError, PayloadError, SettingsError, UnfitError

log = logging.getLogger(__name__)

COOKIE: Final = "whichrun_set_up"
FORM_TO: Final = "whichrun_form_to"
"""Where a page's form may go beside this service, in ``flask.g``: the policy of the page names it."""
_HOST = re.compile(r"([A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:[0-9]{1,5})?")
View = Callable[[], AnyResponse]


@dataclass(frozen=True, slots=True)
class SetUp:
    """What the pages are over: ``finish`` makes the answer that ends the set-up, and has the process end after it."""

    door: Door
    course: Course
    api_url: str
    users_are_set: bool
    finish: Callable[[Done, AnyResponse], None]

    @property
    def web(self) -> str:
        """Where GitHub's pages are."""
        return web_of(self.api_url)


blueprint = Blueprint("set_up", __name__, template_folder="../templates")


def set_up() -> SetUp:
    """Return what the present request is about."""
    return cast("SetUp", current_app.extensions["whichrun.set_up"])


def inside(view: View) -> View:
    """Have a route answer the browser that was let in; others are led to the door."""

    @wraps(view)
    def answer() -> AnyResponse:
        if request.method != "GET":
            session.refuse_foreign(request)
        if set_up().course.done is not None:
            return redirect(ARRIVAL, 303)
        if not set_up().door.admits(request.cookies.get(COOKIE)):
            return redirect("/setup", 303)
        return view()

    return answer


@blueprint.get("/healthz")
def healthy() -> dict[str, str]:
    """Answer as long as the process does."""
    return {"status": "ok"}


@blueprint.post(HOOK)
def too_early() -> AnyResponse:
    """Turn a delivery away: nothing can say yet whether it is GitHub's. The service asks for it again later."""
    log.info("a delivery came before there was a secret to verify it with; the service will ask GitHub for it again")
    raise ApiError(503, "not_set_up", "the service is being set up: no delivery can be verified yet")


@blueprint.get("/")
def begin() -> AnyResponse:
    """Lead to the set-up."""
    return redirect("/setup", 303)


@blueprint.get("/setup")
def door() -> AnyResponse:
    """Ask for the code."""
    if set_up().course.done is not None:
        return redirect(ARRIVAL, 303)
    if set_up().door.admits(request.cookies.get(COOKIE)):
        return redirect("/setup/app", 303)
    return make_response(render("set_up_door.html", fault=None))


@blueprint.post("/setup")
def enter() -> AnyResponse:
    """Let in whoever has the code."""
    session.refuse_foreign(request)
    if set_up().course.done is not None:
        raise ApiError(410, "gone", "the service is set up")
    code = read_form("code")["code"]
    try:
        secret = set_up().door.enter(code)
    except ApiError as error:
        log.warning("somebody at %s gave a wrong code, or gave it too late", request.remote_addr)
        return make_response(render("set_up_door.html", fault=error.message), error.status)
    response = redirect("/setup/app", 303)
    response.set_cookie(
        COOKIE,
        secret,
        max_age=int(SESSION_LASTS.total_seconds()),
        path="/setup",
        secure=request.is_secure,
        httponly=True,
        samesite="Lax",
    )
    return response


@blueprint.get("/setup/app")
@inside
def ask() -> AnyResponse:
    """Ask what the App is to be."""
    here = _here()
    given = dict.fromkeys(wish.FIELDS, "") | {"name": wish.NAME, "address": here if wish.is_public(here) else ""}
    return _form(given, {})


@blueprint.post("/setup/app")
@inside
def hand_over() -> AnyResponse:
    """Show the manifest that goes to GitHub, with the form that takes it there."""
    given = read_form(*wish.FIELDS)
    try:
        wished = wish.read(given, here=_here())
    except PayloadError as error:
        return _form(given, dict(error.problems), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    state = set_up().course.set_out(wished)
    setattr(g, FORM_TO, set_up().web)
    target = f"{wished.new_app_url(set_up().web)}?state={state}"
    shown = {"wished": wished, "target": target, "manifest": json.dumps(wished.manifest()), "web": set_up().web}
    return make_response(render("set_up_hand_over.html", **shown))


@blueprint.get(wish.CREATED)
@inside
def created() -> AnyResponse:
    """Take over the App that GitHub has made."""
    state, code = request.args.get("state", ""), request.args.get("code", "")
    return _finished(lambda: set_up().course.come_back(state, code))


@blueprint.post("/setup/again")
@inside
def again() -> AnyResponse:
    """Try once more what failed."""
    return _finished(set_up().course.go_on)


@blueprint.get(ARRIVAL)
def starting() -> AnyResponse:
    """Tell that the service is about to start, to whoever comes before it has."""
    if set_up().course.done is None:
        return redirect("/setup", 303)
    if is_part():
        return Response(status=204)
    return make_response(
        render("arrival.html", starting=True, deliveries=(), refused=0, state="", app=None),
    )


def _finished(step: Callable[[], Done]) -> AnyResponse:
    """Take the last steps; what fails is told with what to do about it, and nothing is half stored then."""
    try:
        done = step()
    except ApiError as error:
        if error.status not in {HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT}:
            raise
        return _trouble(error.message, error.status)
    except (GithubError, UnfitError) as error:
        log.warning("the App could not be taken over: %s", error)
        return _trouble(str(error), HTTPStatus.BAD_GATEWAY)
    except SettingsError as error:
        log.error("the App's secrets could not be stored: %s", error)  # noqa: TRY400 - a sentence for the operator
        return _trouble(str(error), HTTPStatus.INTERNAL_SERVER_ERROR)
    log.info("the App %s (%d) is set up", done.app.slug, done.app.id)
    response = redirect(ARRIVAL, 303)
    set_up().finish(done, response)
    return response


def _trouble(fault: str, status: int) -> AnyResponse:
    shown: dict[str, Any] = {"fault": fault, "course": set_up().course, "web": set_up().web}
    return make_response(render("set_up_trouble.html", **shown), status)


def _form(given: dict[str, str], faults: dict[str, str], *, status: int = HTTPStatus.OK) -> AnyResponse:
    shown: dict[str, Any] = {
        "given": given,
        "faults": faults,
        "ask_users": not set_up().users_are_set,
        "broken_off": keeping.BROKEN_OFF if keeping.was_broken_off() else None,
    }
    return make_response(render("set_up_app.html", **shown), status)


def _here() -> str:
    """Return scheme and host as the present browser knows them. Raises ApiError 400 for what is no host."""
    if not _HOST.fullmatch(request.host):
        raise ApiError(400, "bad_request", "the header Host names no host")
    return f"{request.scheme}://{request.host}"
