"""How a page comes about: templates with the words for people, whole or as the part that htmx asked for."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Response, g, make_response, render_template, request
from flask.sansio.app import App

from receiver.pages import assets, hunk, words


def install(app: App) -> None:
    """Teach an app's templates to write what the pages show."""
    environment = app.jinja_env
    environment.trim_blocks = environment.lstrip_blocks = True
    for name in ("moment", "linked", "cut", "producer", "plain", "step", "outcome", "confidence"):
        environment.filters[name] = getattr(words, name)
    environment.filters["hunk"] = hunk.rows
    environment.globals.update(share=words.share, asset=assets.url_of)


def render(template: str, **values: Any) -> str:  # noqa: ANN401 - whatever the template shows
    """Write a page."""
    return render_template(f"pages/{template}", visitor=g.get("visitor"), **values)


def is_part() -> bool:
    """Whether htmx asked, for a part of a page."""
    return "HX-Request" in request.headers


def failure(response: Response) -> Response:
    """Write an error's answer as a page, with its status and its headers."""
    told = response.get_json()["error"]
    status = HTTPStatus(response.status_code)
    page = make_response(render("failure.html", status=status, told=told), status)
    for name, value in response.headers:
        if name not in {"Content-Type", "Content-Length"}:
            page.headers[name] = value
    return page
