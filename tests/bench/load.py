"""Sends deliveries over some connections as fast as they are answered, and says how long each took.

The requests are made before the clock starts, and go over plain sockets: on the same two cores a client library
would cost more than the bare service does, and so hide what is compared. Two processes share the connections; each
waits for all of its own at once. A connection is kept as long as the server keeps it; a new one counts into the time.
"""

from __future__ import annotations

import multiprocessing
import selectors
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from tests.bench import deliveries
from tests.bench.figure import percentile

PROCESSES = 2
CONNECTIONS = 16


@dataclass(frozen=True, slots=True)
class Load:
    """What came of some deliveries: how many a second, from when, and the seconds that each took."""

    rate: float
    begun: float
    seconds: Sequence[float]

    def percentile(self, percent: int) -> float:
        """Return a percentile of the times, in seconds."""
        return percentile(self.seconds, percent)


Address: TypeAlias = tuple[str, int]


def drive(to: int | Sequence[Address], indices: range, *, repositories: int = 1) -> Load:
    """Send deliveries to a port of this machine, or to several addresses in turn, about one or more repositories.

    Raises RuntimeError when one is not answered with 202.
    """
    addresses = [("127.0.0.1", to)] if isinstance(to, int) else to
    parts = [(addresses, indices[part::PROCESSES], repositories) for part in range(PROCESSES)]
    with multiprocessing.get_context("fork").Pool(PROCESSES) as pool:
        times = pool.starmap(_run, parts, chunksize=1)
    begun, ended = min(one[0] for one in times), max(one[1] for one in times)
    return Load(len(indices) / (ended - begun), begun, [seconds for one in times for seconds in one[2]])


def _run(addresses: Sequence[Address], indices: range, repositories: int) -> tuple[float, float, list[float]]:
    """Send some; return begin and end on the monotonic clock, which all processes share, and the seconds of each."""
    waiting = iter([deliveries.request(index, repositories=repositories) for index in indices])
    seconds: list[float] = []
    begun = time.monotonic()
    with selectors.DefaultSelector() as selector:
        for number in range(CONNECTIONS // PROCESSES):
            _Connection(addresses[number % len(addresses)], selector).send_next(waiting)
        while selector.get_map():
            for key, _ in selector.select():
                connection: _Connection = key.data
                if connection.has_answer():
                    seconds.append(time.monotonic() - connection.begun)
                    connection.send_next(waiting)
    return begun, time.monotonic(), seconds


class _Connection:
    """One connection, with one request under way at a time."""

    def __init__(self, address: Address, selector: selectors.BaseSelector) -> None:
        self._address = address
        self._selector = selector
        self._socket: socket.socket | None = None
        self._answer = b""
        self.begun = 0.0

    def send_next(self, waiting: Iterator[bytes]) -> None:
        """Send the next request, or end when there is none."""
        request = next(waiting, None)
        if request is None:
            self._close()
            return
        self.begun = time.monotonic()
        if self._socket is None:
            self._socket = socket.create_connection(self._address, timeout=30)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._selector.register(self._socket, selectors.EVENT_READ, self)
        self._socket.sendall(request)

    def has_answer(self) -> bool:
        """Read what is there; say whether the answer is complete."""
        assert self._socket is not None
        data = self._socket.recv(65_536)
        self._answer += data
        head, found, content = self._answer.partition(b"\r\n\r\n")
        lines = head.lower().split(b"\r\n")
        lengths = [int(line.partition(b":")[2]) for line in lines if line.startswith(b"content-length:")]
        if not data and not (found and lengths):
            raise RuntimeError("the server closed a connection instead of answering")
        if not found or len(content) < lengths[0]:
            return False
        if lines[0].split()[1] != b"202":
            raise RuntimeError(self._answer.decode(errors="replace"))
        self._answer = b""
        if b"connection: close" in lines:
            self._close()
        return True

    def _close(self) -> None:
        if self._socket is not None:
            self._selector.unregister(self._socket)
            self._socket.close()
            self._socket = None
