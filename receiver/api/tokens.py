"""``/v1/tokens``: who may use the API. A secret is shown once, when its token is made."""

from __future__ import annotations

from http import HTTPStatus

from receiver import shapes
from receiver.api.bodies import NewTokenBody, NoBody
from receiver.api.paging import page_json, span_of
from receiver.api.parameters import ListParameters, NoParameters
from receiver.api.requests import explaining
from receiver.api.routing import Call, Routes
from receiver.present import token_json
from receiver.problems import ApiError
from resolver.model.tokens import Scope

routes = Routes.about("tokens")


@routes.post("/tokens", scope=Scope.ADMIN, status=HTTPStatus.CREATED)
def create(call: Call[NoParameters, NewTokenBody]) -> shapes.NewToken:
    """Make a token, in the caller's workspace; with the token of the settings, in any."""
    principal = call.principal
    grant = call.body.to_grant(workspace=principal.workspace)
    if grant.workspace != principal.workspace and not principal.is_operator:
        raise ApiError(403, "forbidden", f"the token makes tokens for the workspace {principal.workspace} alone")
    with explaining():
        token, secret = call.changes.make_token(grant)
    return {**token_json(token), "token": secret}


@routes.get("/tokens", scope=Scope.ADMIN)
def listed(call: Call[ListParameters, NoBody]) -> shapes.List[shapes.Token]:
    """List the workspace's tokens, newest first, those that were revoked among them."""
    return page_json(call.queries.tokens(span_of(call)), call, token_json)


@routes.delete("/tokens/{id}", scope=Scope.ADMIN)
def revoke(call: Call[NoParameters, NoBody], token_id: int) -> None:
    """Revoke a token: it is refused from now on. One that was revoked before stays so."""
    call.changes.revoke_token(token_id)


@routes.get("/token", scope=None)
def own(call: Call[NoParameters, NoBody]) -> shapes.Token:
    """Show the token of this request, and what it allows."""
    principal = call.principal
    if principal.token is not None:
        return token_json(principal.token)
    return {
        "id": None,
        "name": principal.name,
        "workspace": principal.workspace,
        "scopes": sorted(principal.scopes),
        "run": None,
        "created_at": None,
        "expires_at": None,
        "revoked_at": None,
        "last_used_at": None,
    }
