"""Sending: each URL is told what changed in its workspace, one change after the other, at least once.

What is said, and how, is the matter of the URL's kind: its ``Speaker`` makes the requests, all of which a receiver has
to take before the change counts as told. They are made so that to send them again changes nothing.

One worker at a time, on any host, takes a URL's turn. It reads the log of changes behind the position that the store
keeps and moves that on after each notification that was taken, so a kill at any moment sends at most one again, under
the same id. A URL that is new begins at the present. One that was taken out of the settings and is put back goes on
where it stopped.

A URL that answered 410 is left alone until a worker starts: whoever has mended the receiver restarts the service, and
gets everything since. Should it answer 410 again, that was one request.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from http import HTTPStatus
from typing import Protocol

from receiver.loop import LONGEST_BACKOFF, Idle, run
from receiver.notifying.hooks import Hook, hooks_of
from receiver.notifying.speakers import speaker_of
from receiver.notifying.standing import NO_PAUSE, Judgement, Standing, Verdict, judge
from receiver.notifying.wire import ANSWER_SECONDS, CONNECT_SECONDS, Network, Poster, Reply, Request
from receiver.queries import Queries
from receiver.settings import network_of
from receiver.views import ChangeView
from receiver.wiring import Services
from resolver.model.changes import Change

log = logging.getLogger("receiver.notifying")

IDLE = Idle(shortest=0.5, longest=0.5)
"""Seconds between looks at whether something changed: it is sent within about a second."""
LONGEST_SEND = timedelta(seconds=CONNECT_SECONDS + ANSWER_SECONDS)
HOLD = LONGEST_SEND + timedelta(seconds=10)
"""How long a worker that is gone keeps others from sending. One that lives holds its turn for longer as it goes."""
AT_ONCE = 20
"""Changes that are read together: what they tell of their feedback is of that moment."""

Count = Callable[[Hook, Verdict], None]
"""Is told what became of each try, before that is kept."""


class Posts(Protocol):
    """Sends one request."""

    def send(self, request: Request) -> Reply:
        """Return what came of it."""
        ...


def works(services: Services, stop: threading.Event, count: Count | None = None) -> dict[str, Callable[[], None]]:
    """Return the work of each URL that the settings name, by the name of its thread."""
    return {
        f"notifying-{number}": partial(run_notifier, services, hook, stop=stop, count=count)
        for number, hook in enumerate(hooks_of(services.settings), start=1)
    }


def run_notifier(services: Services, hook: Hook, *, stop: threading.Event, count: Count | None = None) -> None:
    """Tell a URL of changes until ``stop`` is set; an exchange that is under way then is given up within seconds.

    To be run in a thread of its own.
    """
    poster = Poster(Network(**network_of(hook.url)), clock=services.clock, stopped=stop.is_set)
    try:
        run(Notifier(services, hook, poster, stop, count).work_once, IDLE, stop=stop)
    finally:
        poster.close()
        services.store.close()


@dataclass(slots=True)
class Notifier:
    """One worker's part in telling one URL. ``is_new``: it has not had a turn yet."""

    services: Services
    hook: Hook
    poster: Posts
    stop: threading.Event
    count: Count | None = None
    is_new: bool = True
    held_until: datetime | None = None

    def work_once(self) -> bool:
        """Take a turn, if there is something to do and the turn is free and due; return whether it was taken.

        Raises StoreError when the store is out of reach. A turn that ends in an error stays held for a while.
        """
        services, name = self.services, self.hook.turn
        if not self._is_behind():
            return False
        now = services.clock()
        state = services.store.take_turn(name, now, every=LONGEST_BACKOFF, hold=HOLD)
        if state is None:
            return False
        self.held_until = now + HOLD
        standing, pause = self._begun(state), NO_PAUSE
        if not standing.off:
            standing, pause = self._tell(standing)
        self.is_new = False
        services.store.end_turn(name, standing.written(), services.clock(), every=pause)
        return True

    def _is_behind(self) -> bool:
        """Look whether there is a change that the URL may have to be told of: done often, mostly in vain."""
        with self.services.store.snapshot() as catalogue:
            state = catalogue.progress(self.hook.turn)
            if not state:
                return True
            standing = Standing.read(state)
            return catalogue.newest_change(self.hook.workspace) > standing.position and (
                self.is_new or not standing.off
            )

    def _begun(self, state: dict[str, object]) -> Standing:
        """Return where the URL stands at the begin of a turn."""
        queries = self._queries
        if not state:
            log.info("%s is new: it is told what changes from now on", self.hook.shown)
            return Standing(queries.newest_change())
        standing = Standing.read(state)
        forgotten = queries.forgotten_changes()
        if standing.position < forgotten:
            log.warning(
                "changes up to %d are not kept any more: what of them %s was not told, it is not told",
                forgotten,
                self.hook.shown,
            )
        return standing.switched_on() if self.is_new else standing

    def _tell(self, standing: Standing) -> tuple[Standing, timedelta]:
        """Tell all that there is, until something fails; return where the URL stands, and how long to let it be."""
        while views := self._queries.changes(after=standing.position, limit=AT_ONCE):
            for view in views:
                requests = self._requests(view)
                if not requests:
                    standing = standing.past(view.change.id)
                    continue
                judgement = self._send(standing, view.change, requests)
                if judgement is None:
                    return standing, NO_PAUSE
                standing = judgement.standing
                if judgement.verdict in {Verdict.FAILED, Verdict.SWITCHED_OFF}:
                    return standing, judgement.pause
                self.services.store.save_progress(self.hook.turn, standing.written(), self.services.clock())
        return standing, NO_PAUSE

    def _requests(self, view: ChangeView) -> tuple[Request, ...]:
        """Return what the URL has to be told of a change: nothing, most often."""
        if view.change.kind not in self.hook.told:
            return ()
        return speaker_of(self.services, self.hook).requests(view, self.services.clock())

    def _send(self, standing: Standing, change: Change, requests: tuple[Request, ...]) -> Judgement | None:
        """Send what tells a change; None when the worker is to stop, and nobody knows whether it was taken."""
        reply = self._exchange(requests)
        if reply is None:
            return None
        reply, now = speaker_of(self.services, self.hook).read(reply), self.services.clock()
        judgement = judge(standing, reply, change_id=change.id, changed_at=change.changed_at, now=now)
        self._say(change, judgement)
        return judgement

    def _exchange(self, requests: tuple[Request, ...]) -> Reply | None:
        """Send requests until one is not taken; return the last answer, None when the worker is to stop."""
        reply: Reply | None = None
        waiting = list(requests)
        while waiting and (reply is None or reply.taken):
            if self.stop.is_set():
                return None
            self._hold()
            request = waiting.pop(0)
            reply = self.poster.send(request)
            if reply.status is None and self.stop.is_set():
                return None
            if reply.status == HTTPStatus.CONFLICT and request.instead is not None:
                waiting.insert(0, request.instead)
                reply = None
        return reply

    def _hold(self) -> None:
        """Hold the turn for longer, if it could end while a notification is sent."""
        now = self.services.clock()
        if self.held_until is None or self.held_until - now < LONGEST_SEND:
            self.services.store.hold_turn(self.hook.turn, now, hold=HOLD)
            self.held_until = now + HOLD

    def _say(self, change: Change, judgement: Judgement) -> None:
        """Log what became of a try, and have it counted: the one place for both."""
        shown, why = self.hook.shown, judgement.standing.error
        named, kind = f"chg_{change.id}", f"feedback.{change.kind}"
        match judgement.verdict:
            case Verdict.SENT:
                log.info("%s was told %s (%s)", shown, named, kind)
            case Verdict.FAILED:
                log.warning(
                    "%s did not take %s: %s; next try in %.0f s",
                    *(shown, named, why, judgement.pause.total_seconds()),
                )
            case Verdict.PASSED_OVER:
                log.error("%s is never told %s (%s): %s", shown, named, kind, why)
            case Verdict.SWITCHED_OFF:
                log.error("%s is not told anything any more, %s to %s: restart to try again", shown, why, named)
        if self.count is not None:
            self.count(self.hook, judgement.verdict)

    @property
    def _queries(self) -> Queries:
        return Queries(self.services, self.hook.workspace)
