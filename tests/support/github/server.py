"""The HTTP server: takes requests exactly as they come, and sends answers, or what a fault makes of them."""

from __future__ import annotations

import contextlib
import select
import socket
import socketserver
import sys
import threading
import traceback
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, Protocol

from requests.structures import CaseInsensitiveDict

from tests.support.github.answer import Answer, Wire, refusal

_LOOK = 0.05
"""Seconds between looks at whether the client, or the server, is gone."""


class Take(Protocol):
    """What is done with a request: it is told method, target, headers and body."""

    def __call__(self, method: str, target: str, headers: CaseInsensitiveDict[str], body: bytes) -> Answer:
        """Return the answer."""
        ...


class Server(socketserver.ThreadingMixIn, HTTPServer):
    """Listens once it is told to (``server_activate``); until then its port refuses connections."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, take: Take, failed: Callable[[str], None]) -> None:
        self.take = take
        self.failed = failed
        self.stopping = threading.Event()
        self._open: set[socket.socket] = set()
        super().__init__(("127.0.0.1", port), Handler, bind_and_activate=False)
        self.server_bind()

    def server_bind(self) -> None:
        """Take the port, without asking for the host's name as the base class does."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[0], self.server_address[1]  # type: ignore[assignment]

    def start(self) -> None:
        """Listen, in a thread."""
        self.server_activate()
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": _LOOK}, daemon=True).start()

    def stop(self) -> None:
        """Stop listening and end every connection."""
        self.stopping.set()
        self.shutdown()
        self.server_close()
        for connection in tuple(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 -- as the base class has it
        """Serve a connection in a thread of its own."""
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:  # noqa: ANN401
        """End a connection."""
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        """Keep what went wrong, but for clients that went away."""
        if not isinstance(sys.exception(), OSError):
            self.failed(traceback.format_exc())


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server_version = "github.com"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = 65536
    server: Server
    raw_requestline: bytes

    def parse_request(self) -> bool:
        """Read the request's head; one that HTTP does not allow is recorded too."""
        if super().parse_request():
            return True
        with contextlib.suppress(Exception):
            line = self.raw_requestline.decode("latin-1").rstrip("\r\n")
            self.server.take("", line, CaseInsensitiveDict(), b"")
        return False

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- as the base class names it
        """Print nothing."""

    def _serve(self) -> None:
        declared = self.headers.get("Content-Length") or ""
        size = int(declared) if declared.isascii() and declared.isdigit() else 0
        body = self.rfile.read(size) if size else b""
        # ``self.path`` is not what was sent: slashes at its beginning are taken together.
        target = self.raw_requestline.decode("latin-1").split(" ")[1]
        try:
            answer = self.server.take(self.command, target, CaseInsensitiveDict(self.headers.items()), body)
        except Exception:  # noqa: BLE001 -- a fault of the stand-in itself must not look like one of GitHub's
            self.server.failed(traceback.format_exc())
            answer = refusal(500, "The stand-in failed")
        self._send(answer)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _serve  # noqa: N815 -- as they are called

    def _send(self, answer: Answer) -> None:
        if answer.wire is Wire.HANG or (answer.pause and answer.wire is Wire.PLAIN and not self._waited(answer.pause)):
            self._waited(None)
            self.close_connection = True
            return
        self.send_response(answer.status)
        if answer.status != 304:
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(answer.body)))
        for name, text in answer.headers.items():
            self.send_header(name, text)
        self.end_headers()
        if self.command != "HEAD":
            self._send_body(answer)
        self.wfile.flush()

    def _send_body(self, answer: Answer) -> None:
        if answer.wire is Wire.CUT:
            self.wfile.write(answer.body[: len(answer.body) // 2])
            self.close_connection = True
        elif answer.wire is Wire.TRICKLE:
            for place in range(len(answer.body)):
                self.wfile.flush()
                if not self._waited(answer.pause):
                    self.close_connection = True
                    return
                self.wfile.write(answer.body[place : place + 1])
        else:
            self.wfile.write(answer.body)

    def _waited(self, seconds: float | None) -> bool:
        """Wait (None: for ever); False when the client went away, or the server stops, before that."""
        left = seconds
        while left is None or left > 0:
            readable, _, _ = select.select([self.connection], [], [], min(_LOOK, left or _LOOK))
            gone = readable and not self.connection.recv(1, socket.MSG_PEEK)
            if gone or self.server.stopping.is_set():
                return False
            if readable:
                self.server.stopping.wait(_LOOK)
            left = None if left is None else left - _LOOK
        return True
