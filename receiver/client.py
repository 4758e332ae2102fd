"""The client for agent runners: register a run, get its marks, read feedback.

::

    client = Client.at("https://whichrun.example.com", token=token)
    marks = client.register_run(span_id="428ecb0920459b24", repository="acme/widgets", agent_name="coder")

It needs ``requests`` and nothing else of the service. What it returns is JSON as the API answers it (SPEC §7); every
method raises a ClientError: ServiceError for an error that was answered, UnreachableError for no answer.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, unquote

from receiver.client_answers import decoded, error_of, object_of, unexpected
from receiver.client_wire import Answer, ClientError, HttpTransport, ServiceError, Transport, UnreachableError

__all__ = [
    "Answer",
    "Client",
    "ClientError",
    "HttpTransport",
    "Marks",
    "Registered",
    "ServiceError",
    "Transport",
    "UnreachableError",
]

TRIES = 4
"""How often a question is asked in all, when the service answers 429 or 503."""
PATIENCE = 30.0
"""Seconds that a question waits for its next tries in all; a service that wants more is told to the caller at once."""
PAUSE = 1.0
"""Seconds between tries when the service does not say how long."""
MARKS: Mapping[str, type] = {"hidden_comment": str, "commit_trailers": str}
BUSY = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)


@dataclass(frozen=True)
class Marks:
    """What says which run made something: for texts, and for the end of commit messages."""

    hidden_comment: str
    commit_trailers: str


@dataclass(frozen=True)
class Registered:
    """A run as the service keeps it, with its marks."""

    run: dict[str, Any]
    hidden_comment: str
    commit_trailers: str


class Client:
    """Asks one service. What can be repeated without harm is, when the service is busy: see TRIES and PATIENCE.

    ``tries`` bounds how often: 1 tells the caller at once.
    """

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

    @classmethod
    def at(cls, url: str, *, token: str, timeout: float = 10.0) -> Client:
        """Return a client of the service at an address."""
        return cls(HttpTransport(url, token=token, timeout=timeout))

    def register_run(self, *, span_id: str, repository: str, agent_name: str, **facts: Any) -> Registered:  # noqa: ANN401 - the fields of SPEC §7
        """Register a run; the same call again answers the same."""
        body = {"span_id": span_id, "repository": repository, "agent_name": agent_name, **facts}
        answer = object_of(self._sent("POST", "/v1/runs", body=body), run=dict, **MARKS)
        return Registered(answer["run"], answer["hidden_comment"], answer["commit_trailers"])

    def update_run(self, span_id: str, **later: Any) -> dict[str, Any]:  # noqa: ANN401
        """Add what became known of a run: ``ended_at``, ``head_sha``, ``numbers``, ``artifacts``."""
        return object_of(self._sent("PATCH", f"/v1/runs/{_segment(span_id)}", body=later))

    def run(self, span_id: str) -> dict[str, Any]:
        """Return a run."""
        return object_of(self._sent("GET", f"/v1/runs/{_segment(span_id)}"))

    def marks(self, span_id: str) -> Marks:
        """Return the marks of a run that was registered before."""
        answer = object_of(self._sent("GET", f"/v1/runs/{_segment(span_id)}/marks"), **MARKS)
        return Marks(answer["hidden_comment"], answer["commit_trailers"])

    def resolve(self, url: str) -> dict[str, Any]:
        """Return which run made the object at a GitHub URL."""
        return object_of(self._sent("GET", "/v1/resolve", query={"url": url}))

    def resolve_text(self, **question: Any) -> dict[str, Any]:  # noqa: ANN401
        """Return which run made a text, or is meant by it: ``repository``, ``number``, ``body``, …."""
        return object_of(self._sent("POST", "/v1/resolve", body=question))

    def feedback(self, feedback_id: int) -> dict[str, Any]:
        """Return one piece of feedback."""
        return object_of(self._sent("GET", f"/v1/feedback/{_segment(str(feedback_id))}"))

    def feedback_page(self, **filters: Any) -> dict[str, Any]:  # noqa: ANN401
        """Return one page of feedback, newest first: ``items`` and ``next_cursor``. None filters nothing."""
        query = {name: str(value) for name, value in filters.items() if value is not None}
        return object_of(self._sent("GET", "/v1/feedback", query=query), items=list)

    def feedback_list(self, **filters: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401
        """Yield all feedback, newest first, asking for a page when it is needed."""
        seen: set[str] = set()
        while True:
            page = self.feedback_page(**filters)
            yield from page["items"]
            cursor = page.get("next_cursor")
            if cursor is None:
                return
            if cursor in seen:
                raise unexpected(HTTPStatus.OK, "a page that leads back to an earlier one")
            seen.add(cursor)
            filters["cursor"] = cursor

    def set_status(self, feedback_id: int, status: str) -> dict[str, Any]:
        """Set the status of feedback; return the feedback."""
        return object_of(self._sent("PATCH", f"/v1/feedback/{_segment(str(feedback_id))}", body={"status": status}))

    def ask(
        self, method: str, path: str, *, query: Mapping[str, str] | None = None, body: Mapping[str, Any] | None = None
    ) -> Any:  # noqa: ANN401 - whatever the route answers
        """Ask any route and return its answer, decoded; None when there is none (204). Only a GET is repeated."""
        return decoded(self._sent(method, path, query=query, body=body, repeated=method == "GET"))

    def _sent(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        repeated: bool = True,
    ) -> Answer:
        """Return an answer that is no error."""
        _refuse_unfit(path, query or {})
        tries, left = self._tries if repeated else 1, PATIENCE
        while True:
            answer = self._transport(method, path, query=query, body=body)
            if HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
                return answer
            error = error_of(answer)
            pause = PAUSE if error.retry_after is None else error.retry_after
            tries -= 1
            if answer.status not in BUSY or not tries or pause > left:
                raise error
            left -= pause
            self._sleep(pause)


def _segment(name: str) -> str:
    """Encode a name for a path. Raises ClientError for one that the address would not keep."""
    if name in {"", ".", ".."}:
        raise ClientError(f"{name!r} cannot stand in an address; nothing was sent")
    return quote(name, safe="", errors="surrogatepass")


def _refuse_unfit(path: str, query: Mapping[str, str]) -> None:
    """Raise ClientError for an address that would not be asked as it is written: dot segments are collapsed."""
    parts = [unquote(part) for part in path.split("/")]
    if not path.startswith("/") or {".", ".."} & set(parts) or any(mark in path for mark in "?#\\"):
        raise ClientError("a path of the API begins with a slash, and holds no dot segment; nothing was sent")
    try:
        "".join((path, unquote(path, errors="strict"), *query, *query.values())).encode()
    except UnicodeError:
        raise ClientError("an address holds what is no text; nothing was sent") from None
