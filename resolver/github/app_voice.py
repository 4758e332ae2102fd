"""Asking with the App's own credentials, and remembering for a while that GitHub does not accept them."""

from __future__ import annotations

import copy
import threading
from datetime import datetime, timedelta

from resolver.errors import GithubRefusedError
from resolver.github import exchange, reading
from resolver.github.addresses import Address
from resolver.github.credentials import Credentials
from resolver.github.exchange import Request, Response
from resolver.github.limits import Limits
from resolver.github.sender import Sender
from resolver.ports import Clock

REMEMBERED = timedelta(seconds=10)
"""How long a refusal holds without asking again: a hundred jobs would ask a hundred times."""


class AppVoice:
    """Asks as the App. Threads may share it."""

    def __init__(self, credentials: Credentials, sender: Sender, limits: Limits, clock: Clock) -> None:
        self._credentials = credentials
        self._sender = sender
        self._budget = limits.of(None)
        self._clock = clock
        self._lock = threading.Lock()
        self._refusal: tuple[GithubRefusedError, datetime] | None = None

    def ask(self, address: Address, *, repository_id: int | None = None, remember: bool = False) -> Response:
        """Return the answer to a question, any below 500 but 401.

        ``remember``: a refusal of the last minute is an answer. Raises GithubRefusedError when GitHub does not accept
        the App's credentials, and what ``Sender`` raises.
        """
        return self._send(address, repository_id=repository_id, remember=remember)

    def post(self, address: Address, body: bytes | None = None, *, repeats: bool, remember: bool = False) -> Response:
        """Send something, and return the answer as ``ask`` does."""
        return self._send(address, method="POST", body=body, repeats=repeats, remember=remember)

    def _send(
        self,
        address: Address,
        *,
        method: str = "GET",
        body: bytes | None = None,
        repository_id: int | None = None,
        repeats: bool = True,
        remember: bool = False,
    ) -> Response:
        if remember:
            self._raise_remembered()
        headers = exchange.headers(jwt=self._credentials.jwt())
        if body is not None:
            headers["content-type"] = "application/json"
        request = Request(address, headers, method=method, body=body, repository_id=repository_id, repeats=repeats)
        response = self._sender.send(request, self._budget)
        error = GithubRefusedError("GitHub does not accept the App's credentials") if _is_refused(response) else None
        with self._lock:
            self._refusal = None if error is None else (error, self._clock() + REMEMBERED)
        if error is not None:
            raise copy.copy(error)
        return response

    def _raise_remembered(self) -> None:
        with self._lock:
            refusal = self._refusal
        if refusal is not None and self._clock() < refusal[1]:
            raise copy.copy(refusal[0])


def _is_refused(response: Response) -> bool:
    """Whether GitHub does not know who asks: of an App's number that it does not know it says 404."""
    unknown = response.status == 404 and "integration not found" in reading.message(response.body).lower()  # noqa: PLR2004 -- Not Found
    return response.status == 401 or unknown  # noqa: PLR2004 -- Unauthorized
