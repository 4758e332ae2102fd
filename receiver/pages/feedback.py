"""Feedback: the list, live; one piece as a story; and what a person says of it."""

from __future__ import annotations

from flask import Blueprint, Response, request
from pydantic import ValidationError
from werkzeug.wrappers import Response as AnyResponse

from receiver.api.bodies import FeedbackCorrection
from receiver.api.parameters import FeedbackParameters
from receiver.api.requests import explained, invalid
from receiver.pages.rendering import is_part, render
from receiver.pages.reports import FORMS
from receiver.pages.visitor import Visitor, filters, following, go_to, page, read_form, read_list, span_of
from receiver.report_queries import EntryFilter
from receiver.views import Span
from resolver.errors import ConflictError, RefusedError
from resolver.model.answers import Confidence
from resolver.model.feedback import SETTABLE, Status
from resolver.model.reports import BY_HAND
from resolver.model.tokens import Scope

OF = "feedback"
MOST_ANSWERS = 20
MOST_ENTRIES = 100
"""Answers, and entries of a report's log, that a story shows: the newest."""

blueprint = Blueprint("feedback", __name__)


@blueprint.get("/")
@page(Scope.FEEDBACK_READ)
def listed(visitor: Visitor) -> Response | str:
    """Show feedback, newest first, by what the address filters it by.

    htmx asks again and again, with the newest change that it knows: while there is no newer one nothing is sent.
    """
    query = read_list(FeedbackParameters)
    newest = str(visitor.queries.newest_change())
    if is_part() and request.args.get("after") == newest:
        return Response(status=204)
    found = visitor.queries.feedback_list(query.which(), span_of(query, of=OF))
    return render(
        "feedback_part.html" if is_part() else "feedback.html",
        found=found,
        more=following(found, query, of=OF),
        chosen=filters(query),
        first=query.cursor is None,
        newest=newest,
        statuses=tuple(Status),
        confidences=tuple(Confidence),
    )


@blueprint.get("/feedback/<id:feedback_id>")
@page(Scope.FEEDBACK_READ)
def story(visitor: Visitor, feedback_id: str) -> str:
    """Tell one piece of feedback: what was written where, the run that it reached, and how that was found."""
    return _story(visitor, int(feedback_id))


@blueprint.post("/feedback/<id:feedback_id>/resolution")
@page(Scope.FEEDBACK_WRITE)
def correct(visitor: Visitor, feedback_id: str) -> AnyResponse:
    """Take a person's answer."""
    given = read_form("span_id", "reason")
    try:
        said = FeedbackCorrection(span_id=given["span_id"] or None, reason=given["reason"])
    except ValidationError as error:
        raise explained(error, noun="field") from error
    correction = said.to_correction(caller=visitor.principal.called)
    try:
        visitor.changes.correct(int(feedback_id), correction, producer=visitor.producer)
    except ConflictError:
        raise
    except RefusedError as error:
        raise invalid(("span_id", str(error))) from error
    return go_to("pages.feedback.story", feedback_id=feedback_id)


@blueprint.post("/feedback/<id:feedback_id>/status")
@page(Scope.FEEDBACK_WRITE)
def change(visitor: Visitor, feedback_id: str) -> AnyResponse:
    """Take how far feedback was dealt with."""
    given = read_form("status")
    if given["status"] not in SETTABLE:
        raise invalid(("status", f"is none of {', '.join(sorted(SETTABLE))}"))
    visitor.changes.set_status(int(feedback_id), Status(given["status"]))
    return go_to("pages.feedback.story", feedback_id=feedback_id)


def _story(visitor: Visitor, feedback_id: int) -> str:
    view = visitor.queries.feedback(feedback_id)
    answers = visitor.queries.resolutions(feedback_id, Span(limit=MOST_ANSWERS))
    report_id = view.feedback.report_id
    entries = report = None
    if report_id is not None and visitor.may(Scope.REPORTS_READ):
        entries = visitor.reports.entries(report_id, EntryFilter(), Span(limit=MOST_ENTRIES))
        report = visitor.reports.report(report_id)
    return render(
        "story.html",
        view=view,
        answers=answers.items,
        report=report,
        entries=entries,
        forms=FORMS,
        statuses=sorted(SETTABLE),
        by_hand=BY_HAND,
    )
