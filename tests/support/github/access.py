"""Who asks, and what they may: the App by its JSON web token, an installation by its token.

https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import jwt

from tests.support.github.answer import RefusedRequestError, not_found
from tests.support.github.asked import Recorded
from tests.support.github.repository import Repository
from tests.support.github.world import Token, World

LONGEST = timedelta(minutes=10)
"""How far ahead a JSON web token may expire."""
_OPTIONS = dict.fromkeys(("verify_exp", "verify_iat", "verify_nbf", "verify_iss", "verify_aud"), False)
LEVELS = ("read", "write", "admin")
_UNREADABLE = "A JSON web token could not be decoded"
_EXPIRED = (
    "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion "
    "expires"
)
_TOO_FAR = "'Expiration time' claim ('exp') is too far in the future"
_NOT_YET = "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued"


def check_app(world: World, request: Recorded) -> None:
    """Let the App pass. Raises RefusedRequestError (401, or 404 for an App that GitHub does not know)."""
    try:
        said = jwt.decode(request.credential, world.app.public_key, algorithms=["RS256"], options=_OPTIONS)  # type: ignore[arg-type]
    except (jwt.PyJWTError, ValueError):
        raise RefusedRequestError(401, _UNREADABLE) from None
    at = world.clock().timestamp()
    expires, issued = said.get("exp"), said.get("iat")
    if not isinstance(issued, int) or issued > at:
        raise RefusedRequestError(401, _NOT_YET)
    if not isinstance(expires, int) or expires <= at:
        raise RefusedRequestError(401, _EXPIRED)
    if expires > at + LONGEST.total_seconds():
        raise RefusedRequestError(401, _TOO_FAR)
    if str(said.get("iss")) not in {str(world.app.id), world.app.client_id}:
        raise RefusedRequestError(404, "Integration not found")


def token_of(world: World, request: Recorded) -> Token:
    """Return the installation token that a request bears.

    Raises RefusedRequestError: 404 without any (nothing here is public), 401 for one that is not good, 403 when the
    installation is suspended.
    """
    if request.authorization is None:
        raise not_found()
    token = world.tokens.get(request.credential)
    if token is None or token.expires_at <= world.clock():
        raise RefusedRequestError(401, "Bad credentials")
    installation = world.installations.get(token.installation_id)
    if installation is None:
        raise RefusedRequestError(401, "Bad credentials")
    if installation.suspended_at is not None:
        raise RefusedRequestError(403, "This installation has been suspended")
    return token


def sees(world: World, token: Token, repository: Repository) -> bool:
    """Whether a token is good for a repository."""
    installation = world.installations.get(token.installation_id)
    return (
        installation is not None
        and repository.id in installation.repositories
        and (token.repositories is None or repository.id in token.repositories)
    )


def may(token: Token, needs: Iterable[str], level: str = "read") -> bool:
    """Whether a token has any of some permissions, to read or to write; nothing needed is anybody's."""
    wanted = tuple(needs)
    levels = LEVELS[LEVELS.index(level) :]
    return not wanted or any(token.permissions.get(name) in levels for name in wanted)
