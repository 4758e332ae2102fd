"""``/v1/feedback``: what maintainers asked for, which run it is about, and how far it was dealt with."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint

from receiver.api.bodies import FeedbackChange, FeedbackCorrection
from receiver.api.paging import page_json, span_of
from receiver.api.parameters import FeedbackParameters, ListParameters
from receiver.api.requests import id_segment, invalid, read_body, read_no_query, read_query
from receiver.auth import Scope, require
from receiver.changes import Changes
from receiver.current import services
from receiver.present import Json, answer_json, feedback_json, revision_json
from receiver.queries import Queries
from resolver.errors import ConflictError, RefusedError

routes = Blueprint("feedback", __name__)


@routes.get("/feedback")
def listed() -> Json:
    """List feedback, newest first."""
    queries = _queries()
    parameters = read_query(FeedbackParameters)
    return page_json(queries.feedback_list(parameters.which(), span_of(parameters)), parameters, feedback_json)


@routes.get("/feedback/<feedback_id>")
def one(feedback_id: str) -> Json:
    """Show one piece of feedback."""
    queries = _queries()
    read_no_query()
    return feedback_json(queries.feedback(_id(feedback_id)))


@routes.patch("/feedback/<feedback_id>")
def change(feedback_id: str) -> Json:
    """Say how far feedback was dealt with."""
    principal = require(Scope.FEEDBACK_WRITE)
    read_no_query()
    body = read_body(FeedbackChange)
    return feedback_json(Changes(services(), principal.workspace).set_status(_id(feedback_id), body.status))


@routes.post("/feedback/<feedback_id>/resolution")
def correct(feedback_id: str) -> tuple[Json, int]:
    """Say which run feedback is about: 201 when that is new, 200 when the newest answer is just this correction."""
    principal = require(Scope.FEEDBACK_WRITE)
    read_no_query()
    correction = read_body(FeedbackCorrection).to_correction(token=principal.name)
    try:
        view, new = Changes(services(), principal.workspace).correct(_id(feedback_id), correction)
    except ConflictError:
        raise
    except RefusedError as error:
        raise invalid(("span_id", str(error))) from error
    return answer_json(view), HTTPStatus.CREATED if new else HTTPStatus.OK


@routes.get("/feedback/<feedback_id>/resolutions")
def resolutions(feedback_id: str) -> Json:
    """List every answer that was given, newest first."""
    queries = _queries()
    parameters = read_query(ListParameters)
    return page_json(queries.resolutions(_id(feedback_id), span_of(parameters)), parameters, answer_json)


@routes.get("/feedback/<feedback_id>/revisions")
def revisions(feedback_id: str) -> Json:
    """List every version of the text, newest first."""
    queries = _queries()
    parameters = read_query(ListParameters)
    return page_json(queries.revisions(_id(feedback_id), span_of(parameters)), parameters, revision_json)


def _queries() -> Queries:
    return Queries(services(), require(Scope.FEEDBACK_READ).workspace)


def _id(text: str) -> int:
    return id_segment(text, noun="feedback")
