"""The HTTP API (SPEC §7): routes that read a request, ask ``receiver.queries`` or ``receiver.changes``, and write JSON.

Every request is authenticated here, before any route runs: a route cannot forget it. Errors are raised, never
written: ``receiver.problems`` makes them answers.
"""

from __future__ import annotations

from flask import Blueprint, request

from receiver.api import deliveries, feedback, resolve, runs
from receiver.auth import admit, authenticate
from receiver.current import services

blueprint = Blueprint("api", __name__, url_prefix="/v1")


@blueprint.before_request
def _authenticate() -> None:
    settings = services().settings
    token = "" if settings.api_token is None else settings.api_token.get_secret_value()
    admit(
        authenticate(request.headers.get("Authorization"), token=token.encode(), workspace=settings.workspace),
    )


for routes in (runs, resolve, feedback, deliveries):
    blueprint.register_blueprint(routes.routes)
