"""``/v1/deliveries``: what GitHub sent, what became of it, and a way to process it again."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint

from receiver.api.paging import page_json, span_of
from receiver.api.parameters import DeliveryParameters
from receiver.api.requests import read_no_body, read_no_query, read_query, segment
from receiver.auth import Principal, Scope, require
from receiver.changes import Changes
from receiver.current import services
from receiver.present import Json, delivery_json
from receiver.queries import Queries

routes = Blueprint("deliveries", __name__)


@routes.get("/deliveries")
def listed() -> Json:
    """List deliveries, newest first."""
    principal = _admin()
    parameters = read_query(DeliveryParameters)
    page = Queries(services(), principal.workspace).deliveries(parameters.status, span_of(parameters))
    return page_json(page, parameters, delivery_json)


@routes.get("/deliveries/<guid>")
def one(guid: str) -> Json:
    """Show one delivery."""
    principal = _admin()
    read_no_query()
    return delivery_json(Queries(services(), principal.workspace).delivery(segment(guid, noun="delivery")))


@routes.post("/deliveries/<guid>/replay")
def replay(guid: str) -> tuple[Json, int]:
    """Let a delivery be processed again."""
    principal = _admin()
    read_no_query()
    read_no_body()
    delivery = Changes(services(), principal.workspace).replay(segment(guid, noun="delivery"))
    return {"delivery": delivery_json(delivery)}, HTTPStatus.ACCEPTED


def _admin() -> Principal:
    return require(Scope.ADMIN)
