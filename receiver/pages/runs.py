"""Runs: the list, and one with everything that it made and the feedback that it got."""

from __future__ import annotations

from flask import Blueprint

from receiver.api.parameters import RunParameters
from receiver.api.requests import SEGMENTS
from receiver.pages.rendering import render
from receiver.pages.visitor import Visitor, filters, following, page, read_list, span_of
from receiver.queries import FeedbackFilter
from receiver.views import Span
from resolver.model.tokens import Scope

OF = "runs"
MOST = 50
"""Things that a run made, and pieces of feedback, that its page shows."""

blueprint = Blueprint("runs", __name__)


@blueprint.get("/runs")
@page(Scope.RUNS_READ)
def listed(visitor: Visitor) -> str:
    """Show registered runs, newest first."""
    query = read_list(RunParameters)
    found = visitor.queries.runs(query.which(), span_of(query, of=OF))
    return render("runs.html", found=found, more=following(found, query, of=OF), chosen=filters(query))


@blueprint.get("/runs/<path:span_id>")
@page(Scope.RUNS_READ)
def one(visitor: Visitor, span_id: str) -> str:
    """Show one run."""
    name = str(SEGMENTS["span_id"](span_id))
    run = visitor.queries.run(name)
    feedback = None
    if visitor.may(Scope.FEEDBACK_READ):
        feedback = visitor.queries.feedback_list(FeedbackFilter(run=name), Span(limit=MOST))
    artifacts, signals = (ask(name, Span(limit=MOST)) for ask in (visitor.queries.artifacts, visitor.queries.signals))
    return render("run.html", run=run, artifacts=artifacts, signals=signals, feedback=feedback)
