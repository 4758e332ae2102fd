"""How the client's requests travel: ``Transport``, the one over HTTP, and what can go wrong on the way.

The errors stand here and not in ``resolver/errors.py``: that tree is what the domain raises and the service answers
with, these are what somebody meets who asks a service. They are WhichrunErrors, so that the command line tells them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

import requests
import requests.auth

from resolver.errors import SettingsError, WhichrunError

LOOPBACK = ("127.0.0.1", "::1", "localhost")
_TOKEN = re.compile(r"[\x21-\x7e]+")


class ClientError(WhichrunError):
    """The service did not do what it was asked. Raised as it is when nothing was sent, since the address is unfit."""

    reason = "client"


class UnreachableError(ClientError):
    """There was no answer in time, or none at all; whether the service did what was asked is not known."""

    reason = "unreachable"


class ServiceError(ClientError):
    """The service answered with an error, or with something that is no answer of this API.

    ``status`` is the HTTP status. ``code``, ``message`` and ``details`` (each with ``field`` and ``message``) are the
    service's own words; ``code`` is ``unexpected_answer`` where they could not be read. ``retry_after`` is in seconds,
    None where the service did not say.
    """

    reason = "service"

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        details: tuple[Mapping[str, str], ...] = (),
        retry_after: float | None = None,
    ) -> None:
        self.status = status
        self.code = code
        self.message = message
        self.details = details
        self.retry_after = retry_after
        super().__init__(f"{message} (HTTP {status}, {code})")


@dataclass(frozen=True)
class Answer:
    """What came back: ``headers`` by their names in lower case, ``content`` unpacked but not decoded."""

    status: int
    headers: Mapping[str, str]
    content: bytes


class Transport(Protocol):
    """Carries a request to a service."""

    def __call__(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Return the answer, whatever its status. ``path`` is percent-encoded, ``headers`` are Latin-1.

        Raises UnreachableError.
        """
        ...


class _Bearer(requests.auth.AuthBase):
    """Sends the token. As ``auth``, so that no ``.netrc`` puts a password in its place."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class _Session(requests.Session):
    """A session that knows no redirects: ``requests`` takes their addresses apart even where it does not follow."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Return no address."""


class HttpTransport:
    """Asks the service at ``url`` (of its root, so without ``/v1``), with a bearer token that is never shown.

    ``timeout`` is in seconds: to connect, and for each silence after that. Redirects are not followed. Proxies and
    certificates are taken from the environment as ``requests`` does, but never for a service on this machine. Raises
    SettingsError for an address or a token that can be none.
    """

    def __init__(self, url: str, *, token: str, timeout: float = 10.0) -> None:
        self._url = _root(url)
        if not _TOKEN.fullmatch(token):
            raise SettingsError("the token of the service is not printable ASCII characters without spaces")
        self._timeout = timeout
        self._session = _Session()
        self._session.auth = _Bearer(token)
        self._session.trust_env = urlsplit(url).hostname not in LOOPBACK

    def __repr__(self) -> str:
        return f"HttpTransport({self._url!r})"

    def __call__(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Return the answer, whatever its status. Raises UnreachableError."""
        try:
            answer = self._session.request(
                method,
                f"{self._url}{path}",
                params=query,
                data=None if body is None else json.dumps(body).encode(),
                headers={**({} if body is None else {"Content-Type": "application/json"}), **(headers or {})},
                timeout=self._timeout,
                allow_redirects=False,
            )
            return Answer(answer.status_code, _lower(answer.headers), answer.content)
        except requests.Timeout:
            failure = f"did not answer within {self._timeout:g} seconds"
        except requests.RequestException as error:
            failure = f"cannot be reached, or broke off: {type(error).__name__}"
        # Raised out here: those errors hold the request with its token, and would come along as the context.
        raise UnreachableError(f"the service at {self._url} {failure}")

    def close(self) -> None:
        """Close the connections."""
        self._session.close()


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _root(url: str) -> str:
    """Return the address without a slash at its end. Raises SettingsError, which does not repeat it."""
    try:
        parts = urlsplit(url.strip())
        good = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        good = False
    if not good or "@" in parts.netloc or parts.query or parts.fragment:
        raise SettingsError("the address of the service is none: write it as https://whichrun.example.com")
    return url.strip().rstrip("/")
