"""Clients that deliver while things go wrong, and remember what they were promised.

A 202 is a promise; anything else is none, and the delivery is sent again, as GitHub's *Redeliver* does. No delivery is
sent again once it was acknowledged: if it is gone then, it is lost.
"""

from __future__ import annotations

import contextlib
import http.client
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeAlias

from tests.support.builders import Delivery
from tests.support.service import WEBHOOK_SECRET, until
from tests.torture.told import told

Teller: TypeAlias = Callable[[int], Delivery]
ANSWER_SECONDS = 60.0
"""How long a client waits for an answer: longer than the service may take for one."""
AFTER_TROUBLE = 0.05
SOON = 0.005
PATIENCE = 120.0
"""Seconds to wait for anything that is promised without a time: other work may keep the machine busy."""
SLOWEST_RATE = 50.0
"""Deliveries in a second."""


@dataclass
class Load:
    """Sends what is numbered from 0 on, up to ``most``, to a port of the loopback (or of ``host``)."""

    port: int
    most: int = 1_000_000_000
    clients: int = 4
    pause: float = 0.0
    """Seconds that each client rests between two deliveries."""
    host: str = "127.0.0.1"
    teller: Teller = told
    acknowledged: set[int] = field(default_factory=set)
    answers: Counter[int] = field(default_factory=Counter)
    """How often each status was answered; 0 is no answer at all."""
    unsaid: list[str] = field(default_factory=list)
    """Answers of 503 without ``Retry-After``, and answers that nobody promised."""
    slowest: float = 0.0
    """Seconds that the slowest answer took."""
    _allowed: int | None = None
    _next: int = 0
    _again: deque[int] = field(default_factory=deque)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _stop: threading.Event = field(default_factory=threading.Event)

    @property
    def sent(self) -> int:
        """How many different deliveries were sent."""
        return self._next

    @contextmanager
    def running(self) -> Iterator[None]:
        """Send from several clients at once; those that have begun end in the end."""
        self._stop.clear()
        clients = [threading.Thread(target=self._send_on) for _ in range(self.clients)]
        for client in clients:
            client.start()
        try:
            yield
        finally:
            self._stop.set()
            for client in clients:
                client.join()

    def finish(self, patience: float = 60.0) -> None:
        """Send what was not acknowledged until it is. Raises AssertionError when that does not come about in time."""
        deadline = time.monotonic() + patience
        while self._again:
            assert time.monotonic() < deadline, f"never acknowledged: {sorted(self._again)[:10]}; {self.answers}"
            number = self._again.popleft()
            if not self._send(number):
                time.sleep(AFTER_TROUBLE)

    def allow(self, more: int) -> None:
        """From the first call on, send no more than what was allowed by all calls: what is refused comes again.

        So some are left for the trouble that is to come, however fast the service is.
        """
        self._allowed = (self._allowed or 0) + more

    def shared(self, troubles: int) -> int:
        """Return the share of one of so many troubles, and allow two: one to wait for, and one to be under way."""
        share = self.most // (2 * troubles + 2)
        self.allow(2 * share)
        return share

    def wait_but(self, share: int) -> None:
        """Wait until all that is allowed is acknowledged but for a share, which may be under way."""
        wanted = (self._allowed or 0) - share
        until(lambda: len(self.acknowledged) >= wanted, patience=max(PATIENCE, wanted / SLOWEST_RATE))

    def wait_acknowledged(self, more: int) -> None:
        """Wait until so many more are acknowledged, or all of them. Raises AssertionError when it takes too long."""
        wanted = min(len(self.acknowledged) + more, self.most)
        until(lambda: len(self.acknowledged) >= wanted, patience=max(PATIENCE, more / SLOWEST_RATE))

    def wait_all(self) -> None:
        """Allow all, and wait until they are acknowledged."""
        self.allow(self.most)
        self.wait_acknowledged(self.most)

    def wait_refused(self, more: int, meanwhile: Callable[[], None] = lambda: None) -> None:
        """Wait until so many more are answered with 503; do something ``meanwhile``, again and again."""
        wanted = self.answers[http.HTTPStatus.SERVICE_UNAVAILABLE] + more

        def refused() -> bool:
            meanwhile()
            return self.answers[http.HTTPStatus.SERVICE_UNAVAILABLE] >= wanted

        until(refused, patience=PATIENCE)

    def send_all_again(self) -> None:
        """Send everything once more, under the same GUIDs, as GitHub's *Redeliver* does."""
        self.acknowledged.clear()
        self._again.extend(range(self._next))
        self.finish()

    def send(self, count: int) -> None:
        """Send so many more, one after the other, each until it is acknowledged."""
        for _ in range(count):
            number = self._take()
            if number is not None:
                self._send(number)
            self.finish()

    def _send_on(self) -> None:
        while not self._stop.is_set() and (self._again or self._next < self.most):
            number = self._take()
            if number is None:
                self._stop.wait(SOON)
            elif self._send(number):
                self._stop.wait(self.pause)
            else:
                self._stop.wait(AFTER_TROUBLE)

    def _take(self) -> int | None:
        with self._lock:
            if self._again:
                return self._again.popleft()
            if self._next >= min(self.most, self.most if self._allowed is None else self._allowed):
                return None
            self._next += 1
            return self._next - 1

    def _send(self, number: int) -> bool:
        """Send one; return whether it was acknowledged."""
        said = self.teller(number)
        begun = time.monotonic()
        status, retry_after = self._ask(said)
        with self._lock:
            self.answers[status] += 1
            if status:
                self.slowest = max(self.slowest, time.monotonic() - begun)
            if status == http.HTTPStatus.ACCEPTED:
                self.acknowledged.add(number)
                return True
            if status == http.HTTPStatus.SERVICE_UNAVAILABLE and not retry_after:
                self.unsaid.append("503 without Retry-After")
            elif status not in {0, http.HTTPStatus.SERVICE_UNAVAILABLE}:
                self.unsaid.append(f"answered {status}")
            self._again.append(number)
        return False

    def _ask(self, said: Delivery) -> tuple[int, str | None]:
        connection = http.client.HTTPConnection(self.host, self.port, timeout=ANSWER_SECONDS)
        with contextlib.closing(connection), contextlib.suppress(OSError, http.client.HTTPException):
            connection.request("POST", "/webhooks/github", said.body, said.headers(WEBHOOK_SECRET))
            answer = connection.getresponse()
            status, retry_after = answer.status, answer.headers["Retry-After"]
            answer.read()  # an answer that breaks off is none
            return status, retry_after
        return 0, None
