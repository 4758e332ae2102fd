"""The App's delivery log: what GitHub sent, what became of it, and what it sends again when asked.

https://docs.github.com/en/rest/apps/webhooks
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import requests

from tests.support.builders import Delivery

KEPT = timedelta(days=3)
"""How long GitHub keeps the log, and delivers again."""
_SUCCESS = range(200, 300)
_NOBODY = "failed to connect to host"


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One attempt. ``status_code`` is what was answered; 0: nobody answered."""

    id: int
    delivery: Delivery
    delivered_at: datetime
    status_code: int
    redelivery: bool = False

    @property
    def status(self) -> str:
        """What became of it, in GitHub's words."""
        if self.status_code in _SUCCESS:
            return "OK"
        return f"Invalid HTTP Response: {self.status_code}" if self.status_code else _NOBODY


@dataclass(slots=True)
class DeliveryLog:
    """The log. ``send`` is called when GitHub is asked to deliver again; it returns what was answered (0: nobody).

    Unless a test sets it, or calls ``send_to``, nobody listens. ``asked`` are the entries that were asked for again.
    """

    send: Callable[[Delivery], int] | None = None
    asked: list[LogEntry] = field(default_factory=list)
    _entries: list[LogEntry] = field(default_factory=list)
    _next: int = 30_000_000_001
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, delivery: Delivery, *, at: datetime, status_code: int, redelivery: bool = False) -> LogEntry:
        """Append an entry."""
        with self._lock:
            entry = LogEntry(self._next, delivery, at, status_code, redelivery)
            self._next += 1
            self._entries.append(entry)
        return entry

    def entries(self, at: datetime) -> list[LogEntry]:
        """Return what is still kept at a time, the newest first."""
        with self._lock:
            kept = [entry for entry in self._entries if entry.delivered_at > at - KEPT]
        return sorted(kept, key=lambda entry: (entry.delivered_at, entry.id), reverse=True)

    def send_to(self, url: str, secret: str) -> None:
        """Deliver again for real: to a webhook's URL, signed with its secret, under the same GUID."""

        def send(delivery: Delivery) -> int:
            try:
                answer = requests.post(url, data=delivery.body, headers=delivery.headers(secret), timeout=10)
            except requests.RequestException:
                return 0
            return answer.status_code

        self.send = send

    def attempt(self, entry: LogEntry, at: datetime) -> LogEntry:
        """Deliver an entry again, and append what became of it."""
        with self._lock:
            self.asked.append(entry)
        answered = 0 if self.send is None else self.send(entry.delivery)
        return self.add(entry.delivery, at=at, status_code=answered, redelivery=True)
