"""gunicorn's worker, which answers what never reaches the application in the one shape of errors too (SPEC §3).

A request line that is none, a Content-Length that is no number, headers that are too long: gunicorn refuses these by
itself, in HTML. It offers no setting for that, and its workers decide on status and answer in one method; but all of
them write the answer with one function of its, looked up at each call. That function is replaced here, in our own
worker processes alone. ``tests/e2e/test_large_bodies.py`` shows what a client gets to see.
"""

from __future__ import annotations

import json
import signal
import socket
from http import HTTPStatus

from gunicorn import util  # type: ignore[import-untyped]
from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]

from receiver.streams import WAITERS


class JsonThreadWorker(ThreadWorker):  # type: ignore[misc]
    """The worker with threads, and with errors in JSON."""

    def init_signals(self) -> None:
        """Leave Ctrl-C, which a terminal sends to all processes, to the master: gunicorn would drop requests.

        It is blocked meanwhile, so that none that comes while the worker starts finds gunicorn's own handler.
        """
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        super().init_signals()
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})

    def handle_exit(self, sig: int, frame: object) -> None:
        """Begin to end: whoever follows changes is to come again, to another process.

        A worker that is told so while it starts has no application yet, and may be in the middle of its imports.
        """
        application = getattr(self, "wsgi", None)
        if application is not None:
            application.extensions[WAITERS].closing = True
        super().handle_exit(sig, frame)

    def init_process(self) -> None:
        """Start working, after the fork."""
        util.write_error = write_error
        super().init_process()


def write_error(connection: socket.socket, status: int, reason: str, message: str) -> None:
    """Write a whole answer. gunicorn's ``message`` quotes the request, which may hold a secret: it is left out."""
    from receiver.problems import code_of  # noqa: PLC0415 - the master, which imports this module, carries no Flask

    del message
    said = f"the request is not HTTP as this service takes it: {reason}"
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        said = "the service failed; its log says why"
    document = json.dumps({"error": {"code": code_of(status), "message": said, "details": []}}) + "\n"
    lines = (
        f"HTTP/1.1 {status} {reason}",
        "Connection: close",
        "Content-Type: application/json",
        "X-Content-Type-Options: nosniff",
        f"Content-Length: {len(document)}",
        "",
        document,
    )
    util.write_nonblock(connection, "\r\n".join(lines).encode("ascii", "replace"))
