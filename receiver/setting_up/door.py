"""Who may set up: whoever knows the code that the console showed. It is long, short-lived, and tried a few times only.

A right code opens a session, which ends the one before: there is one browser at a time. The door keeps nothing but in
memory: when the process ends, so do code and session.
"""

from __future__ import annotations

import hmac
import secrets
import threading
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from receiver.problems import ApiError
from resolver.ports import Clock

ALPHABET: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Without what looks alike: 32 signs, five bits each."""
GROUPS, OF_EACH = 3, 4
MOST_TRIES: Final = 5
CODE_LASTS: Final = timedelta(minutes=30)
"""How long a code opens the door."""
SESSION_LASTS: Final = timedelta(hours=1)
"""How long whoever got in may take: GitHub's own code lasts as long."""
AGAIN: Final = "stop the command and start it again: it shows a new one"


def new_code() -> str:
    """Return a code of 60 random bits, as a person reads it."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(OF_EACH)) for _ in range(GROUPS))


class Door:
    """Lets one browser in. Threads share it."""

    def __init__(self, code: str, clock: Clock) -> None:
        self._code = _digest(code)
        self._clock = clock
        self._opened_at = clock()
        self._lock = threading.Lock()
        self._tries = 0
        self._session: tuple[bytes, datetime] | None = None

    def __repr__(self) -> str:
        return f"Door(tries={self._tries})"

    def enter(self, given: str) -> str:
        """Return the secret of a session for whoever gives the right code.

        Raises ApiError: 403 for a wrong code, 410 when it was tried too often or is too old. A try is counted before
        it is looked at.
        """
        with self._lock:
            if self._clock() >= self._opened_at + CODE_LASTS:
                raise ApiError(410, "gone", f"the code is too old: {AGAIN}")
            if self._tries >= MOST_TRIES:
                raise ApiError(410, "gone", f"the code was tried too often: {AGAIN}")
            self._tries += 1
            if not hmac.compare_digest(self._code, _digest(given)):
                left = MOST_TRIES - self._tries
                raise ApiError(403, "forbidden", f"this is not the code; {left} {'try' if left == 1 else 'tries'} left")
            self._tries = 0
            secret = secrets.token_urlsafe(32)
            self._session = _hash(secret), self._clock() + SESSION_LASTS
            return secret

    def admits(self, secret: str | None) -> bool:
        """Whether a browser is the one that was let in."""
        with self._lock:
            session = self._session
        if secret is None or session is None or self._clock() >= session[1]:
            return False
        return hmac.compare_digest(session[0], _hash(secret))


def _digest(code: str) -> bytes:
    """Return what is compared of a code: small letters and spaces are as good."""
    return _hash("".join(sign for sign in code.upper() if sign.isalnum()))


def _hash(text: str) -> bytes:
    return sha256(text.encode("utf-8", "replace")).digest()
