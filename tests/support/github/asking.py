"""Asking the stand-in by hand, without the client that is built on it: the headers of the App and of installations."""

from __future__ import annotations

import time
from collections.abc import Mapping

import jwt
import requests

from tests.support.github.keys import key_pair
from tests.support.github.stand_in import StandIn


def app_header(github: StandIn, *, key: str = "app", **claims: object) -> dict[str, str]:
    """Return the header of the App itself, signed with a key pair; ``claims`` replace those that hold."""
    now = int(time.time())
    said = {"iat": now - 60, "exp": now + 300, "iss": str(github.app.id), **claims}
    return {"Authorization": f"Bearer {jwt.encode(said, key_pair(key).private_pem, algorithm='RS256')}"}


def token_header(github: StandIn, installation: int = 77, **wanted: object) -> dict[str, str]:
    """Return the header of an installation, with a new token, for what is ``wanted`` (``permissions``, …)."""
    url = f"{github.url}/app/installations/{installation}/access_tokens"
    answer = requests.post(url, json=wanted, headers=app_header(github), timeout=5)
    answer.raise_for_status()
    return {"Authorization": f"Bearer {answer.json()['token']}"}


def ask(
    github: StandIn, path: str, headers: Mapping[str, str], params: Mapping[str, str] | None = None
) -> requests.Response:
    """Ask for a path, without following redirects."""
    url = f"{github.url}{path}"
    return requests.get(url, headers=dict(headers), params=params, timeout=5, allow_redirects=False)
