"""Deliveries taken in together: all that have come while the last ones were written share a transaction.

A commit that is on disk costs the same for one delivery and for twenty. So one thread takes what has come, checks and
reads each as the webhook's route does (``receiver.taking``), records all in one transaction, and answers them. It
knows two answers. One is 202: a request that deserves another, and every one of a batch that could not be written,
goes the ordinary way, alone, through the application. The other is 503, for a batch that waited for the store in vain:
GitHub waits ten seconds, and should not wait for the same store twice.
"""

from __future__ import annotations

import logging
import queue
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Protocol

from gunicorn import util  # type: ignore[import-untyped]
from gunicorn.http.errors import ParseException  # type: ignore[import-untyped]
from gunicorn.http.message import Request  # type: ignore[import-untyped]
from gunicorn.http.unreader import IterUnreader  # type: ignore[import-untyped]

from receiver import logs, problems, taking, written
from receiver.metrics import webhook
from resolver.errors import StoreError, WhichrunError
from resolver.model.deliveries import Recorded

if TYPE_CHECKING:
    from receiver.arriving import Arriving
    from receiver.taking import Offered
    from receiver.wiring import Services

log = logging.getLogger("receiver.webhooks")

MOST = 64
"""Deliveries of a batch: few enough that none waits long for the others to be read."""

WAITED = 1.0
"""Seconds after which a batch that could not be written has waited: it is not what it holds that is wrong."""

_NAMES = {name.upper(): name for name in (*taking.KEPT_HEADERS, taking.GUID, taking.SIGNATURE)}
_ORDINARY = frozenset({"CONTENT-ENCODING", "EXPECT"})
"""Headers with which a request goes the ordinary way."""


class Connection(Protocol):
    """What is needed of gunicorn's connection: its settings, its socket, and who is at the other end."""

    cfg: Any
    sock: Any
    client: Any


@dataclass(slots=True, eq=False)
class Waiting:
    """A whole request that nobody has answered yet. ``keep`` is whether the connection lasts."""

    connection: Connection
    arriving: Arriving
    begun: float
    keep: bool = True
    offered: Offered | None = None


class Batches:
    """Takes deliveries in. ``answered`` and ``refused`` are called with what was done, by the thread that does it."""

    def __init__(
        self,
        services: Services,
        *,
        answered: Callable[[Sequence[Waiting]], None],
        refused: Callable[[Sequence[Waiting]], None],
        lasts: Callable[[], bool] = lambda: True,
    ) -> None:
        """Take deliveries into the store of ``services``; ``lasts`` says whether connections may be kept."""
        self._services = services
        self._answered = answered
        self._refused = refused
        self._lasts = lasts
        self._queue: queue.SimpleQueue[Waiting | None] = queue.SimpleQueue()

    def put(self, connection: Connection, arriving: Arriving) -> None:
        """Have a whole request taken in, soon."""
        self._queue.put(Waiting(connection, arriving, time.perf_counter()))

    def end(self) -> None:
        """Have ``run`` return, once all that came before is done."""
        self._queue.put(None)

    def run(self) -> None:
        """Take in what comes, until the end. Nothing that comes in ends this loop."""
        while batch := self._next():
            try:
                done = self._take(batch)
            except Exception:  # whatever it is, the ordinary way has an answer for it
                log.exception("a batch of deliveries failed")
                done = []
            left = [one for one in batch if one not in done] if len(done) < len(batch) else []
            if left:
                self._refused(left)
            if done:
                self._answered(done)
        self._services.store.close()

    def _next(self) -> list[Waiting]:
        """Return what has come, at least one; nothing at the end."""
        batch = []
        one = self._queue.get()
        while one is not None:
            batch.append(one)
            if len(batch) == MOST or self._queue.empty():
                return batch
            one = self._queue.get()
        if batch:
            self._queue.put(None)
        return batch

    def _take(self, batch: Sequence[Waiting]) -> list[Waiting]:
        """Record what can be; return what was answered."""
        for one in batch:
            one.offered = _offered(self._services, one)
        plain = [(one, one.offered) for one in batch if one.offered is not None]
        begun = time.perf_counter()
        try:
            recorded = self._services.store.record_all([offered.delivery for _, offered in plain])
        except StoreError as error:
            log.warning("%d deliveries could not be written together: %s", len(plain), error)
            if time.perf_counter() - begun < WAITED:
                return []
            for one, offered in plain:
                one.keep = one.keep and self._lasts()
                _turn_away(one, offered, error)
            return [one for one, _ in plain]
        taken = [(*pair, what) for pair, what in zip(plain, recorded, strict=True) if what is not Recorded.CONFLICT]
        for one, offered, what in taken:
            one.keep = one.keep and self._lasts()
            _answer(one, offered, "duplicate" if what is Recorded.DUPLICATE else offered.outcome)
        return [one for one, _, _ in taken]


def _offered(here: Services, waiting: Waiting) -> Offered | None:
    """Read a request; None when it is to go the ordinary way."""
    connection = waiting.connection
    try:
        request = Request(connection.cfg, IterUnreader([waiting.arriving.request()]), connection.client)
        headers: dict[str, str] = {}
        for upper, value in request.headers:
            name = _NAMES.get(upper)
            if upper in _ORDINARY or name in headers:
                return None
            if name is not None:
                headers[name] = value
        guid = headers.get(taking.GUID, "")
        if taking.fault_of(guid) or taking.fault_of(headers.get(taking.EVENT, "")):
            return None
        if headers.get("Content-Type") != taking.JSON:
            return None
        body = request.body.read()
        if len(body) != waiting.arriving.body_length:
            return None
        offered = taking.offer(here, headers, body)
    except (ParseException, WhichrunError):
        return None
    waiting.keep = not request.should_close()
    return None if offered.fault else offered


def _answer(waiting: Waiting, offered: Offered, outcome: str) -> None:
    """Say that a delivery is on disk, as the route does. Who cannot take the answer finds the delivery recorded."""
    delivery = offered.delivery
    _send(waiting, HTTPStatus.ACCEPTED, {"status": outcome, "delivery": delivery.guid})
    with logs.about(delivery=delivery.guid):
        webhook.taken(delivery.guid, outcome, event=delivery.event, action=delivery.action)


def _turn_away(waiting: Waiting, offered: Offered, error: StoreError) -> None:
    """Say that the store is out of reach, as the route does: whoever sent the delivery still has it."""
    _send(
        waiting,
        HTTPStatus.SERVICE_UNAVAILABLE,
        written.problem(error.reason, problems.OUT_OF_REACH),
        f"Retry-After: {problems.RETRY_AFTER}",
    )
    webhook.refused(offered.delivery.guid, error.reason, HTTPStatus.SERVICE_UNAVAILABLE)


def _send(waiting: Waiting, status: HTTPStatus, document: Mapping[str, object], *fields: str) -> None:
    served = ("Server: gunicorn", f"Date: {util.http_date()}")
    answer = written.answer(status, document, *served, *fields, keep=waiting.keep)
    try:
        waiting.keep = waiting.connection.sock.send(answer) == len(answer) and waiting.keep
    except OSError:
        waiting.keep = False
    webhook.timed(time.perf_counter() - waiting.begun, status)
