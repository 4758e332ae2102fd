"""``/v1/deliveries``: what GitHub sent, what became of it, and a way to process it again."""

from __future__ import annotations

from http import HTTPStatus

from receiver import shapes
from receiver.api.bodies import NoBody
from receiver.api.paging import page_json, span_of
from receiver.api.parameters import DeliveryParameters, NoParameters
from receiver.api.routing import Call, Routes
from receiver.present import delivery_json
from resolver.model.tokens import Scope

routes = Routes.about("deliveries")


@routes.get("/deliveries", scope=Scope.ADMIN)
def listed(call: Call[DeliveryParameters, NoBody]) -> shapes.List[shapes.Delivery]:
    """List deliveries, newest first."""
    return page_json(call.queries.deliveries(call.query.status, span_of(call)), call, delivery_json)


@routes.get("/deliveries/{guid}", scope=Scope.ADMIN, tagged=True)
def one(call: Call[NoParameters, NoBody], guid: str) -> shapes.Delivery:
    """Show one delivery."""
    return delivery_json(call.queries.delivery(guid))


@routes.post("/deliveries/{guid}/replay", scope=Scope.ADMIN, status=HTTPStatus.ACCEPTED)
def replay(call: Call[NoParameters, NoBody], guid: str) -> shapes.Replayed:
    """Let a delivery be processed again."""
    return {"delivery": delivery_json(call.changes.replay(guid))}
