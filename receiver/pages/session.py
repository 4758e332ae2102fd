"""Who looks at the page: a session, kept in the store and named by a cookie.

A session is worth what it rests on at the moment (``resolver.model.sessions.Basis``): one of a token that was revoked,
of a token of the settings that was changed, or of an account that may no longer sign in, is over.

The cookie is ``HttpOnly`` and ``SameSite=Lax`` (RFC 6265bis §5.6.7): it comes with no request of another site but a
link that is followed. What changes something is taken from this service's own pages alone, by the header ``Origin``
(RFC 6454 §7), which no page of another site can forge.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from flask import Request
from werkzeug.wrappers import Response

from receiver.auth import Principal, holder_of, operator_of, person_of
from receiver.problems import ApiError
from receiver.wiring import Services
from resolver.model.sessions import Basis

COOKIE: Final = "whichrun_session"
LASTS: Final = timedelta(hours=12)


def begin(services: Services, principal: Principal, response: Response, *, secure: bool) -> None:
    """Begin a session, and have its cookie set."""
    now = services.clock()
    secret = secrets.token_urlsafe(32)
    services.store.sessions.add(_basis(services, principal), secret=secret, at=now, expires_at=now + LASTS)
    response.set_cookie(
        COOKIE, secret, max_age=int(LASTS.total_seconds()), secure=secure, httponly=True, samesite="Lax"
    )


def principal_of(services: Services, request: Request) -> Principal | None:
    """Return who sent a request; None where nobody is signed in."""
    secret = request.cookies.get(COOKIE)
    session = services.store.sessions.with_secret(secret) if secret else None
    if session is None or not session.is_valid(services.clock()):
        return None
    basis = session.basis
    if basis.person is not None:
        return person_of(services, basis.person)
    if basis.token_id is not None:
        token = services.store.tokens.get(basis.token_id)
        return holder_of(token) if token is not None and token.is_valid(services.clock()) else None
    present = _of_setting(services)
    valid = present is not None and basis.setting is not None and hmac.compare_digest(basis.setting, present)
    return operator_of(services) if valid else None


def end(services: Services, request: Request, response: Response) -> None:
    """End the session of a request, if there is one."""
    secret = request.cookies.get(COOKIE)
    if secret:
        services.store.sessions.end(secret)
    response.delete_cookie(COOKIE, httponly=True, samesite="Lax")


def refuse_foreign(request: Request) -> None:
    """Raise ApiError 403 for a request to change something that another site's page had sent."""
    origin = request.headers.get("Origin")
    site = request.headers.get("Sec-Fetch-Site")
    own = urlsplit(origin).netloc == request.host if origin else site in {None, "same-origin", "none"}
    if not own or site == "cross-site":
        raise ApiError(403, "forbidden", "the request comes from a page of another site")


def _basis(services: Services, principal: Principal) -> Basis:
    if principal.person is not None:
        return Basis(person=principal.person)
    if principal.token is not None:
        return Basis(token_id=principal.token.id)
    return Basis(setting=_of_setting(services))


def _of_setting(services: Services) -> bytes | None:
    setting = services.settings.api_token
    return None if setting is None else hashlib.sha256(setting.get_secret_value().encode()).digest()
