"""Sending a question until it is answered: limits before, redirects and one more try on the way."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime

from resolver.errors import GithubAnswerError, GithubDownError, GithubError
from resolver.github.addresses import Address
from resolver.github.api import Api
from resolver.github.exchange import Request, Response, Transport
from resolver.github.limits import Budget
from resolver.ports import Clock

_LOG = logging.getLogger(__name__)

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS = 3
_SERVER_ERROR = 500
_PAUSE = 0.3
"""Seconds before the second try: long enough for another of GitHub's hosts to take it."""


class Sender:
    """Sends requests to one GitHub. Threads may share it."""

    def __init__(self, api: Api, transport: Transport, *, clock: Clock, sleep: Callable[[float], None]) -> None:
        self._api = api
        self._transport = transport
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._told: tuple[datetime, datetime] | None = None

    def send(self, request: Request, budget: Budget) -> Response:
        """Return an answer below 500 that is neither a redirect nor a refusal for asking too much.

        Raises GithubDownError, GithubAnswerError or UnfitError.
        """
        failure = self._try(request, budget)
        if isinstance(failure, GithubDownError) and failure.retry_at is None and request.repeats:
            self._sleep(_PAUSE)
            failure = self._try(request, budget)
        if isinstance(failure, GithubError):
            _LOG.info("%s %s was not answered: %s", request.method, request.address.path, failure)
            raise failure
        return failure

    def server_time(self) -> datetime:
        """Return the present time by GitHub's clock, by what its last answer said. Raises GithubAnswerError."""
        with self._lock:
            told = self._told
        if told is None:
            raise GithubAnswerError("GitHub has not told its time")
        date, at = told
        return date + (self._clock() - at)

    def _try(self, request: Request, budget: Budget) -> Response | GithubError:
        """Ask once, wherever it leads; return what failed, so that nothing else comes along with it."""
        budget.admit(request.resource, background=request.background)
        address = request.address
        for _ in range(_MOST_REDIRECTS + 1):
            try:
                response = self._exchange(request, address)
            except GithubError as error:
                return error
            until = budget.note(request, response)
            if until is not None:
                return GithubDownError(_said(response.status), retry_at=until)
            if response.status >= _SERVER_ERROR:
                return GithubDownError(_said(response.status))
            if response.status not in _REDIRECTS:
                return response
            moved = self._moved(request, address, response)
            if moved is None:
                return GithubAnswerError(f"GitHub's answer ({response.status}) leads where nothing was asked")
            address = moved
        return GithubAnswerError(f"GitHub's answers lead on more than {_MOST_REDIRECTS} times")

    def _exchange(self, request: Request, address: Address) -> Response:
        response = self._transport.exchange(request.method, self._api.url(address), request.headers, request.body)
        date = response.date
        if date is not None:
            with self._lock:
                self._told = date, self._clock()
        return response

    def _moved(self, request: Request, address: Address, response: Response) -> Address | None:
        if request.method != "GET":
            return None
        return self._api.redirected(response.headers.get("location", ""), address, request.repository_id)


def _said(status: int) -> str:
    if status < _SERVER_ERROR:
        return f"GitHub's rate limit is reached ({status})"
    return f"GitHub is failing ({status})"
