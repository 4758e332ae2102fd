"""Who somebody is, by GitHub's word: the App's user authorisation (OAuth), with PKCE (RFC 7636).

https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-user-access-token-for-a-github-app

The user's token is asked one question, who its user is, and is kept nowhere.
"""

from __future__ import annotations

from urllib.parse import urlencode

from resolver.errors import GithubRefusedError
from resolver.github import addresses, exchange, reading, refusals, shapes
from resolver.github.exchange import Request
from resolver.github.limits import Budget
from resolver.github.sender import Sender
from resolver.model.github import User
from resolver.ports import Clock

NOT_TAKEN = "GitHub does not take the code any more: sign in once more"
_WRONG_APP = frozenset({"incorrect_client_credentials", "redirect_uri_mismatch"})


class People:
    """Asks who came back from GitHub. ``pages`` reaches its pages, ``api`` its API. Threads may share it."""

    def __init__(self, pages: Sender, api: Sender, *, client_id: str, client_secret: str, clock: Clock) -> None:
        self._pages = pages
        self._api = api
        self._client_id = client_id
        self._client_secret = client_secret
        self._clock = clock

    def __repr__(self) -> str:
        return f"People({self._client_id!r})"

    def who(self, code: str, *, verifier: str, redirect_uri: str) -> User:
        """Return the account that a code stands for.

        Raises GithubRefusedError where GitHub does not take the code, or the App's own credentials (it says which),
        GithubDownError, GithubAnswerError.
        """
        token = self._token(code, verifier, redirect_uri)
        request = Request(addresses.USER.fill(), exchange.headers(token=token))
        found = refusals.present(self._api.send(request, Budget(self._clock)))
        if found is None:
            raise GithubRefusedError("GitHub does not say whose token this is")
        user = reading.one(shapes.UserShape, found.body)
        return User(user.id, user.login)

    def _token(self, code: str, verifier: str, redirect_uri: str) -> str:
        fields = {
            "client_id": self._client_id,
            "client_secret": self._client_secret,
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        headers = exchange.headers() | {
            "accept": "application/json",
            "content-type": "application/x-www-form-urlencoded",
        }
        request = Request(addresses.USER_TOKEN, headers, method="POST", body=urlencode(fields).encode(), repeats=False)
        found = refusals.present(self._pages.send(request, Budget(self._clock)))
        told = shapes.UserTokenShape() if found is None else reading.one(shapes.UserTokenShape, found.body)
        if told.error in _WRONG_APP:
            raise GithubRefusedError(f"GitHub refuses the App's own credentials ({told.error})")
        if told.access_token is None:
            raise GithubRefusedError(NOT_TAKEN)
        return told.access_token
