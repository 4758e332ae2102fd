"""Who asks: the bearer token of a request, and what it allows.

Every request to the API is authenticated before a route runs (``receiver.api`` sees to that), and each route names the
one scope that it needs. ``WHICHRUN_API_TOKEN`` is the operator's: it has every scope, in the service's own workspace,
and alone makes tokens for others. All other tokens are kept in the store, and looked up at every request: a token that
is revoked is refused from then on.

On the page there are people too, who signed in through GitHub: whom ``WHICHRUN_PAGE_USERS`` names, with what a
maintainer does there, and never with more. They have no token, and the API does not know them.
"""

from __future__ import annotations

import hmac
import logging
from dataclasses import dataclass

from flask import g

from receiver.problems import ApiError
from receiver.wiring import Services
from resolver.errors import StoreError
from resolver.model.github import User
from resolver.model.tokens import Scope, Token
from resolver.policy import is_named

log = logging.getLogger(__name__)

ALL_SCOPES = frozenset(Scope)
SCOPES_OF_PEOPLE = frozenset(
    {Scope.FEEDBACK_READ, Scope.FEEDBACK_WRITE, Scope.REPORTS_READ, Scope.REPORTS_WRITE, Scope.RUNS_READ}
)
"""What whoever signed in through GitHub may do."""
NAME_OF_SETTING = "WHICHRUN_API_TOKEN"
"""What the token of the settings is called: as its setting is."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Whoever holds a token, or signed in through GitHub: they see one workspace, and do there what the scopes allow.

    ``name`` is what the token is called, or the login; it is shown with what was done by it, and is no secret.
    ``token`` is None for the token of the settings, and for a ``person``.
    """

    workspace: str
    scopes: frozenset[Scope]
    name: str
    token: Token | None = None
    person: User | None = None

    @property
    def called(self) -> str:
        """What they are called where it is told who did something."""
        return f"token {self.name}" if self.person is None else f"@{self.name}"

    @property
    def run(self) -> str | None:
        """The span of the only run that the token may write as; None when it may write as any."""
        return None if self.token is None else self.token.grant.run

    @property
    def is_operator(self) -> bool:
        """Whether it is whoever runs the service: the token of the settings."""
        return self.token is None and self.person is None

    def refuse_other_runs(self, span_id: str) -> None:
        """Raise ApiError 403 when the token is bound to another run than the one to be written."""
        if self.run is not None and self.run != span_id:
            raise ApiError(403, "forbidden", f"the token is bound to run {self.run}: it writes as no other")


def operator_of(services: Services) -> Principal:
    """Return whoever holds the token of the settings."""
    return Principal(services.settings.workspace, ALL_SCOPES, NAME_OF_SETTING)


def holder_of(token: Token) -> Principal:
    """Return whoever holds a token of the store."""
    return Principal(token.grant.workspace, token.grant.scopes, token.grant.name, token)


def person_of(services: Services, user: User) -> Principal | None:
    """Return an account of GitHub as somebody who may use the page; None where the settings do not name it (now)."""
    settings = services.settings
    if not settings.signs_in or not is_named(user, settings.page_users or frozenset()):
        return None
    return Principal(settings.workspace, SCOPES_OF_PEOPLE, user.login, person=user)


def authenticate(services: Services, header: str | None) -> Principal:
    """Return who sent a request with this ``Authorization`` header (None: without one). Raises ApiError 401."""
    if header is None:
        raise _unauthorized("the header Authorization is missing: send `Authorization: Bearer <token>`")
    scheme, _, given = header.strip().partition(" ")
    given = given.strip()
    if scheme.lower() != "bearer" or not given:
        raise _unauthorized("the token is not valid: send `Authorization: Bearer <token>`")
    return identify(services, given)


def identify(services: Services, given: str) -> Principal:
    """Return who holds a token. Raises ApiError 401."""
    return _operator(services, given) or _holder(services, given)


def _operator(services: Services, given: str) -> Principal | None:
    """Return the operator when it is the token of the settings; a missing one matches nothing."""
    setting = services.settings.api_token
    expected = "" if setting is None else setting.get_secret_value()
    # WSGI hands header bytes over as Latin-1; `compare_digest` takes bytes of any value, but only ASCII text.
    matches = hmac.compare_digest(given.encode("latin-1", "backslashreplace"), expected.encode())
    if not expected or not matches:
        return None
    return operator_of(services)


def _holder(services: Services, given: str) -> Principal:
    token = services.store.tokens.with_secret(given)
    if token is None:
        missing = "" if services.settings.api_token else f" ({NAME_OF_SETTING} is not set)"
        raise _unauthorized(f"the token is not valid{missing}")
    now = services.clock()
    if token.revoked_at is not None:
        raise _unauthorized("the token was revoked")
    if not token.is_valid(now):
        raise _unauthorized("the token has expired")
    try:
        services.store.tokens.note_use(token, now)
    except StoreError as error:  # whoever may read is not kept from it because nothing can be written
        log.warning("the use of token %d could not be noted: %s", token.id, error)
    return holder_of(token)


def may_read_still(services: Services, principal: Principal) -> bool:
    """Say whether a token is valid still, for answers that last: one that was revoked reads nothing from then on."""
    token = principal.token
    kept = None if token is None else services.store.tokens.get(token.id)
    return token is None or (kept is not None and kept.is_valid(services.clock()))


def admit(principal: Principal) -> None:
    """Keep who sent the present request, for ``require``."""
    g.principal = principal


def require(scope: Scope | None) -> Principal:
    """Return who sent the present request, if their token allows ``scope`` (None: any token will do).

    Raises ApiError: 401 when nobody was admitted, 403 when the token lacks the scope.
    """
    principal = g.get("principal")
    if not isinstance(principal, Principal):
        raise _unauthorized("the request is not authenticated")
    if scope is not None and scope not in principal.scopes:
        raise ApiError(403, "forbidden", f"the token lacks the scope {scope}")
    return principal


def _unauthorized(message: str) -> ApiError:
    return ApiError(401, "unauthorized", message)
