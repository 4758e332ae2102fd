"""Signing in through GitHub: the way there, and who comes back (the App's user authorisation, with PKCE).

https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-user-access-token-for-a-github-app

Nothing is kept of who sets out: a cookie holds the ``ticket`` (when, a random word, where to go on to), and the
``state`` that GitHub brings back is a MAC over it, by the App's client secret. So a state is worth something only in
the browser that got it, for ten minutes, and nobody else can make one. It is taken once: a row says which were. The
verifier of PKCE (RFC 7636) is a MAC likewise, and never leaves this service before GitHub is asked.
"""

from __future__ import annotations

import hmac
import re
import secrets
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from receiver import gate, wiring
from receiver.problems import ApiError
from receiver.waiting import MOST_SIGN_INS
from receiver.wiring import Services
from resolver.claims import base64url
from resolver.model.github import User

if TYPE_CHECKING:  # the idle process is spared its memory
    from resolver.github.people import People

LASTS: Final = timedelta(minutes=10)
"""How long somebody may take at GitHub."""
LONGEST: Final = 1000
"""Characters of a place that one is led on to: a cookie has to hold it on the way."""
COME_AGAIN: Final = 2
"""Seconds after which a place may be free again."""
_TICKET = re.compile(r"([0-9]{1,11})\.([A-Za-z0-9_-]{43})\.([A-Za-z0-9_-]{1,3000})")


@dataclass(frozen=True, slots=True)
class Departure:
    """Somebody sets out for GitHub: to ``url``, with a ``ticket`` for their browser to keep."""

    url: str
    ticket: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody has come back: who they are, and where they wanted to go."""

    user: User
    to: str


class SignIns:
    """Lets people in. Threads share it, and the one client of GitHub that is made for the first of them."""

    def __init__(self, services: Services, *, most: int = MOST_SIGN_INS) -> None:
        """Let in whom a process's services know; nothing is made before somebody comes."""
        self._services = services
        self._places = threading.BoundedSemaphore(most)
        self._making = threading.Lock()
        self._people: People | None = None

    def depart(self, *, to: str, redirect_uri: str) -> Departure:
        """Return the way to GitHub, for somebody who wants to ``to`` (a path of this service)."""
        self._require()
        to = to if len(to) <= LONGEST else "/"
        words = (str(int(self._services.clock().timestamp())), secrets.token_urlsafe(32), base64url.encode(to.encode()))
        ticket = ".".join(words)
        query = {
            "client_id": self._services.settings.github_client_id or "",
            "redirect_uri": redirect_uri,
            "state": self._mac("state", ticket),
            "code_challenge": base64url.encode(sha256(self._mac("verifier", ticket).encode()).digest()),
            "code_challenge_method": "S256",
        }
        pages = wiring.web_of(self._services.settings.github_api_url)
        return Departure(f"{pages}/login/oauth/authorize?{urlencode(query)}", ticket)

    def arrive(self, *, ticket: str, state: str, code: str, redirect_uri: str) -> Arrival:
        """Return who came back. No transaction may be open.

        Raises ApiError: 403 for a state that is not of this browser's ticket, is over, or was taken before; 503 when
        others are waiting for GitHub already. GithubRefusedError, GithubDownError, GithubAnswerError, StoreError.
        """
        self._require()
        begun, to = self._checked(ticket, state)
        if not self._places.acquire(blocking=False):
            raise ApiError(503, "busy", "others are signing in: try again in a moment", retry_after=COME_AGAIN)
        try:
            if not self._services.store.sessions.use_way_in(state, at=self._services.clock(), expires_at=begun + LASTS):
                raise _refused("this way in was used before: sign in once more")
            with gate.outside():
                verifier = self._mac("verifier", ticket)
                return Arrival(self._asked().who(code, verifier=verifier, redirect_uri=redirect_uri), to)
        finally:
            self._places.release()

    def _require(self) -> None:
        """Raise ApiError 404 where nobody may sign in through GitHub."""
        if not self._services.settings.signs_in:
            raise ApiError(404, "not_found", "nobody signs in through GitHub here: WHICHRUN_PAGE_USERS names nobody")

    def _checked(self, ticket: str, state: str) -> tuple[datetime, str]:
        """Return when somebody set out, and where they wanted to go. Raises ApiError 403."""
        match = _TICKET.fullmatch(ticket)
        expected = self._mac("state", ticket)
        if match is None or not hmac.compare_digest(expected.encode(), state.encode("utf-8", "replace")):
            raise _refused("this browser did not set out to sign in, or its cookies are off: sign in once more")
        begun = datetime.fromtimestamp(int(match[1]), UTC)
        if self._services.clock() >= begun + LASTS:
            raise _refused("that took too long: sign in once more")
        return begun, base64url.decode(match[3]).decode()

    def _mac(self, purpose: str, ticket: str) -> str:
        secret = self._services.settings.github_client_secret
        key = b"" if secret is None else secret.get_secret_value().encode()
        said = f"{purpose}\0{ticket}".encode("utf-8", "replace")
        return base64url.encode(hmac.digest(key, said, "sha256"))

    def _asked(self) -> People:
        """Return the process's client, made when it is first asked for."""
        with self._making:
            if self._people is None:
                self._people = wiring.people(self._services.settings, self._services.clock)
            return self._people


def _refused(message: str) -> ApiError:
    return ApiError(403, "forbidden", message)
