"""``/v1/runs``: agents register their runs, and anyone with a token reads them."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint

from receiver.api.bodies import NewRun, RunChange
from receiver.api.paging import page_json, span_of
from receiver.api.parameters import ListParameters, RunParameters
from receiver.api.requests import invalid, read_body, read_no_query, read_query, segment
from receiver.auth import Principal, Scope, require
from receiver.changes import Changes, Later
from receiver.current import services
from receiver.present import Json, artifact_json, feedback_json, run_json
from receiver.queries import Queries
from resolver import urls
from resolver.claims.claim import Claim
from resolver.claims.write import Marks, write
from resolver.errors import ClaimError
from resolver.model.runs import Run

routes = Blueprint("runs", __name__)


@routes.post("/runs")
def register() -> tuple[Json, int]:
    """Register a run: 201 when it is new, 200 when the same was registered before."""
    principal = require(Scope.RUNS_WRITE)
    read_no_query()
    body = read_body(NewRun)
    run = body.to_run(workspace=principal.workspace, now=services().clock())
    _check(body, principal)
    _marks(run)  # refuses a run whose claim nobody could read, before it is kept
    stored, new = Changes(services(), principal.workspace).register(run, facts=body.facts())
    marks = _marks(stored)
    answer = {
        "run": run_json(stored),
        "hidden_comment": marks.hidden_comment,
        "commit_trailers": marks.commit_trailers,
    }
    return answer, HTTPStatus.CREATED if new else HTTPStatus.OK


@routes.patch("/runs/<span_id>")
def complete(span_id: str) -> Json:
    """Add to a run what became known later."""
    principal = require(Scope.RUNS_WRITE)
    read_no_query()
    body = read_body(RunChange)
    run = _queries(principal).run(segment(span_id, noun="run"))
    names = _queries(principal).names_of(run)
    elsewhere = [index for index, url in enumerate(body.artifacts) if urls.parse(url).repository.lower() not in names]
    if elsewhere:
        message = f"names something outside of {run.repository}, the run's repository"
        raise invalid(*((f"artifacts.{index}", message) for index in elsewhere))
    later = Later(ended_at=body.ended_at, head_sha=body.head_sha, numbers=body.numbers, artifacts=body.artifacts)
    return run_json(Changes(services(), principal.workspace).complete(run.span_id, later))


@routes.get("/runs")
def listed() -> Json:
    """List runs, newest first."""
    principal = require(Scope.RUNS_READ)
    parameters = read_query(RunParameters)
    return page_json(_queries(principal).runs(parameters.which(), span_of(parameters)), parameters, run_json)


@routes.get("/runs/<span_id>")
def one(span_id: str) -> Json:
    """Show a run."""
    principal = require(Scope.RUNS_READ)
    read_no_query()
    return run_json(_queries(principal).run(segment(span_id, noun="run")))


@routes.get("/runs/<span_id>/artifacts")
def artifacts(span_id: str) -> Json:
    """List what a run made, newest first."""
    principal = require(Scope.RUNS_READ)
    parameters = read_query(ListParameters)
    page = _queries(principal).artifacts(segment(span_id, noun="run"), span_of(parameters))
    return page_json(page, parameters, artifact_json)


@routes.get("/runs/<span_id>/feedback")
def feedback(span_id: str) -> Json:
    """List the feedback that is about a run, newest first."""
    principal = require(Scope.FEEDBACK_READ)
    parameters = read_query(ListParameters)
    page = _queries(principal).feedback_of(segment(span_id, noun="run"), span_of(parameters))
    return page_json(page, parameters, feedback_json)


def _queries(principal: Principal) -> Queries:
    return Queries(services(), principal.workspace)


def _check(body: NewRun, principal: Principal) -> None:
    """Raise ApiError 422 for a run that does not belong here."""
    if body.workspace and body.workspace != principal.workspace:
        raise invalid(("workspace", "is not the workspace of the token"))
    repositories = services().settings.repositories
    if repositories is not None and body.repository.lower() not in repositories:
        raise invalid(("repository", "is not one that this service works for (WHICHRUN_REPOSITORIES)"))


def _marks(run: Run) -> Marks:
    """Write the claim that a run puts into its texts. Raises ApiError 422 when it could not be read back."""
    try:
        claim = Claim(
            span_id=run.span_id,
            workspace=run.workspace,
            repository=run.repository,
            number=run.number,
            agent_id=run.agent_id or "",
            agent_name=run.agent_name,
            instance_id=services().settings.instance_id,
        )
        return write(claim, services().reader.ring)
    except ClaimError as error:
        raise invalid((_field(str(error)), str(error))) from error


def _field(sentence: str) -> str:
    """Return the field of a run that a sentence about its claim names."""
    return next((name for name in ("span_id", "agent_id", "agent_name", "number") if name in sentence), "body")
