"""A small HTTP server on loopback that answers as a script says, right or wrong."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: ``body`` as it is sent; it breaks off when ``length`` says more. ``stalls`` never answers at all."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})
    length: int | None = None
    stalls: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it arrived."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Answering:
    """The server: ``replies`` are given in their order, the last one again and again."""

    url: str
    replies: Sequence[Reply]
    asked: list[Asked] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def next(self, asked: Asked) -> Reply:
        """Note a request; return what it is answered with."""
        self.asked.append(asked)
        return self.replies[min(len(self.asked), len(self.replies)) - 1]


def told(value: object, status: int = 200, **headers: str) -> Reply:
    """Answer with JSON; underscores in the names of headers are dashes."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Reply(status, json.dumps(value).encode(), {"Content-Type": "application/json", **named})


def refused(status: int, code: str, message: str = "it is so", **headers: str) -> Reply:
    """Answer with an error of the API."""
    return told({"error": {"code": code, "message": message, "details": []}}, status, **headers)


@contextlib.contextmanager
def answering(*replies: Reply) -> Iterator[Answering]:
    """Run a server on a free port; stop it in the end."""
    state: Answering

    class Handler(BaseHTTPRequestHandler):
        """Gives the replies."""

        def _answer(self) -> None:
            size = int(self.headers.get("Content-Length", 0))
            reply = state.next(Asked(self.command, self.path, dict(self.headers), self.rfile.read(size)))
            if reply.stalls:
                state.over.wait(20)
                return
            self.send_response_only(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body) if reply.length is None else reply.length))
            self.end_headers()
            self.wfile.write(reply.body)

        do_GET = do_POST = do_PATCH = _answer  # noqa: N815 - the names that the base class looks for

        def log_message(self, *args: Any) -> None:  # noqa: ANN401 - as the base class takes them
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state = Answering(f"http://127.0.0.1:{server.server_port}", replies)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield state
    finally:
        state.over.set()
        server.shutdown()
        thread.join()
        server.server_close()
