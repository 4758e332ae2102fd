"""The network: one request over ``requests``, to exactly one URL, held to a deadline and a size.

The status and ``Retry-After`` are used of an answer, and the begin of its body where the receiver's kind says why it
took only a part. Redirects are not followed: a notification goes where
the operator said. A connection serves one request: notifications are rare, and one that a receiver closed while it
lay idle would look like a failure.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import requests
import urllib3

from resolver.github.adapter import DeadlineAdapter
from resolver.github.deadline import Deadline

CONNECT_SECONDS = 5.0
"""For each of a host's addresses, and for the TLS handshake."""
ANSWER_SECONDS = 15.0
"""For the whole exchange, from its begin to the last byte of the answer that is read."""
MOST_READ = 2**16
"""Bytes of an answer that are read before the connection is dropped: so receivers mostly get to the end of it."""
GLANCE_SECONDS = 0.2
"""How long it takes to notice that the worker is to stop."""

_CHUNK = 2**13
_LONGEST_WISH = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: ``status`` is None when nothing did. ``said`` is a clause for people, which holds no URL."""

    status: int | None
    said: str
    retry_after: timedelta | None = None
    body: bytes = field(default=b"", repr=False, compare=False)
    """As much of it as was read."""
    refused: str | None = None
    """Why what it took counts for nothing, for people: it said so in the body."""

    @property
    def taken(self) -> bool:
        """Whether what was sent is with the receiver."""
        return self.status is not None and HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent. ``instead`` is sent too when the answer is 409: it changes what is there already."""

    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    method: str = "POST"
    instead: Request | None = None


@dataclass(frozen=True, slots=True)
class Network:
    """How the network is used: ``proxies`` by scheme, ``certificates`` a file of authorities that vouch for hosts.

    ``seconds`` is the time that an exchange may take.
    """

    proxies: Mapping[str, str] = field(default_factory=dict, repr=False)
    certificates: str | None = None
    seconds: float = ANSWER_SECONDS


class Poster:
    """Sends requests, from one thread at a time."""

    def __init__(self, network: Network, *, clock: Callable[[], datetime], stopped: Callable[[], bool]) -> None:
        """Send nothing yet. Once ``stopped`` is true an exchange ends as if no answer had come."""
        self._network = network
        self._clock = clock
        self._deadline = Deadline(network.seconds, network.seconds, stopped=stopped, glance=GLANCE_SECONDS)
        self._adapter = DeadlineAdapter(self._deadline)

    def send(self, request: Request) -> Reply:
        """Send, and return what came of it; raises nothing that the network or the receiver is to blame for."""
        self._deadline.begin()
        try:
            return self._exchange(request)
        except requests.exceptions.SSLError:
            return Reply(None, "its certificate does not hold")
        except (requests.Timeout, urllib3.exceptions.TimeoutError, TimeoutError):
            return Reply(None, "it did not answer in time")
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError):
            # A proxy that is too slow is told as one that fails.
            over = self._deadline.is_over
            return Reply(None, "it did not answer in time" if over else "it is out of reach: the connection failed")

    def close(self) -> None:
        """Let go of what it holds."""
        self._adapter.close()

    def _exchange(self, request: Request) -> Reply:
        # Prepared and sent without a session: that would add a ``.netrc``'s password, and read a redirect to its end.
        headers = {**request.headers, "connection": "close"}
        prepared = requests.Request(request.method, request.url, headers=headers, data=request.body).prepare()
        answer = self._adapter.send(
            prepared,
            stream=True,
            timeout=(CONNECT_SECONDS, self._network.seconds),
            verify=self._network.certificates or True,
            proxies=dict(self._network.proxies),
        )
        try:
            body = self._read(answer.raw)
        finally:
            answer.close()
        status = answer.status_code
        wish = _wish(answer.headers.get("retry-after"), self._clock())
        return Reply(status, f"it answered {status}", wish, body)

    def _read(self, raw: urllib3.BaseHTTPResponse) -> bytes:
        """Read what comes of the body, as it comes, up to a bound. The status stands, whatever becomes of the rest."""
        read = bytearray()
        with contextlib.suppress(urllib3.exceptions.HTTPError, OSError):
            while len(read) < MOST_READ and not self._deadline.is_over and (chunk := raw.read1(_CHUNK)):
                read += chunk
        return bytes(read)


def _wish(text: str | None, now: datetime) -> timedelta | None:
    """Read ``Retry-After`` (RFC 9110, section 10.2.3), seconds or a date; None for none, and for what is neither."""
    if text is None:
        return None
    if text.isascii() and text.isdigit():
        return timedelta(seconds=min(int(text[:9]), math.floor(_LONGEST_WISH.total_seconds())))
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return min((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now, _LONGEST_WISH)
