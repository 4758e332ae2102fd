"""Who the App is: its number and private key, and the short-lived token that it signs with them.

https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app
"""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from resolver.errors import GithubRefusedError
from resolver.ports import Clock

_BACK = timedelta(seconds=60)
"""The App's clock may be ahead of GitHub's: the token is said to be older than it is."""
_AHEAD = timedelta(minutes=9)
"""GitHub takes at most ten minutes; one is left for a clock that is ahead."""
_SPARE = timedelta(minutes=1)
_LEAST_BITS = 2048


class Credentials:
    """The App's number (or client id) and private key, a PEM text. Nothing shows the key. Threads may share it."""

    def __init__(self, app_id: int | str, *, private_key: str, clock: Clock) -> None:
        self._app_id = str(app_id)
        self._private_key = private_key
        self._clock = clock
        self._lock = threading.Lock()
        self._key: RSAPrivateKey | None = None
        self._made: tuple[str, datetime] | None = None

    def __repr__(self) -> str:
        return f"Credentials({self._app_id!r})"

    def jwt(self) -> str:
        """Return the App's token: signed with RS256, good for a minute at least.

        Raises GithubRefusedError when the private key cannot be read.
        """
        now = self._clock()
        with self._lock:
            if self._made is None or not self._made[1] - _AHEAD <= now < self._made[1] - _SPARE:
                if self._key is None:
                    self._key = _read(self._private_key)
                self._made = self._signed(self._key, now), now + _AHEAD
            return self._made[0]

    def _signed(self, key: RSAPrivateKey, now: datetime) -> str:
        claims = {
            "iat": int((now - _BACK).timestamp()),
            "exp": int((now + _AHEAD).timestamp()),
            "iss": self._app_id,
        }
        return jwt.encode(claims, key, algorithm="RS256")


def _read(pem: str) -> RSAPrivateKey:
    """Read a private key; errors are raised where no other one, which may quote it, can come along."""
    try:
        key = load_pem_private_key(pem.encode(errors="replace"), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if key is None:
        raise GithubRefusedError("the App's private key cannot be read: it is no PEM without password")
    if not isinstance(key, RSAPrivateKey) or key.key_size < _LEAST_BITS:
        raise GithubRefusedError(
            f"the App's private key cannot be read: it is no RSA key of {_LEAST_BITS} bits or more"
        )
    return key
