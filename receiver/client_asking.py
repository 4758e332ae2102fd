"""How the client asks: one request for each question, and again while the service is busy, where that does no harm.

What a repetition could do twice is repeated after 429 alone: a request over the rate is refused before it is looked
at. A 503 says only that the store failed, and where that happens at the very end of a transaction, nobody knows
whether it was kept.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, unquote

from receiver.client_answers import decoded, error_of
from receiver.client_wire import Answer, ClientError, Transport

TRIES = 4
"""How often a question is asked in all, when the service answers 429 or 503."""
PATIENCE = 30.0
"""Seconds that a question waits for its next tries in all; a service that wants more is told to the caller at once."""
PAUSE = 1.0
"""Seconds between tries when the service does not say how long."""
BUSY = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
"""After these, what does the same however often it is sent is repeated."""
UNDONE = (HTTPStatus.TOO_MANY_REQUESTS,)
"""After this, anything may be repeated: nothing was done."""


class Asker:
    """Sends requests over a transport. ``tries`` bounds how often each: 1 tells the caller at once."""

    def __init__(
        self, transport: Transport, *, tries: int = TRIES, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._transport = transport
        self._tries = tries
        self._sleep = sleep

    def close(self) -> None:
        """Close what the transport keeps open, if anything."""
        close = getattr(self._transport, "close", None)
        if close is not None:
            close()

    def ask(
        self, method: str, path: str, *, query: Mapping[str, str] | None = None, body: Mapping[str, Any] | None = None
    ) -> Any:  # noqa: ANN401 - whatever the route answers
        """Ask any route and return its answer, decoded; None when there is none (204). Only a GET is repeated."""
        return decoded(self._sent(method, path, query=query, body=body, again=BUSY if method == "GET" else ()))

    def _sent(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        again: tuple[HTTPStatus, ...] = BUSY,
    ) -> Answer:
        """Return an answer that is no error; ``again`` are the statuses after which the request is repeated."""
        _refuse_unfit(path, query or {})
        tries, left = self._tries, PATIENCE
        while True:
            answer = self._transport(method, path, query=query, body=body, headers=headers)
            if HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
                return answer
            error = error_of(answer)
            pause = PAUSE if error.retry_after is None else error.retry_after
            tries -= 1
            if answer.status not in again or not tries or pause > left:
                raise error
            left -= pause
            self._sleep(pause)


def segment(name: str) -> str:
    """Encode a name for a path. Raises ClientError for one that the address would not keep."""
    if name in {"", ".", ".."}:
        raise ClientError(f"{name!r} cannot stand in an address; nothing was sent")
    return quote(name, safe="", errors="surrogatepass")


def query_of(filters: Mapping[str, Any]) -> dict[str, str]:
    """Return the query of an address. None filters nothing."""
    return {name: _text(value) for name, value in filters.items() if value is not None}


def _text(value: Any) -> str:  # noqa: ANN401 - texts, numbers and flags
    return str(value).lower() if isinstance(value, bool) else str(value)


def _refuse_unfit(path: str, query: Mapping[str, str]) -> None:
    """Raise ClientError for an address that would not be asked as it is written: dot segments are collapsed."""
    parts = [unquote(part) for part in path.split("/")]
    if not path.startswith("/") or {".", ".."} & set(parts) or any(mark in path for mark in "?#\\"):
        raise ClientError("a path of the API begins with a slash, and holds no dot segment; nothing was sent")
    try:
        "".join((path, unquote(path, errors="strict"), *query, *query.values())).encode()
    except UnicodeError:
        raise ClientError("an address holds what is no text; nothing was sent") from None
