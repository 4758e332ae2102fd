"""Requests on their way in: the bytes of one connection, until a request is whole.

A thread that reads waits for its client, and there are few of them. So a worker's loop reads what has come and keeps it
here; a request gets a thread once all of it is there. What cannot be told to be whole this way, or is too large to be
kept beside others, gets a thread at once, which reads the rest. This only finds where a request ends (RFC 9112 §6);
what it says is for gunicorn's parser.
"""

from __future__ import annotations

import enum
import re

MOST_KEPT = 1024 * 1024
"""Bytes of a request that are kept here; a larger one is read by a thread."""
LONGEST_HEAD = 64 * 1024
"""Bytes of a head that are looked through for its end; of a longer one gunicorn says what is wrong with it."""

DELIVERY = b"POST /webhooks/github HTTP/1.1\r\n"
"""How a delivery begins."""

_END = b"\r\n\r\n"
_FRAMING = re.compile(rb"\r\n(content-length|transfer-encoding|expect|upgrade)[ \t]*:[ \t]*([^\r\n]*)", re.IGNORECASE)
_LENGTH = re.compile(rb"([0-9]{1,7})[ \t]*")


class State(enum.Enum):
    """What can be said of the bytes so far."""

    PART = enum.auto()
    """More has to come."""
    WHOLE = enum.auto()
    """A request is there, and perhaps something behind it."""
    ELSEWHERE = enum.auto()
    """Whoever takes the bytes has to read on by himself."""


class Arriving:
    """The bytes of a request so far."""

    def __init__(self, data: bytes = b"") -> None:
        """Begin with what has come already."""
        self._data = bytearray(data)
        self._looked = 0
        self.body_length = 0
        """Bytes, as far as the head says; once that is there."""
        self._end: int | None = None
        self.state = State.PART
        if data:
            self._look()

    def __len__(self) -> int:
        """How many bytes there are."""
        return len(self._data)

    def add(self, data: bytes) -> None:
        """Take more bytes."""
        self._data += data
        if self.state is State.PART:
            self._look()

    @property
    def is_delivery(self) -> bool:
        """Whether a whole request is a delivery, by its first line."""
        return self.state is State.WHOLE and self._data.startswith(DELIVERY)

    def request(self) -> bytes:
        """Return the bytes of the request; it has to be whole."""
        return bytes(self._data[: self._end])

    def rest(self) -> bytes:
        """Return the bytes behind the request; it has to be whole."""
        return bytes(self._data[self._end :])

    def all(self) -> bytes:
        """Return every byte."""
        return bytes(self._data)

    def _look(self) -> None:
        if self._end is None:
            head = self._data.find(_END, max(0, self._looked - len(_END)))
            if head < 0:
                self._looked = len(self._data)
                self.state = State.ELSEWHERE if len(self._data) > LONGEST_HEAD else State.PART
                return
            length = _length(bytes(self._data[: head + 2]))
            if length is None or head + len(_END) + length > MOST_KEPT:
                self.state = State.ELSEWHERE
                return
            self._end = head + len(_END) + length
            self.body_length = length
        if len(self._data) >= self._end:
            self.state = State.WHOLE


def _length(head: bytes) -> int | None:
    """Return how long the body is that a head announces; None where that is not one plain number, or more is asked."""
    fields = _FRAMING.findall(head)
    if not fields:
        return 0
    match = _LENGTH.fullmatch(fields[0][1])
    if len(fields) > 1 or fields[0][0].lower() != b"content-length" or match is None:
        return None
    return int(match[1])
