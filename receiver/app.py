"""The web application: every route, every error in one shape, no state but the services it is given."""

from __future__ import annotations

from flask import Flask, Response
from flask.json.provider import DefaultJSONProvider

from receiver import api, body, current, docs, gate, health, jwks, pages, problems, webhooks
from receiver.api.routing import IdConverter
from receiver.metrics import http, scrape
from receiver.rate import Meter
from receiver.wiring import Services


class _Json(DefaultJSONProvider):
    """JSON with the fields in the order in which the code states them."""

    sort_keys = False
    compact = True


def create_app(services: Services, meter: Meter | None = None, *, at_work: int = 4) -> Flask:
    """Make the application around one process's services; ``meter`` is what it shares with other processes.

    ``at_work`` is how many requests are worked on at a time.
    """
    app = Flask("whichrun", static_folder=None)
    app.json = _Json(app)
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False  # a method that a route does not name is 405, OPTIONS too
    app.url_map.merge_slashes = False
    app.url_map.strict_slashes = True
    app.url_map.converters["id"] = IdConverter
    current.attach(app, services, meter or Meter())
    http.install(app)
    problems.install(app, services.clock)
    gate.install(app, width=at_work)
    body.install(app)
    for part in (webhooks, health, jwks, scrape, api, docs, pages):
        app.register_blueprint(part.blueprint)
    app.after_request(_typed)
    return app


def _typed(response: Response) -> Response:
    """Have browsers take an answer for what it is said to be: texts of strangers stand in many."""
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
