"""gunicorn's worker with threads, in which no thread waits for a client that has not sent its request yet.

The worker's loop reads what comes on all connections (``receiver.arriving``). A whole request gets a thread, as in
gunicorn; a whole webhook delivery goes to the one thread that takes deliveries in together (``receiver.batches``). So
any number of slow clients, up to gunicorn's ``worker_connections``, hold up nobody.

It also answers what never reaches the application in the one shape of errors (SPEC §3). A request line that is none,
a Content-Length that is no number, headers that are too long: gunicorn refuses these by itself, in HTML. It offers no
setting for that, and its workers decide on status and answer in one method; but all of them write the answer with one
function of its, looked up at each call. That function is replaced here, in our own worker processes alone.
``tests/e2e/test_large_bodies.py`` shows what a client gets to see.
"""

from __future__ import annotations

import contextlib
import selectors
import signal
import socket
import threading
import time
from collections.abc import Sequence
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from gunicorn import util  # type: ignore[import-untyped]
from gunicorn.workers.gthread import (  # type: ignore[import-untyped]
    STOP_KEEPALIVE_LINGER,
    TConn,
    ThreadWorker,
)

from receiver import garbage, written
from receiver.arriving import Arriving, State
from receiver.streams import WAITERS

if TYPE_CHECKING:
    from receiver.batches import Batches, Waiting

PIECE = 256 * 1024
"""Bytes that are read at once."""
ARRIVE_SECONDS = 30.0
"""How long a request may take to arrive. A proxy in front sends whole ones; GitHub gives up after ten."""
MOST_ARRIVING = 32 * 1024 * 1024
"""Bytes of unfinished requests that a process keeps; beyond that, a thread reads on."""


