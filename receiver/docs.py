"""``/openapi.json`` and ``/docs``: what the API takes and answers, for programs and for people.

The page is plain HTML of our own and loads nothing: the well-known viewers come from a network, or do not know 3.1.
"""

from __future__ import annotations

from importlib import metadata
from typing import Any

from flask import Blueprint, Response, jsonify, make_response, render_template, request

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

blueprint = Blueprint("docs", __name__, template_folder="templates")


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """Show the OpenAPI document."""
    return _tagged(jsonify(_document()))


@blueprint.get("/docs")
def page() -> Response:
    """Show the OpenAPI document as a page."""
    response = make_response(render_template("docs.html", document=_document()))
    response.headers["Content-Security-Policy"] = POLICY
    return _tagged(response)


def _document() -> dict[str, Any]:
    from receiver.api import ROUTES  # noqa: PLC0415 - made when it is first asked for: most processes never are
    from receiver.api.document import document  # noqa: PLC0415

    return document(ROUTES, metadata.version("whichrun"))


def _tagged(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-cache"
    response.add_etag()
    response.make_conditional(request)
    return response
