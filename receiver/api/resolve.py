"""``/v1/resolve``: questions which run something was made by, or is about."""

from __future__ import annotations

from receiver import shapes
from receiver.api.bodies import NoBody, QuestionBody
from receiver.api.parameters import AddressParameters, NoParameters
from receiver.api.requests import invalid
from receiver.api.routing import Call, Routes
from receiver.present import answer_json
from resolver.errors import UrlError
from resolver.model.tokens import Scope

routes = Routes.about("resolve")


@routes.get("/resolve", scope=Scope.RUNS_READ)
def about_url(call: Call[AddressParameters, NoBody]) -> shapes.Resolution:
    """Say which run made the object at an address on GitHub; of feedback, which run it is about."""
    try:
        return answer_json(call.queries.resolve_url(call.query.url))
    except UrlError as error:
        raise invalid(("url", str(error))) from error


@routes.post("/resolve", scope=Scope.RUNS_READ)
def about_text(call: Call[NoParameters, QuestionBody]) -> shapes.Resolution:
    """Say which run a text in some place is about. Nothing is kept."""
    return answer_json(call.queries.resolve_text(call.body.to_question()))
