"""``/v1/resolve``: questions which run something was made by, or is about."""

from __future__ import annotations

from flask import Blueprint

from receiver.api.bodies import QuestionBody
from receiver.api.parameters import AddressParameters
from receiver.api.requests import invalid, read_body, read_no_query, read_query
from receiver.auth import Scope, require
from receiver.current import services
from receiver.present import Json, answer_json
from receiver.queries import Queries
from resolver.errors import UrlError

routes = Blueprint("resolve", __name__)


@routes.get("/resolve")
def about_url() -> Json:
    """Say which run made the object at an address on GitHub."""
    principal = require(Scope.RUNS_READ)
    parameters = read_query(AddressParameters)
    try:
        return answer_json(Queries(services(), principal.workspace).resolve_url(parameters.url))
    except UrlError as error:
        raise invalid(("url", str(error))) from error


@routes.post("/resolve")
def about_text() -> Json:
    """Say which run a text in some place is about."""
    principal = require(Scope.RUNS_READ)
    read_no_query()
    question = read_body(QuestionBody).to_question()
    return answer_json(Queries(services(), principal.workspace).resolve_text(question))
