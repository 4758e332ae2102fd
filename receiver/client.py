"""The client for agent runners: register a run, get its marks, read feedback, work on reports.

::

    client = Client.at("https://whichrun.example.com", token=token)
    marks = client.register_run(span_id="428ecb0920459b24", repository="acme/widgets", agent_name="coder")

It needs ``requests`` and nothing else of the service. What it returns is JSON as the API answers it (SPEC §7); every
method raises a ClientError: ServiceError for an error that was answered, UnreachableError for no answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from receiver.client_answers import object_of, unexpected
from receiver.client_asking import PATIENCE, TRIES, query_of, segment
from receiver.client_reports import Appended, ReportAsker
from receiver.client_wire import Answer, ClientError, HttpTransport, ServiceError, Transport, UnreachableError

__all__ = [
    "PATIENCE",
    "TRIES",
    "Answer",
    "Appended",
    "Client",
    "ClientError",
    "HttpTransport",
    "Marks",
    "Registered",
    "ServiceError",
    "Transport",
    "UnreachableError",
]

MARKS: Mapping[str, type] = {"hidden_comment": str, "commit_trailers": str}


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


class Client(ReportAsker):
    """Asks one service. What can be repeated without harm is, when the service is busy: see TRIES and PATIENCE."""

    @classmethod
    def at(cls, url: str, *, token: str, timeout: float = 10.0, run: str | None = None) -> Client:
        """Return a client of the service at an address, which writes reports as a run."""
        return cls(HttpTransport(url, token=token, timeout=timeout), run=run)

    def register_run(self, *, span_id: str, repository: str, agent_name: str, **facts: Any) -> Registered:  # noqa: ANN401 - the fields of SPEC §7
        """Register a run; the same call again answers the same."""
        body = {"span_id": span_id, "repository": repository, "agent_name": agent_name, **facts}
        answer = object_of(self._sent("POST", "/v1/runs", body=body), run=dict, **MARKS)
        return Registered(answer["run"], answer["hidden_comment"], answer["commit_trailers"])

    def update_run(self, span_id: str, **later: Any) -> dict[str, Any]:  # noqa: ANN401
        """Add what became known of a run: ``ended_at``, ``head_sha``, ``numbers``, ``artifacts``, ``sessions``."""
        return object_of(self._sent("PATCH", f"/v1/runs/{segment(span_id)}", body=later))

    def run(self, span_id: str) -> dict[str, Any]:
        """Return a run."""
        return object_of(self._sent("GET", f"/v1/runs/{segment(span_id)}"))

    def marks(self, span_id: str) -> Marks:
        """Return the marks of a run that was registered before."""
        answer = object_of(self._sent("GET", f"/v1/runs/{segment(span_id)}/marks"), **MARKS)
        return Marks(answer["hidden_comment"], answer["commit_trailers"])

    def resolve(self, url: str) -> dict[str, Any]:
        """Return which run made the object at a GitHub URL."""
        return object_of(self._sent("GET", "/v1/resolve", query={"url": url}))

    def resolve_text(self, **question: Any) -> dict[str, Any]:  # noqa: ANN401
        """Return which run made a text, or is meant by it: ``repository``, ``number``, ``body``, …."""
        return object_of(self._sent("POST", "/v1/resolve", body=question))

    def feedback(self, feedback_id: int) -> dict[str, Any]:
        """Return one piece of feedback."""
        return object_of(self._sent("GET", f"/v1/feedback/{segment(str(feedback_id))}"))

    def feedback_page(self, **filters: Any) -> dict[str, Any]:  # noqa: ANN401
        """Return one page of feedback, newest first: ``items`` and ``next_cursor``. None filters nothing."""
        return object_of(self._sent("GET", "/v1/feedback", query=query_of(filters)), items=list)

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
        return object_of(self._sent("PATCH", f"/v1/feedback/{segment(str(feedback_id))}", body={"status": status}))
