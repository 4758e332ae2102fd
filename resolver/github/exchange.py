"""What goes out and what comes back, as values: nothing here shows a token, a header or a body."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Protocol

from gidgethub import sansio

from resolver.github.addresses import GRAPHQL, Address

AGENT = "whichrun"
VERSION = "2022-11-28"
"""https://docs.github.com/en/rest/about-the-rest-api/api-versions"""


@dataclass(frozen=True, slots=True)
class Request:
    """A question as it is sent.

    ``repository_id`` is whose redirects may be followed. ``repeats``: whether it may be sent again when nobody knows
    if it arrived. ``background``: whether it can wait until there is plenty of the rate limit left.
    """

    address: Address
    headers: Mapping[str, str] = field(repr=False)
    method: str = "GET"
    body: bytes | None = field(default=None, repr=False)
    repository_id: int | None = None
    repeats: bool = True
    background: bool = False

    @property
    def resource(self) -> str:
        """Which of an installation's rate limits it counts on, by GitHub's words."""
        return "graphql" if self.address is GRAPHQL else "core"


@dataclass(frozen=True, slots=True)
class Response:
    """An answer; the names of ``headers`` are in lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)

    @property
    def date(self) -> datetime | None:
        """The time at which it was given, by GitHub's clock."""
        return http_date(self.headers.get("date", ""))


class Transport(Protocol):
    """Sends one request to exactly the URL that is given, and follows nothing."""

    def exchange(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Response:
        """Return the answer, whatever its status.

        Raises GithubDownError when none came in time, GithubAnswerError for one that is too large or unreadable,
        UnfitError when the URL would not be asked as it was built.
        """
        ...

    def close(self) -> None:
        """Let go of what it holds; it can be used again."""
        ...


def headers(*, token: str | None = None, jwt: str | None = None, etag: str | None = None) -> dict[str, str]:
    """Return the headers of a request, with one of an installation's token and the App's JWT."""
    made = sansio.create_headers(AGENT, oauth_token=token, jwt=jwt)
    made["x-github-api-version"] = VERSION
    return made if etag is None else {**made, "if-none-match": etag}


def http_date(text: str) -> datetime | None:
    """Read a date as HTTP writes it (RFC 9110, section 5.6.7); None when it is not one."""
    try:
        moment = parsedate_to_datetime(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
