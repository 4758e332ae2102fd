"""Clients that stall, and clients that send much: what a slow network looks like, or somebody who means harm."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.inbox import headers
from tests.support.nginx import NAME
from tests.support.processes import descendants
from tests.support.service import WEBHOOK_SECRET

LARGEST = 25 * 1024 * 1024
"""Bytes that a delivery may have."""
_SENDERS = 8
_PIECE = 1024 * 1024
_PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Door:
    """Where to connect: a port of this machine, and whom to trust where it speaks TLS."""

    port: int
    trusted: ssl.SSLContext | None = None

    def open(self, *, small_window: bool = False) -> socket.socket:
        """Connect; with a small window the other side can hardly send before this one reads."""
        plain = socket.socket()
        if small_window:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        plain.settimeout(_PATIENCE)
        plain.connect(("127.0.0.1", self.port))
        return plain if self.trusted is None else self.trusted.wrap_socket(plain, server_hostname=NAME)


def request(body: bytes, *, guid: str, event: str = "star", length: int | None = None) -> bytes:
    """Write a whole delivery, signed; ``length`` is what it declares of its body."""
    fields = headers(body, WEBHOOK_SECRET, x_github_delivery=guid, x_github_event=event)
    lines = [f"{name}: {value}" for name, value in fields.items()]
    length = len(body) if length is None else length
    head = ["POST /webhooks/github HTTP/1.1", f"Host: {NAME}", f"Content-Length: {length}", *lines, "", ""]
    return "\r\n".join(head).encode() + body


def answer(connection: socket.socket) -> int:
    """Read the status of an answer; 0 when the connection ended without one."""
    with contextlib.suppress(OSError):
        line = connection.recv(4096).split(b"\r\n")[0].split()
        return int(line[1]) if len(line) > 1 else 0
    return 0


def deliver(door: Door, body: bytes, *, guid: str) -> tuple[int, float]:
    """Send one delivery over a connection of its own; return its status, and how many seconds it took."""
    begun = time.monotonic()
    with door.open() as connection:
        with contextlib.suppress(OSError):  # refused while it is being sent: the answer says why
            connection.sendall(request(body, guid=guid))
        return answer(connection), time.monotonic() - begun


@contextlib.contextmanager
def stalling(door: Door, count: int) -> Iterator[list[socket.socket]]:
    """Hold so many connections that stall: after half of the headers, half of the body, or before the answer."""
    sent = request(b"{}" + b" " * 2000, guid="stalled")
    head = sent.index(b"\r\n\r\n") + 4
    halves = (sent[: head // 2], sent[: head + 1000])
    asked = b"GET /openapi.json HTTP/1.1\r\nHost: " + NAME.encode() + b"\r\n\r\n"

    def stall(index: int) -> socket.socket:
        reads = index % 3 == 2
        connection = door.open(small_window=reads)
        connection.sendall(asked if reads else halves[index % 3])
        return connection

    with contextlib.ExitStack() as stack, ThreadPoolExecutor(_SENDERS) as pool:
        yield [stack.enter_context(connection) for connection in pool.map(stall, range(count))]


def is_open(connection: socket.socket) -> bool:
    """Whether the other side still waits: it has neither answered nor closed the connection."""
    connection.settimeout(0)
    try:
        return bool(connection.recv(1))
    except (BlockingIOError, ssl.SSLWantReadError):
        return True
    except OSError:
        return False


@dataclass
class Watched:
    """How much memory a process and all that it started have had at most, in MiB; what they share counts once."""

    before: float
    most: float = field(init=False)

    def __post_init__(self) -> None:
        """Begin with what it was."""
        self.most = self.before

    @property
    def growth(self) -> float:
        """Return by how much it grew."""
        return self.most - self.before


@contextlib.contextmanager
def memory_watched(pid: int) -> Iterator[Watched]:
    """Look at the memory of a process's tree, again and again, while something happens."""
    watched = Watched(memory(pid))
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(0.02):
            watched.most = max(watched.most, memory(pid))

    looker = threading.Thread(target=look)
    looker.start()
    try:
        yield watched
    finally:
        ended.set()
        looker.join()


def memory(pid: int) -> float:
    """Return the memory of a process and all that it started, in MiB (PSS: what they share counts once)."""
    return sum(map(_pss, [pid, *descendants(pid)])) / 1024


def _pss(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def all_at_once(send: Callable[[int], int], count: int) -> list[int]:
    """Do something so many times at once; return what came of each."""
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(send, range(count)))


def largest(number: int) -> bytes:
    """Write a body as large as a delivery may be, none like another."""
    start = b'{"number":%d,"zen":"' % number
    return start + b"x" * (LARGEST - len(start) - 2) + b'"}'
