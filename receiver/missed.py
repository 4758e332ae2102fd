"""Missed deliveries: the App's log of deliveries held against the inbox, at start and every ten minutes (SPEC §5.5).

GitHub does not repeat a delivery that failed, but it keeps each for three days and delivers it again when it is asked
to, under the same GUID. Whatever its log holds and the inbox does not is asked for again, once: a row says so before
GitHub is asked, and is closed when GitHub has agreed. Of a row that a kill or an outage left open, the log tells
whether GitHub had agreed. What this service itself refused would be refused again, unless the settings were changed
since, and what failed although it was asked for, unless the service was mended: both are asked for at start only.

https://docs.github.com/en/webhooks/using-webhooks/handling-failed-webhook-deliveries
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Protocol

from receiver import logs
from receiver.loop import Idle, run
from receiver.metrics.instruments import instruments
from receiver.wiring import Services
from resolver import times
from resolver.errors import GithubDownError, GithubError, RefusedError
from resolver.github.shapes import HookDeliveryShape

log = logging.getLogger("receiver.missed")

EVERY = timedelta(minutes=10)
SOON = timedelta(seconds=15)
"""When to look again after GitHub was out of reach, unless it said when."""
KEPT = timedelta(days=3)
"""How long GitHub can deliver something again."""
ON_ITS_WAY = timedelta(minutes=1)
"""How long a delivery that was answered well may take to be seen in the inbox."""
OVERLAP = timedelta(minutes=5)
"""By how much a look reaches behind the end of the one before."""
HOLD = timedelta(seconds=10)
"""How long a worker that is gone keeps others from looking."""
IDLE = Idle(shortest=0.5, longest=5.0)
"""How long to rest between looks at whether a turn is due."""
TURN = "missed deliveries"
"""The name of this work, of which one worker at a time takes a turn."""


LONG_AGO, FAR_AHEAD = "2000-01-01T00:00:00Z", "9000-01-01T00:00:00Z"
"""Before and after any delivery that GitHub still keeps."""


class Deliveries(Protocol):
    """The App's log of deliveries, as GitHub tells it."""

    def hook_deliveries(self, cursor: str | None) -> tuple[tuple[HookDeliveryShape, ...], str | None]:
        """Return a page of the log, newest first, and where the next one begins; None after the last."""
        ...

    def redeliver(self, delivery_id: int) -> bool:
        """Ask for a delivery to be made again; False when GitHub has it no more."""
        ...


def run_recovery(services: Services, github: Deliveries, *, stop: threading.Event) -> None:
    """Look at start, and then whenever it is due, until ``stop`` is set.

    At start the look is taken even if it is not due yet: deliveries failed while the service was down.
    """
    starting = True

    def look() -> bool:
        nonlocal starting
        asked = recover_once(services, github, at_start=starting, stop=stop)
        if asked is not None:
            starting = False
        return False

    run(look, IDLE, stop=stop)


def recover_once(
    services: Services, github: Deliveries, *, at_start: bool = False, stop: threading.Event | None = None
) -> int | None:
    """Take a turn, if it is due (at start it is): look through the log, and ask for what is missing.

    Returns how many deliveries GitHub was asked for; None when it was not this worker's turn. What GitHub says against
    it is kept for ``whichrun doctor``, and the next turn begins where this one did.
    """
    store, now = services.store, services.clock()
    state = store.take_turn(TURN, now, every=timedelta(0) if at_start else EVERY, hold=HOLD)
    if state is None:
        return None
    before = _State.read(state)
    since = min(before.read_until - OVERLAP, before.refused_since) if at_start else before.read_until - OVERLAP
    look = _Look(services, github, stop or threading.Event(), at_start=at_start, since=max(since, now - KEPT))
    error, every = None, EVERY
    try:
        look.through()
    except (GithubError, RefusedError) as failure:
        error, every = str(failure), _pause(failure, services.clock())
        log.warning("missed deliveries could not be looked for: %s", error)
    after = before if error is not None else look.state(before)
    store.end_turn(TURN, {**after.written(), "error": error}, services.clock(), every=every)
    return look.asked


def _pause(failure: Exception, now: datetime) -> timedelta:
    """Return when to look again after a failure: soon when GitHub was out of reach."""
    if not isinstance(failure, GithubDownError):
        return EVERY
    return min(max(SOON, (failure.retry_at or now) - now), EVERY)


@dataclass(frozen=True, slots=True)
class _State:
    """Up to when the log has been read, and since when it holds what was refused here and not asked for yet."""

    read_until: datetime
    refused_since: datetime

    @classmethod
    def read(cls, state: dict[str, Any]) -> _State:
        """Read what an earlier turn left; the first one begins where GitHub's log does."""
        read_until, refused_since = state.get("read_until"), state.get("refused_since")
        return cls(times.parse(read_until or LONG_AGO), times.parse(refused_since or FAR_AHEAD))

    def written(self) -> dict[str, str]:
        """Write it for the next turn."""
        return {"read_until": times.write(self.read_until), "refused_since": times.write(self.refused_since)}


