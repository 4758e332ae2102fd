"""The page (`/`): what the service knows, for people, as HTML that needs no program to read.

Server-rendered; htmx (vendored in ``static``) only saves reloading. Each route asks what the API's routes ask
(``receiver.queries`` and its kin), in the workspace and with the scopes of whoever signed in, and shows the same.
"""

from __future__ import annotations

from flask import Blueprint, Response, request

from receiver.pages import arrival, assets, feedback, reports, runs, sign_in, statistics
from receiver.pages.rendering import failure, install
from receiver.problems import told

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""What a browser may load and send: this service's own, and nothing that stands in the page itself."""

blueprint = Blueprint("pages", __name__, template_folder="../templates/pages")
for part in (assets, sign_in, arrival, feedback, reports, runs, statistics):
    blueprint.register_blueprint(part.blueprint)
blueprint.record_once(lambda setup: install(setup.app))


@blueprint.after_request
def headed(response: Response, *, form_to: str | None = None) -> Response:
    """Have an error told as a page, and nothing kept or framed by others.

    ``form_to`` is an origin that the page's form may go to beside this service.
    """
    if told() is not None and response.is_json:
        response = failure(response)
    policy = POLICY if form_to is None else POLICY.replace("form-action 'self'", f"form-action 'self' {form_to}")
    response.headers["Content-Security-Policy"] = policy
    response.headers["Referrer-Policy"] = "same-origin"
    if not request.path.startswith(assets.PREFIX):
        response.headers["Cache-Control"] = "no-store"
        response.headers["Vary"] = "Cookie, HX-Request"
    return response
