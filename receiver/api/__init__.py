"""The HTTP API (SPEC §7): routes that read a request, ask ``receiver.queries`` or ``receiver.changes``, and write JSON.

Every request is authenticated here, before any route runs: a route cannot forget it. Errors are raised, never
written: ``receiver.problems`` makes them answers.
"""

from __future__ import annotations

import math
import time

from flask import Blueprint, request

from receiver import current
from receiver.api import deliveries, export, feedback, reports, resolve, runs, stats, stream, tokens, traces
from receiver.api.routing import PREFIX, Routes
from receiver.auth import Principal, admit, authenticate
from receiver.problems import ApiError

ROUTES: tuple[Routes, ...] = (
    runs.routes,
    traces.routes,
    resolve.routes,
    feedback.routes,
    reports.routes,
    stream.routes,
    deliveries.routes,
    tokens.routes,
    stats.routes,
    export.routes,
)

blueprint = Blueprint("api", __name__, url_prefix=PREFIX)


@blueprint.before_request
def _authenticate() -> None:
    principal = authenticate(current.services(), request.headers.get("Authorization"))
    _refuse_too_many(principal)
    admit(principal)


def _refuse_too_many(principal: Principal) -> None:
    """Raise ApiError 429, with ``Retry-After``, for a token that asks more often than the operator lets it."""
    limit = current.services().settings.rate_limit
    if not limit:
        return
    number = 0 if principal.token is None else principal.token.id
    wait = current.meter().take(number, per_minute=limit, now=time.monotonic())
    if wait > 0:
        message = f"the token asks too often: more than {limit} requests a minute"
        raise ApiError(429, "too_many_requests", message, retry_after=math.ceil(wait))


for routes in ROUTES:
    blueprint.register_blueprint(routes.blueprint)
