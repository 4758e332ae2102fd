"""``/v1/runs``: agents register their runs, and anyone with a token reads them."""

from __future__ import annotations

from http import HTTPStatus

from receiver import shapes
from receiver.api.bodies import NewRun, NoBody, RunChange
from receiver.api.paging import page_json, span_of
from receiver.api.parameters import ListParameters, NoParameters, RunParameters
from receiver.api.requests import invalid
from receiver.api.routing import Call, Created, Routes
from receiver.auth import Principal
from receiver.changes import Later
from receiver.current import services
from receiver.present import artifact_json, feedback_json, run_json
from receiver.problems import ApiError
from resolver import urls
from resolver.claims.claim import Claim
from resolver.claims.write import Marks, mark
from resolver.errors import ClaimError, SettingsError
from resolver.model.runs import Run
from resolver.model.tokens import Scope

routes = Routes.about("runs")


@routes.post("/runs", scope=Scope.RUNS_WRITE, errors=(HTTPStatus.CONFLICT,))
def register(call: Call[NoParameters, NewRun]) -> Created[shapes.Registered]:
    """Register a run: 201 when it is new, 200 when the same was registered before."""
    body, principal = call.body, call.principal
    run = body.to_run(workspace=principal.workspace, now=services().clock())
    principal.refuse_other_runs(run.span_id)
    _check(body, principal)
    _marks(run)  # refuses a run whose claim nobody could read, before it is kept
    stored, new = call.changes.register(run, facts=body.facts())
    return Created({"run": run_json(stored), **_marks_json(stored)}, new=new)


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
    later = Later(ended_at=body.ended_at, head_sha=body.head_sha, numbers=body.numbers, artifacts=body.artifacts)
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
    return _marks_json(run)


@routes.get("/runs/{span_id}/artifacts", scope=Scope.RUNS_READ)
def artifacts(call: Call[ListParameters, NoBody], span_id: str) -> shapes.List[shapes.Artifact]:
    """List what a run made, newest first."""
    return page_json(call.queries.artifacts(span_id, span_of(call)), call, artifact_json)


@routes.get("/runs/{span_id}/feedback", scope=Scope.FEEDBACK_READ)
def feedback(call: Call[ListParameters, NoBody], span_id: str) -> shapes.List[shapes.Feedback]:
    """List the feedback that is about a run, newest first."""
    return page_json(call.queries.feedback_of(span_id, span_of(call)), call, feedback_json)


def _check(body: NewRun, principal: Principal) -> None:
    """Raise ApiError 422 for a run that does not belong here."""
    if body.workspace and body.workspace != principal.workspace:
        raise invalid(("workspace", "is not the workspace of the token"))
    repositories = services().settings.repositories
    if repositories is not None and body.repository.lower() not in repositories:
        raise invalid(("repository", "is not one that this service works for (WHICHRUN_REPOSITORIES)"))


def _marks_json(run: Run) -> shapes.Marks:
    written = _marks(run)
    return {"hidden_comment": written.hidden_comment, "commit_trailers": written.commit_trailers}


def _marks(run: Run) -> Marks:
    """Write the claim that a run puts into its texts, dated when it was registered: so each call gives the same.

    Raises ApiError 422 when it could not be read back, 503 when no key for signing is valid.
    """
    here = services()
    now = here.clock()
    try:
        claim = Claim(
            span_id=run.span_id,
            workspace=run.workspace,
            repository=run.repository,
            number=run.number,
            agent_id=run.agent_id or "",
            agent_name=run.agent_name,
            instance_id=here.settings.instance_id,
        )
        return mark(claim, here.keyring.current(), now=now, issued_at=run.registered_at or now)
    except SettingsError as error:
        raise ApiError(HTTPStatus.SERVICE_UNAVAILABLE, "no_signing_key", str(error)) from error
    except ClaimError as error:
        raise invalid((_field(str(error)), str(error))) from error


def _field(sentence: str) -> str:
    """Return the field of a run that a sentence about its claim names."""
    return next((name for name in ("span_id", "agent_id", "agent_name", "number") if name in sentence), "body")