class JsonThreadWorker(ThreadWorker):  # type: ignore[misc]
    """The worker with threads, with whole requests for them, and with errors in JSON."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 -- gunicorn's own
        super().__init__(*args, **kwargs)
        self._arriving: dict[TConn, Arriving] = {}
        """Connections on which a request arrives, by when it has to be there."""
        self._bytes = 0
        self._batches: Batches | None = None

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
            waiters = application.extensions.get(WAITERS)
            if waiters is not None:  # a set-up has none
                waiters.closing = True
        super().handle_exit(sig, frame)

    def init_process(self) -> None:
        """Start working, after the fork."""
        util.write_error = write_error
        super().init_process()

    def run(self) -> None:
        """Answer requests until the end."""
        from receiver import current  # noqa: PLC0415 - the master, which imports this module, carries no application
        from receiver.batches import Batches  # noqa: PLC0415 - as above

        later = self.method_queue.defer
        batches = Batches(
            current.services_of(self.wsgi),
            answered=partial(later, self._go_on),
            refused=partial(later, self._refuse),
            lasts=lambda: bool(self.alive),
        )
        garbage.look_seldom()
        thread = threading.Thread(target=batches.run, name="deliveries")
        thread.start()
        self._batches = batches
        try:
            super().run()
        finally:
            batches.end()
            thread.join()

    # Requests that arrive

    def accept(self, listener: socket.socket) -> None:
        """Take a new connection, and wait for its request."""
        try:
            client, address = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):  # another process was faster, or the client gave up
            return
        self.nr_conns += 1
        self._await(TConn(self.cfg, client, address, listener.getsockname()), Arriving())

    def on_client_socket_readable(self, conn: TConn, client: socket.socket) -> None:
        """Read the next request on a connection that was kept."""
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self._await(conn, Arriving())

    def murder_pending(self) -> None:
        """Close connections whose request did not arrive in time."""
        now = time.monotonic()
        while (first := next(iter(self._arriving.items()), None)) is not None:
            conn, arriving = first
            if conn.timeout > now:
                return
            self._arrived(conn)
            if arriving:
                with contextlib.suppress(OSError):
                    write_error(conn.sock, HTTPStatus.REQUEST_TIMEOUT, "Request Timeout", "")
            self._drop(conn)

    def _cap_keepalive(self, deadline: float) -> None:
        """Have connections on which nothing was sent closed by a time: the worker is about to end."""
        super()._cap_keepalive(deadline)
        silent = {conn: arriving for conn, arriving in self._arriving.items() if not arriving}
        for conn in silent:
            conn.timeout = min(conn.timeout, deadline)
        self._arriving = silent | self._arriving  # the first that are due come first

    def _await(self, conn: TConn, arriving: Arriving) -> None:
        """Wait for a request, of which some bytes may have come already."""
        conn.timeout = time.monotonic() + ARRIVE_SECONDS
        conn.sock.setblocking(False)  # noqa: FBT003 -- the library's own
        self._arriving[conn] = arriving
        self._bytes += len(arriving)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._read, conn))
        if arriving:
            self._look(conn, arriving)

    def _read(self, conn: TConn, client: socket.socket) -> None:
        arriving = self._arriving[conn]
        try:
            data = client.recv(PIECE)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:  # the client has gone, or sends no more: what there is, is not whole
            self._arrived(conn)
            if arriving:
                self._hand_over(conn, arriving.all())
            else:
                self._drop(conn)
            return
        self._bytes += len(data)
        arriving.add(data)
        self._look(conn, arriving)

    def _look(self, conn: TConn, arriving: Arriving) -> None:
        """Send a request on its way, once it is whole or cannot be kept here."""
        if arriving.state is State.PART and self._bytes <= MOST_ARRIVING:
            return
        self._arrived(conn)
        if arriving.state is State.WHOLE and self._batches is not None and arriving.is_delivery:
            self._batches.put(conn, arriving)
        else:
            self._hand_over(conn, arriving.all())

    def _arrived(self, conn: TConn) -> None:
        """Stop waiting for a connection's request."""
        self._bytes -= len(self._arriving.pop(conn))
        self.poller.unregister(conn.sock)

    def _drop(self, conn: TConn) -> None:
        self.nr_conns -= 1
        conn.close()

    # Requests that arrived

    def _hand_over(self, conn: TConn, data: bytes) -> None:
        """Give a request to a thread, which reads on where it is not whole."""
        conn.data_ready = True
        conn.init()
        conn.parser.unreader.unread(data)
        self.enqueue_req(conn)

    def _refuse(self, refused: Sequence[Waiting]) -> None:
        """Give deliveries that deserve another answer to threads."""
        for one in refused:
            self._hand_over(one.connection, one.arriving.all())

    def _go_on(self, answered: Sequence[Waiting]) -> None:
        """Wait for the next requests on the connections of deliveries that were answered."""
        for one in answered:
            conn, rest = one.connection, one.arriving.rest()
            if not one.keep:
                self._drop(conn)
            elif rest:
                self._await(conn, Arriving(rest))
            else:
                self._keep(conn)

    def _keep(self, conn: TConn) -> None:
        """Keep a connection for its next request, as gunicorn does after an answer."""
        conn.set_timeout()
        if not self.alive:
            conn.timeout = min(conn.timeout, time.monotonic() + STOP_KEEPALIVE_LINGER)
        self.keepalived_conns.append(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.on_client_socket_readable, conn))


def write_error(connection: socket.socket, status: int, reason: str, message: str) -> None:
    """Write a whole answer. gunicorn's ``message`` quotes the request, which may hold a secret: it is left out."""
    from receiver.problems import code_of  # noqa: PLC0415 - the master, which imports this module, carries no Flask

    del message
    said = f"the request is not HTTP as this service takes it: {reason}"
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        said = "the service failed; its log says why"
    if status == HTTPStatus.REQUEST_TIMEOUT:
        said = "the request did not arrive in time"
    util.write_nonblock(
        connection, written.answer(HTTPStatus(status), written.problem(code_of(status), said), keep=False)
    )
