"""An agent runner that is notified: it answers by a script, and keeps what it got."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from standardwebhooks import Webhook

SECRET = "whsec_dGhlIHNlY3JldCBvZiB0aGUgbm90aWZpY2F0aW9ucw=="
OLD_SECRET = "whsec_dGhlIHNlY3JldCB0aGF0IHdhcyB1c2VkIGJlZm9yZQ=="

Handler: TypeAlias = http.server.BaseHTTPRequestHandler
Answer: TypeAlias = "int | tuple[int, dict[str, str]] | Callable[[Handler], None]"


@dataclass(frozen=True, slots=True)
class Got:
    """One request, as it came; the names of headers are in lower case."""

    path: str
    headers: dict[str, str]
    body: bytes
    method: str = "POST"

    @property
    def id(self) -> str:
        """The notification's name."""
        return self.headers["webhook-id"]

    @property
    def document(self) -> dict[str, Any]:
        """What it says."""
        return dict(json.loads(self.body))

    def verified(self, secret: str = SECRET) -> dict[str, Any]:
        """Return what it says, as the specification's own receiver takes it: signed, and now."""
        return dict(Webhook(secret).verify(self.body, self.headers))


@dataclass
class Runner:
    """Answers with what ``script`` holds, one after the other, and then with ``otherwise``."""

    url: str = ""
    script: list[Answer] = field(default_factory=list)
    otherwise: Answer = 204
    got: list[Got] = field(default_factory=list)
    gone: threading.Event = field(default_factory=threading.Event)
    """Set in the end, so that no answer hangs for longer."""

    @property
    def ids(self) -> list[str]:
        """The names of the notifications, in the order in which they came."""
        return [one.id for one in self.got]

    @property
    def types(self) -> list[str]:
        """What the notifications are, likewise."""
        return [one.document["type"] for one in self.got]

    def take(self, handler: Handler) -> None:
        """Keep a request, and answer it."""
        body = handler.rfile.read(int(handler.headers["content-length"]))
        named = {name.lower(): value for name, value in handler.headers.items()}
        answer = self.script.pop(0) if self.script else self.otherwise
        self.got.append(Got(handler.path, named, body, handler.command))
        if callable(answer):
            answer(handler)
            return
        status, headers = (answer, {}) if isinstance(answer, int) else answer
        handler.send_response(status)
        for name, value in ({"content-length": "0"} | headers).items():
            handler.send_header(name, value)
        handler.end_headers()

    def hang(self, handler: Handler) -> None:
        """Answer nothing, for as long as the runner is there."""
        self.gone.wait(60)
        handler.close_connection = True

    def dribble_head(self, handler: Handler) -> None:
        """Answer a byte now and then, and never get to the end of the first line."""
        handler.wfile.write(b"HTTP/1.1 200 ")
        self._dribble(handler)

    def dribble_body(self, handler: Handler) -> None:
        """Answer 200, with a body that never ends and comes in single bytes."""
        handler.send_response(200)
        handler.end_headers()
        self._dribble(handler)

    def huge(self, handler: Handler) -> None:
        """Answer 200, with far more than anybody reads."""
        handler.send_response(200)
        handler.end_headers()
        with suppress(OSError):
            while not self.gone.is_set():
                handler.wfile.write(b"x" * 2**16)

    def _dribble(self, handler: Handler) -> None:
        with suppress(OSError):
            while not self.gone.wait(0.05):
                handler.wfile.write(b"x")
                handler.wfile.flush()


@contextmanager
def runner(port: int = 0) -> Iterator[Runner]:
    """Run one on the loopback; a path and a query may be added to its ``url``."""
    one = Runner()

    class Takes(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            one.take(self)

        def do_PATCH(self) -> None:
            one.take(self)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- as the base class names it
            """Keep quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Takes)
    server.daemon_threads = True
    one.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield one
    finally:
        one.gone.set()
        server.shutdown()
        thread.join()
        server.server_close()
