"""The web application: every route, every error in one shape, no state but the services it is given."""

from __future__ import annotations

from flask import Flask
from flask.json.provider import DefaultJSONProvider

from receiver import api, body, current, health, problems, webhooks
from receiver.metrics import http, scrape
from receiver.wiring import Services


class _Json(DefaultJSONProvider):
    """JSON with the fields in the order in which the code states them."""

    sort_keys = False
    compact = True


def create_app(services: Services) -> Flask:
    """Make the application around one process's services."""
    app = Flask("whichrun", static_folder=None)
    app.json = _Json(app)
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False  # a method that a route does not name is 405, OPTIONS too
    app.url_map.merge_slashes = False
    app.url_map.strict_slashes = True
    current.attach(app, services)
    http.install(app)
    problems.install(app)
    body.install(app)
    for blueprint in (webhooks.blueprint, health.blueprint, scrape.blueprint, api.blueprint):
        app.register_blueprint(blueprint)
    return app