@dataclass(slots=True)
class _Look:
    """One look through the log, back to ``since``: ``newest`` is when its newest entry was made."""

    services: Services
    github: Deliveries
    stop: threading.Event
    at_start: bool
    since: datetime
    newest: datetime | None = None
    refused: datetime | None = None
    asked: int = 0

    def state(self, before: _State) -> _State:
        """Return where the next look begins."""
        refused = [self.refused or times.parse(FAR_AHEAD), *([] if self.at_start else [before.refused_since])]
        return _State(self.newest or before.read_until, min(refused))

    def through(self) -> None:
        """Ask for what is missing, page by page, then see to what earlier looks left open."""
        opened = self._open()
        again: set[str] = set()
        for page in self._pages():
            # What was delivered again, and failed again, is as good as never asked for when the service starts.
            made = (one for one in page if one.redelivery and (_is_well(one) or not self.at_start))
            again.update(one.guid for one in made)
            missing = self.services.store.missing_guids(dict.fromkeys(one.guid for one in page))
            for one in page:
                if one.guid in missing and one.guid not in opened:
                    self._see_to(one)
        self._close(opened, again)

    def _pages(self) -> Iterator[tuple[HookDeliveryShape, ...]]:
        """Yield the log's entries back to ``since``, newest first."""
        cursor = None
        while True:
            page, cursor = self.github.hook_deliveries(cursor)
            recent = tuple(one for one in page if one.delivered_at >= self.since)
            if recent and self.newest is None:
                self.newest = max(one.delivered_at for one in recent)
            yield recent
            if cursor is None or len(recent) < len(page):
                return
            self._go_on()

    def _go_on(self) -> None:
        """Hold the turn for longer. Raises GithubDownError when the worker is to stop."""
        if self.stop.is_set():
            raise GithubDownError("the worker stops")
        self.services.store.hold_turn(TURN, self.services.clock(), hold=HOLD)

    def _see_to(self, one: HookDeliveryShape) -> None:
        """Ask for a delivery that the inbox lacks, unless that is too early, or in vain."""
        if self._is_on_its_way(one):
            return
        if HTTPStatus.BAD_REQUEST <= one.status_code < HTTPStatus.INTERNAL_SERVER_ERROR and not self.at_start:
            self.refused = min(self.refused or one.delivered_at, one.delivered_at)
            return
        store, now = self.services.store, self.services.clock()
        noted = store.note_redelivery(one.guid, one.id, now)
        if noted or (self.at_start and one.redelivery and store.note_redelivery_again(one.guid, one.id, now)):
            self._ask_noted(one.guid, one.id)

    def _is_on_its_way(self, one: HookDeliveryShape) -> bool:
        """Whether it was answered well so lately that the inbox may be about to show it."""
        return _is_well(one) and one.delivered_at > self.services.clock() - ON_ITS_WAY

    def _ask_noted(self, guid: str, delivery_id: int) -> None:
        """Ask, now that a row says so; while GitHub is down, or may not be asked, the row stays open."""
        self._go_on()
        with logs.about(delivery=guid):
            self._ask(guid, delivery_id)

    def _ask(self, guid: str, delivery_id: int) -> None:
        if self.github.redeliver(delivery_id):
            self.asked += 1
            instruments().redeliveries.inc()
            log.info("delivery %s was missed, and is asked for again", guid)
        else:
            log.warning("delivery %s was missed, and GitHub cannot make it again", guid)
        self.services.store.close_redelivery(guid)

    def _open(self) -> dict[str, tuple[int, datetime]]:
        """Return what earlier looks left open: the delivery, and when GitHub was to be asked for it, by GUID."""
        return {guid: (delivery, at) for guid, delivery, at in self.services.store.redeliveries_open()}

    def _close(self, opened: dict[str, tuple[int, datetime]], again: set[str]) -> None:
        """See to what was left open: closed where it came, or GitHub delivered it again, or no longer can."""
        missing = self.services.store.missing_guids(opened)
        for guid, (delivery_id, asked_at) in opened.items():
            if guid not in missing or guid in again or asked_at < self.services.clock() - KEPT:
                self.services.store.close_redelivery(guid)
            else:
                self._ask_noted(guid, delivery_id)


def _is_well(one: HookDeliveryShape) -> bool:
    """Whether a delivery was answered well."""
    return HTTPStatus.OK <= one.status_code < HTTPStatus.MULTIPLE_CHOICES
