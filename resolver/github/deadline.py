"""Until when an answer may come: from its first byte to its last, however slowly it drips.

``http.client`` gives each read of a socket a time of its own, and reads a head line by line: whoever sends a byte now
and then, or one interim answer (RFC 9110, section 15.2) after the other, holds it for as long as he likes. Here the
socket's own timeout is cut to what is left before every read, so that no thread has to watch over it.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from http.client import HTTPResponse
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import socket

    from _typeshed import WriteableBuffer


class Deadline:
    """When the present question of one thread has to be answered: ``seconds`` after it began.

    ``pause`` is how long the sender may be silent, in seconds.
    """

    def __init__(self, seconds: float, pause: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._pause = pause
        self._monotonic = monotonic
        self._ends = monotonic()

    def begin(self) -> None:
        """Begin anew."""
        self._ends = self._monotonic() + self._seconds

    @property
    def is_over(self) -> bool:
        """Whether it has passed."""
        return self._monotonic() >= self._ends

    def patience(self) -> float:
        """Return how long one read may take. Raises TimeoutError when it has passed."""
        left = self._ends - self._monotonic()
        if left <= 0:
            raise TimeoutError
        return min(self._pause, left)


class _Reads(io.RawIOBase):
    """What comes from a socket, by the deadline. All that a connection reads, it reads through this."""

    def __init__(self, raw: io.RawIOBase, socket: socket.socket, deadline: Deadline) -> None:
        self._raw = raw
        self._socket = socket
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int | None:
        self._socket.settimeout(self._deadline.patience())
        return self._raw.readinto(buffer)

    def close(self) -> None:
        try:
            self._raw.close()
        finally:
            super().close()


def hurried(deadline: Deadline) -> type[HTTPResponse]:
    """Return the class of a connection's answers (``response_class``) that keeps a deadline.

    A proxy's answer to CONNECT is one of them. Reading raises TimeoutError.
    """

    class Hurried(HTTPResponse):
        def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 -- as the base class takes them
            super().__init__(sock, *args, **kwargs)
            self.fp = io.BufferedReader(_Reads(self.fp.detach(), sock, deadline))

    return Hurried
