"""Until when an answer may come: from its first byte to its last, however slowly it drips.

``http.client`` gives each read of a socket a time of its own, and reads a head line by line: whoever sends a byte now
and then, or one interim answer (RFC 9110, section 15.2) after the other, holds it for as long as he likes. Here the
socket's own timeout is cut to what is left before every read, so that no thread has to watch over it.
"""

from __future__ import annotations

import contextlib
import io
import math
import time
from collections.abc import Callable, Iterator
from http.client import HTTPResponse
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import socket

    from _typeshed import WriteableBuffer


class Deadline:
    """When the present question of one thread has to be answered: ``seconds`` after it began.

    ``pause`` is how long the sender may be silent, in seconds. Where ``stopped`` is given, waiting ends soon after that
    is true: it is asked every ``glance`` seconds.
    """

    def __init__(
        self,
        seconds: float,
        pause: float,
        monotonic: Callable[[], float] = time.monotonic,
        *,
        stopped: Callable[[], bool] = lambda: False,
        glance: float = math.inf,
    ) -> None:
        self._seconds = seconds
        self._pause = pause
        self._monotonic = monotonic
        self._stopped = stopped
        self._glance = glance
        self._ends = monotonic()

    def begin(self) -> None:
        """Begin anew."""
        self._ends = self._monotonic() + self._seconds

    @property
    def is_over(self) -> bool:
        """Whether it has passed."""
        return self._monotonic() >= self._ends

    def waits(self) -> Iterator[float]:
        """Yield for how many seconds to wait for one read, one wait after the other, until it takes too long."""
        ends = min(self._ends, self._monotonic() + self._pause)
        while (left := ends - self._monotonic()) > 0 and not self._stopped():
            yield min(left, self._glance)


class _Reads(io.RawIOBase):
    """What comes from a socket, by the deadline. All that a connection reads, it reads through this."""

    def __init__(self, raw: io.RawIOBase, socket: socket.socket, deadline: Deadline) -> None:
        self._raw = raw
        self._socket = socket
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        for wait in self._deadline.waits():
            self._socket.settimeout(wait)
            with contextlib.suppress(TimeoutError):  # past ``raw``, which takes no more reads after one that timed out
                return self._socket.recv_into(buffer)
        raise TimeoutError

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
