"""Who may speak to MCP over HTTP: each request by its own bearer token, which the API judges (RFC 6750 §3).

Nothing is remembered: a token that is revoked or expires is refused from the next request on. What the token allows is
for the API to say, tool by tool. So is whether it may write as the run that the request names: the header of the API is
passed on with each write.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from http import HTTPStatus
from typing import Final, TypeAlias

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from receiver.client import Client, ClientError, ServiceError, UnreachableError
from receiver.client_reports import RUN_HEADER

ClientFor: TypeAlias = Callable[[str], Client]
"""Returns the client that speaks with a token."""

CLIENT: Final = "whichrun.client"
"""Where a request's ASGI scope holds the client of whoever sent it."""

RETRY_AFTER: Final = 5
"""Seconds after which a service that was out of reach is worth another try."""

_TOKEN: Final = re.compile(r"[\x21-\x7e]{1,1024}")


class RefusedError(Exception):
    """A request that no tool may see: its status, a code that never changes, and a sentence.

    ``details`` are as in the API: what is wrong with which field.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        details: Sequence[Mapping[str, str]] = (),
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.details = [*details]
        self.retry_after = retry_after

    def response(self) -> Response:
        """Return the answer, in the API's shape of errors."""
        headers = {"Content-Type": "application/json"}
        if self.status == HTTPStatus.UNAUTHORIZED:
            headers["WWW-Authenticate"] = "Bearer"
        if self.retry_after is not None:
            headers["Retry-After"] = f"{self.retry_after:.0f}"
        error = {"code": self.code, "message": self.message, "details": self.details}
        return Response(json.dumps({"error": error}), self.status, headers)


class Guard:
    """ASGI middleware that lets a request through with the client of its token, or answers 401, 422, 429 or 503."""

    def __init__(self, app: ASGIApp, client_for: ClientFor, threads: Executor) -> None:
        self._app = app
        self._client_for = client_for
        self._threads = threads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request, or the start and end of the application."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            client = self._client_for(bearer(Headers(scope=scope)))
        except RefusedError as error:
            await error.response()(scope, receive, send)
            return
        with contextlib.closing(client):
            try:
                await asyncio.get_running_loop().run_in_executor(self._threads, admit, client)
                client = attributed(client, Headers(scope=scope).getlist(RUN_HEADER))
            except RefusedError as error:
                await error.response()(scope, receive, send)
                return
            await self._app({**scope, CLIENT: client}, receive, send)


def bearer(headers: Mapping[str, str]) -> str:
    """Return the token of a request. Raises RefusedError 401."""
    scheme, _, token = headers.get("authorization", "").strip().partition(" ")
    if scheme.lower() != "bearer" or not _TOKEN.fullmatch(token.strip()):
        raise RefusedError(401, "unauthorized", "send `Authorization: Bearer <token>` with each request")
    return token.strip()


def attributed(client: Client, named: Sequence[str]) -> Client:
    """Return the client that writes as the run which the header names, if it was sent. Raises RefusedError 422."""
    if not named:
        return client
    if len(named) > 1:
        raise _unfit("is sent more than once")
    try:
        return client.writing_as(named[0].encode("latin-1").decode())  # starlette reads bytes as Latin-1
    except UnicodeError:
        raise _unfit("is not UTF-8") from None
    except ClientError:
        raise _unfit("is not the span of a run") from None


def _unfit(message: str) -> RefusedError:
    """Return what the API says of such a header."""
    details = [{"field": RUN_HEADER, "message": message}]
    return RefusedError(422, "invalid", f"{RUN_HEADER}: {message}", details=details)


def admit(client: Client) -> None:
    """Ask the API whether a token is valid, whatever it allows. Raises RefusedError: 401, 429 or 503."""
    try:
        client.ask("GET", "/v1/token")
    except UnreachableError as error:
        raise RefusedError(503, "unreachable", str(error), retry_after=RETRY_AFTER) from error
    except ServiceError as error:
        if error.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.TOO_MANY_REQUESTS}:
            raise RefusedError(error.status, error.code, error.message, retry_after=error.retry_after) from error
        raise RefusedError(503, error.code, error.message, retry_after=error.retry_after or RETRY_AFTER) from error
