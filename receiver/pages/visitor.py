"""Who looks, and what they may ask and change: what ``receiver.api.routing.Call`` is to the API's routes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import Response, g, redirect, request, url_for
from pydantic import ValidationError
from werkzeug.wrappers import Response as AnyResponse

from receiver import body, cursors
from receiver.api import paging
from receiver.api.parameters import ListParameters, Parameters
from receiver.api.requests import explained, invalid
from receiver.attribution import producer_of
from receiver.caller import Caller
from receiver.current import services
from receiver.pages import session
from receiver.problems import ApiError
from receiver.views import Page, Span
from resolver.model.reports import Producer
from resolver.model.tokens import Scope
from resolver.values import is_plain

MAX_FORM = 1024 * 1024
"""Bytes of a form."""

ParametersT = TypeVar("ParametersT", bound=Parameters)
View = Callable[..., Response | AnyResponse | str]


@dataclass(frozen=True, slots=True)
class Visitor(Caller):
    """Whoever is signed in."""

    @property
    def producer(self) -> Producer:
        """Who writes: the token's run, or else the token, or the person. Raises ApiError (``receiver.attribution``)."""
        return producer_of(self.principal, (), self.queries)

    def may(self, scope: str) -> bool:
        """Whether they may do what a scope stands for."""
        return Scope(scope) in self.principal.scopes


def page(scope: Scope) -> Callable[[View], View]:
    """Have a route answer whoever is signed in and may; others are sent to sign in, or refused.

    What is not a GET must come from this service's own pages.
    """

    def declare(view: View) -> View:
        @wraps(view)
        def answer(**segments: Any) -> Response | AnyResponse | str:  # noqa: ANN401 - as Flask hands them over
            if request.method != "GET":
                session.refuse_foreign(request)
            principal = session.principal_of(services(), request)
            if principal is None:
                return _to_sign_in()
            visitor = g.visitor = Visitor(principal)
            if not visitor.may(scope):
                raise ApiError(403, "forbidden", f"what you signed in with lacks the scope {scope}")
            return view(visitor, **segments)

        return answer

    return declare


def read_list(model: type[ParametersT]) -> ParametersT:
    """Read the filters of a list from the address; what a form left empty is not asked. Raises ApiError 422."""
    given = {name: value for name, value in request.args.items() if value and name != "after"}
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise explained(error, noun="filter") from error


def read_form(*names: str) -> dict[str, str]:
    """Return the fields of a form, each once, empty where missing. Raises ApiError 413 and 422."""
    body.refuse_larger(request, limit=MAX_FORM)
    if request.mimetype != "application/x-www-form-urlencoded":
        raise ApiError(415, "unsupported_media_type", "a form is sent as application/x-www-form-urlencoded")
    request.max_content_length = MAX_FORM
    unknown = sorted(set(request.form) - set(names))
    if unknown:
        raise invalid(*((name, "is not a field of this form") for name in unknown))
    return {name: request.form.get(name, "").replace("\r\n", "\n").strip() for name in names}


def span_of(query: ListParameters, *, of: str) -> Span:
    """Return the part of a list that is asked for. Raises ApiError 422 for a cursor of another list."""
    return paging.span(query, of=_list(of, query))


def following(found: Page[Any], query: ListParameters, *, of: str) -> str | None:
    """Return the address, from its ``?`` on, of what follows in a list; None where nothing does."""
    if found.last is None:
        return None
    return address(filters(query) | {"cursor": cursors.write(found.last, of=_list(of, query))})


def filters(query: ListParameters) -> dict[str, str]:
    """Return what a list is filtered by, as it stands in an address."""
    chosen = query.model_dump(mode="json", exclude={"cursor", "limit"}, exclude_none=True)
    return {name: str(value) for name, value in chosen.items()}


def address(parameters: Mapping[str, str]) -> str:
    """Return an address from its ``?`` on."""
    return f"?{urlencode(parameters)}" if parameters else "?"


def go_to(endpoint: str, **segments: Any) -> AnyResponse:  # noqa: ANN401 - as Flask takes them
    """Send the browser on after a form was taken (RFC 9110 §15.4.4)."""
    return redirect(url_for(endpoint, **segments), 303)


def _list(of: str, query: ListParameters) -> str:
    return f"{of}?{query.filters()}"


def _to_sign_in() -> AnyResponse:
    """Send whoever is not signed in to the form; htmx is told to load it as a page."""
    wanted = request.full_path.rstrip("?") if request.method == "GET" and is_plain(request.full_path) else "/"
    target = url_for("pages.sign_in.form", to=None if wanted == "/" else wanted)
    if "HX-Request" in request.headers:
        return Response(status=204, headers={"HX-Redirect": url_for("pages.sign_in.form")})
    return redirect(target, 303)
