"""Who asks: the bearer token of a request, and what it allows.

Every request to the API is authenticated before a route runs (``receiver.api`` sees to that), and each route names
the one scope that it needs with ``require``. ``WHICHRUN_API_TOKEN`` is a token with every scope, for the service's
own workspace.
"""

from __future__ import annotations

import enum
import hmac
from dataclasses import dataclass

from flask import g

from receiver.problems import ApiError


class Scope(enum.StrEnum):
    """What a token may be allowed to do (SPEC §7)."""

    RUNS_WRITE = "runs:write"
    RUNS_READ = "runs:read"
    FEEDBACK_READ = "feedback:read"
    FEEDBACK_WRITE = "feedback:write"
    REPORTS_READ = "reports:read"
    REPORTS_WRITE = "reports:write"
    ADMIN = "admin"


ALL_SCOPES = frozenset(Scope)
NAME_OF_SETTING = "WHICHRUN_API_TOKEN"
"""What the token of the settings is called: as its setting is."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Whoever holds a token: they see one workspace, and do there what the scopes allow.

    ``name`` is what the token is called; it is shown with what was done with it, and is no secret.
    """

    workspace: str
    scopes: frozenset[Scope]
    name: str


def authenticate(header: str | None, *, token: bytes, workspace: str) -> Principal:
    """Return who sent a request with this ``Authorization`` header (None: without one).

    ``token`` is the one of ``WHICHRUN_API_TOKEN``; empty when the setting is missing, which lets nobody in. Raises
    ApiError 401.
    """
    if not token:
        raise _unauthorized("no request can be authenticated: the setting WHICHRUN_API_TOKEN is missing")
    if header is None:
        raise _unauthorized("the header Authorization is missing: send `Authorization: Bearer <token>`")
    scheme, _, given = header.strip().partition(" ")
    # WSGI hands header bytes over as Latin-1; `compare_digest` takes bytes of any value, but only ASCII text.
    matches = hmac.compare_digest(given.strip().encode("latin-1", "backslashreplace"), token)
    if scheme.lower() != "bearer" or not matches:
        raise _unauthorized("the token is not valid")
    return Principal(workspace=workspace, scopes=ALL_SCOPES, name=NAME_OF_SETTING)


def admit(principal: Principal) -> None:
    """Keep who sent the present request, for ``require``."""
    g.principal = principal


def require(scope: Scope) -> Principal:
    """Return who sent the present request, if their token allows ``scope``.

    Raises ApiError: 401 when nobody was admitted, 403 when the token lacks the scope.
    """
    principal = g.get("principal")
    if not isinstance(principal, Principal):
        raise _unauthorized("the request is not authenticated")
    if scope not in principal.scopes:
        raise ApiError(403, "forbidden", f"the token lacks the scope {scope}")
    return principal


def _unauthorized(message: str) -> ApiError:
    return ApiError(401, "unauthorized", message)
