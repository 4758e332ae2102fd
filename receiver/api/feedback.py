"""``/v1/feedback``: what maintainers asked for, which run it is about, and how far it was dealt with."""

from __future__ import annotations

from http import HTTPStatus

from receiver import shapes
from receiver.api.bodies import FeedbackChange, FeedbackCorrection, NoBody
from receiver.api.paging import page_json, span_of
from receiver.api.parameters import FeedbackParameters, ListParameters, NoParameters
from receiver.api.requests import invalid
from receiver.api.routing import Call, Created, Routes
from receiver.present import answer_json, feedback_json, revision_json
from resolver.errors import ConflictError, RefusedError
from resolver.model.tokens import Scope

routes = Routes.about("feedback")


@routes.get("/feedback", scope=Scope.FEEDBACK_READ)
def listed(call: Call[FeedbackParameters, NoBody]) -> shapes.List[shapes.Feedback]:
    """List feedback, newest first."""
    return page_json(call.queries.feedback_list(call.query.which(), span_of(call)), call, feedback_json)


@routes.get("/feedback/{id}", scope=Scope.FEEDBACK_READ, tagged=True)
def one(call: Call[NoParameters, NoBody], feedback_id: int) -> shapes.Feedback:
    """Show one piece of feedback."""
    return feedback_json(call.queries.feedback(feedback_id))


@routes.patch("/feedback/{id}", scope=Scope.FEEDBACK_WRITE, errors=(HTTPStatus.CONFLICT,))
def change(call: Call[NoParameters, FeedbackChange], feedback_id: int) -> shapes.Feedback:
    """Say how far feedback was dealt with."""
    return feedback_json(call.changes.set_status(feedback_id, call.body.status))


@routes.post("/feedback/{id}/resolution", scope=Scope.FEEDBACK_WRITE, errors=(HTTPStatus.CONFLICT,), attributed=True)
def correct(call: Call[NoParameters, FeedbackCorrection], feedback_id: int) -> Created[shapes.Resolution]:
    """Say which run feedback is about: 201 when that is new, 200 when the newest answer is just this correction."""
    correction = call.body.to_correction(caller=call.principal.called)
    try:
        view, new = call.changes.correct(feedback_id, correction, producer=call.producer)
    except ConflictError:
        raise
    except RefusedError as error:
        raise invalid(("span_id", str(error))) from error
    return Created(answer_json(view), new=new)


@routes.get("/feedback/{id}/resolutions", scope=Scope.FEEDBACK_READ)
def resolutions(call: Call[ListParameters, NoBody], feedback_id: int) -> shapes.List[shapes.Resolution]:
    """List every answer that was given, newest first."""
    return page_json(call.queries.resolutions(feedback_id, span_of(call)), call, answer_json)


@routes.get("/feedback/{id}/revisions", scope=Scope.FEEDBACK_READ)
def revisions(call: Call[ListParameters, NoBody], feedback_id: int) -> shapes.List[shapes.Revision]:
    """List every version of the text, newest first."""
    return page_json(call.queries.revisions(feedback_id, span_of(call)), call, revision_json)
