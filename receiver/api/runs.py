"""``/v1/runs``: agents register their runs, and anyone with a token reads them."""

from __future__ import annotations

from http import HTTPStatus

from receiver import shapes
from receiver.api.bodies import NewRun, NoBody, RunChange
from receiver.api.paging import page_json, span_of
from receiver.api.parameters import ListParameters, NoParameters, RunParameters
from receiver.api.registering import marks_json, run_to_keep
from receiver.api.requests import invalid
from receiver.api.routing import Call, Created, Routes
from receiver.changes import Later
from receiver.present import artifact_json, feedback_json, run_json, signal_json
from resolver import urls
from resolver.model.tokens import Scope

routes = Routes.about("runs")


@routes.post("/runs", scope=Scope.RUNS_WRITE, errors=(HTTPStatus.CONFLICT,))
def register(call: Call[NoParameters, NewRun]) -> Created[shapes.Registered]:
    """Register a run: 201 when it is new, 200 when the same was registered before."""
    run = run_to_keep(call.body, call.principal)
    stored, new = call.changes.register(run, facts=call.body.facts())
    return Created({"run": run_json(stored), **marks_json(stored)}, new=new)


@routes.patch("/runs/{span_id}", scope=Scope.RUNS_WRITE)
def complete(call: Call[NoParameters, RunChange], span_id: str) -> shapes.Run:
    """Add to a run what became known later."""
    body = call.body
    run = call.queries.run(span_id)
    call.principal.refuse_other_runs(run.span_id)
    names = call.queries.names_of(run)
    elsewhere = [index for index, url in enumerate(body.artifacts) if urls.parse(url).repository.lower() not in names]
    if elsewhere:
        message = f"names something outside of {run.repository}, the run's repository"
        raise invalid(*((f"artifacts.{index}", message) for index in elsewhere))
    later = Later(
        ended_at=body.ended_at,
        head_sha=body.head_sha,
        numbers=body.numbers,
        artifacts=body.artifacts,
        sessions=body.sessions,
    )
    return run_json(call.changes.complete(run.span_id, later))


@routes.get("/runs", scope=Scope.RUNS_READ)
def listed(call: Call[RunParameters, NoBody]) -> shapes.List[shapes.Run]:
    """List runs, newest first."""
    return page_json(call.queries.runs(call.query.which(), span_of(call)), call, run_json)


@routes.get("/runs/{span_id}", scope=Scope.RUNS_READ, tagged=True)
def one(call: Call[NoParameters, NoBody], span_id: str) -> shapes.Run:
    """Show a run."""
    return run_json(call.queries.run(span_id))


@routes.get("/runs/{span_id}/marks", scope=Scope.RUNS_WRITE)
def marks(call: Call[NoParameters, NoBody], span_id: str) -> shapes.Marks:
    """Show what a run writes into its texts: whoever may register it may sign as it."""
    run = call.queries.run(span_id)
    call.principal.refuse_other_runs(run.span_id)
    return marks_json(run)


@routes.get("/runs/{span_id}/artifacts", scope=Scope.RUNS_READ)
def artifacts(call: Call[ListParameters, NoBody], span_id: str) -> shapes.List[shapes.Artifact]:
    """List what a run made, newest first."""
    return page_json(call.queries.artifacts(span_id, span_of(call)), call, artifact_json)


@routes.get("/runs/{span_id}/signals", scope=Scope.RUNS_READ)
def signals(call: Call[ListParameters, NoBody], span_id: str) -> shapes.List[shapes.Signal]:
    """List what people did, without words, to what a run made, newest first (`WHICHRUN_SIGNALS`)."""
    return page_json(call.queries.signals(span_id, span_of(call)), call, lambda one: signal_json(*one))


@routes.get("/runs/{span_id}/feedback", scope=Scope.FEEDBACK_READ)
def feedback(call: Call[ListParameters, NoBody], span_id: str) -> shapes.List[shapes.Feedback]:
    """List the feedback that is about a run, newest first."""
    return page_json(call.queries.feedback_of(span_id, span_of(call)), call, feedback_json)
