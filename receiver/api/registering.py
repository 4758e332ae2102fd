"""Runs that are to be registered, whichever way they came in: whether they may, and what they sign with."""

from __future__ import annotations

from http import HTTPStatus

from receiver import shapes
from receiver.api.bodies import NewRun
from receiver.api.requests import invalid
from receiver.auth import Principal
from receiver.current import services
from receiver.problems import ApiError
from resolver.claims.claim import Claim
from resolver.claims.write import Marks, mark
from resolver.errors import ClaimError, SettingsError
from resolver.model.runs import Run


def run_to_keep(body: NewRun, principal: Principal) -> Run:
    """Return the run that somebody registers.

    Raises ApiError: 403 for another run than the token's own, 422 for one that does not belong here, or whose claim
    nobody could read, 503 when no key for signing is valid.
    """
    run = body.to_run(workspace=principal.workspace, now=services().clock())
    principal.refuse_other_runs(run.span_id)
    _check(body, principal)
    _marks(run)  # refuses a run whose claim nobody could read, before it is kept
    return run


def _check(body: NewRun, principal: Principal) -> None:
    """Raise ApiError 422 for a run that does not belong here."""
    if body.workspace and body.workspace != principal.workspace:
        raise invalid(("workspace", "is not the workspace of the token"))
    repositories = services().settings.repositories
    if repositories is not None and body.repository.lower() not in repositories:
        raise invalid(("repository", "is not one that this service works for (WHICHRUN_REPOSITORIES)"))


def marks_json(run: Run) -> shapes.Marks:
    """Write what a run puts into its texts. Raises ApiError, as ``run_to_keep`` does."""
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
