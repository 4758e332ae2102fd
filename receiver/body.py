"""Request bodies: read with a hard bound, and, where a request is refused unread, let through to nowhere.

A server that answers and closes while the client is still sending has its answer lost: the kernel resets the
connection (RFC 9112 §9.6). gunicorn lets 64 KiB through, so the rest is done here, once the answer is out: bounded in
bytes and in time, and in constant memory. What this cannot bound is the number of slow clients; a buffering proxy in
front does that (``deploy/nginx.conf``).
"""

from __future__ import annotations

import contextlib
import functools
import socket
import threading
from collections.abc import Mapping
from http import HTTPStatus
from typing import IO, Any

from flask import Flask, Request, Response, request
from gunicorn.http.errors import ParseException  # type: ignore[import-untyped]
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge

READ_SECONDS = 20.0
"""How long a client may fall silent in the middle of a request before it is taken for gone."""

PIECE = 64 * 1024
"""Bytes that are read at once; also what gunicorn itself lets through."""

DRAIN_BYTES = 64 * 1024 * 1024
DRAIN_SECONDS = 2.0
"""How much, and for how long, is let through after a refusal."""

_READ = "whichrun.body_read"


def install(app: Flask) -> None:
    """Bound the time that reading any request's body takes, and let refused bodies through."""
    app.before_request(_limit_silence)
    app.after_request(_let_through)


def refuse_larger(request: Request, *, limit: int) -> None:
    """Raise RequestEntityTooLarge when the headers declare more than ``limit`` bytes."""
    if request.content_length is not None and request.content_length > limit:
        raise _too_large(limit)


def read(request: Request, *, limit: int) -> bytes:
    """Read a body of at most ``limit`` bytes, however it is framed.

    Raises RequestEntityTooLarge as soon as more has come in, ClientDisconnected when the client breaks off, stalls,
    or frames it wrongly.
    """
    stream: IO[bytes] = request.environ["wsgi.input"]
    pieces = []
    left = limit
    try:
        while piece := stream.read(min(PIECE, left + 1)):
            left -= len(piece)
            if left < 0:
                raise _too_large(limit)
            pieces.append(piece)
    except (OSError, ParseException) as error:
        raise ClientDisconnected("the body ended early, or is not framed as its headers say") from error
    request.environ[_READ] = True
    return b"".join(pieces)


def drain(environ: Mapping[str, Any]) -> None:
    """Read on and forget, so that a client that is still sending gets to read its answer.

    The timer ends a read that waits for a silent client: nothing else could, since gunicorn reads until it holds a
    whole piece.
    """
    connection: socket.socket = environ["gunicorn.socket"]
    timer = threading.Timer(DRAIN_SECONDS, _hang_up, (connection,))
    timer.daemon = True
    timer.start()
    left = DRAIN_BYTES
    with contextlib.suppress(OSError, ParseException):
        while left > 0 and (piece := environ["wsgi.input"].read(PIECE)):
            left -= len(piece)
    timer.cancel()


def _limit_silence() -> None:
    """Set the socket's time limit: gunicorn has none, and each of its few threads waits for one client."""
    connection: socket.socket | None = request.environ.get("gunicorn.socket")
    if connection is not None:
        connection.settimeout(READ_SECONDS)


def _let_through(response: Response) -> Response:
    """Drain after an error that left a long body, or one of unknown length, unread."""
    length = request.content_length
    if request.environ.get("HTTP_TRANSFER_ENCODING") is not None:
        length = DRAIN_BYTES
    unread = length is not None and length > PIECE and not request.environ.get(_READ)
    if unread and response.status_code >= HTTPStatus.BAD_REQUEST and "gunicorn.socket" in request.environ:
        response.call_on_close(functools.partial(drain, request.environ))
    return response


def _hang_up(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RD)


def _too_large(limit: int) -> RequestEntityTooLarge:
    return RequestEntityTooLarge(f"the body is larger than {limit} bytes")
