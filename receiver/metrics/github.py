"""Counts and times what GitHub is asked, and tells what is left of its limits. The domain knows nothing of this."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from receiver.metrics.instruments import RESOURCES, instruments
from resolver.errors import GithubDownError
from resolver.github.exchange import Response, Transport
from resolver.github.limits import Left

_ABSENT = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE, HTTPStatus.UNAVAILABLE_FOR_LEGAL_REASONS})


@dataclass(frozen=True, slots=True)
class Watched:
    """A transport whose requests are counted."""

    transport: Transport

    def exchange(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Response:
        """Return the answer, as the transport does."""
        begun = time.perf_counter()
        outcome = "unusable"
        try:
            response = self.transport.exchange(method, url, headers, body)
            outcome = outcome_of(response)
        except GithubDownError:
            outcome = "unreachable"
            raise
        finally:
            counted = instruments()
            counted.github_requests.labels(outcome).inc()
            counted.github_seconds.observe(time.perf_counter() - begun)
        return response

    def close(self) -> None:
        """Let go of what it holds."""
        self.transport.close()


def outcome_of(response: Response) -> str:
    """Return one of ``ASKED`` for an answer."""
    status = response.status
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return "failing"
    if status < HTTPStatus.BAD_REQUEST:
        return "ok"
    spent = "retry-after" in response.headers or response.headers.get("x-ratelimit-remaining") == "0"
    if status == HTTPStatus.TOO_MANY_REQUESTS or (status == HTTPStatus.FORBIDDEN and spent):
        return "limited"
    return "absent" if status in _ABSENT else "refused"


def tell_left(windows: Iterable[Left]) -> None:
    """Tell what is left of GitHub's limits."""
    counted = instruments()
    for window in windows:
        if window.resource in RESOURCES:
            counted.github_remaining.labels(window.resource).set(window.remaining)
            counted.github_reset.labels(window.resource).set(window.reset_at.timestamp())
