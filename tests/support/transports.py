"""A transport of the client without a service: it answers from a list, and notes what it was asked."""

from __future__ import annotations

import json

from receiver.client import Answer


class Told:
    """A transport that notes what it is asked, and answers from a list."""

    def __init__(self, *answers: Answer | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, str, object, object]] = []
        self.headers: list[object] = []

    def __call__(
        self, method: str, path: str, *, query: object = None, body: object = None, headers: object = None
    ) -> Answer:
        """Answer, or raise."""
        self.asked.append((method, path, query, body))
        self.headers.append(headers)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def ok(value: object, status: int = 200) -> Answer:
    """Return an answer of JSON."""
    return Answer(status, {"content-type": "application/json"}, json.dumps(value).encode())


def busy(status: int = 429, **headers: str) -> Answer:
    """Return an answer of a service that has no time."""
    content = json.dumps({"error": {"code": "too_many_requests", "message": "later", "details": []}}).encode()
    return Answer(status, {name.replace("_", "-"): value for name, value in headers.items()}, content)
