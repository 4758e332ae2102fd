"""``GET /v1/feedback/stream``: the changes of a workspace's feedback as they happen, as server-sent events.

https://html.spec.whatwg.org/multipage/server-sent-events.html: an event's ``id`` is its place in the log; whoever
sends it as ``Last-Event-ID`` gets everything behind it, each change once. Without, a stream begins at the present. A
stream ends by itself now and then, and its reader comes again.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from http import HTTPStatus

from flask import request

from receiver import current, cursors
from receiver.api.bodies import NoBody
from receiver.api.parameters import NoParameters
from receiver.api.requests import invalid
from receiver.api.routing import Call, EventStream, Routes
from receiver.auth import Principal, may_read_still
from receiver.present import change_json
from receiver.problems import ApiError
from receiver.queries import Queries
from receiver.streams import Waiters
from resolver.errors import StoreError
from resolver.model.tokens import Scope

log = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 10.0
"""After so much silence a line is sent: a reader that is gone is found out by that."""
LIFE_SECONDS = 300.0
"""How long a stream lasts at most, so that proxies and readers that hang do not keep it for good."""
SOON, LATER = 500, 2000
"""Milliseconds after which a reader is to come again: after a stream's end, and when all places are taken."""
AT_ONCE = 50

routes = Routes.about("stream")


@routes.get("/feedback/stream", scope=Scope.FEEDBACK_READ, errors=(HTTPStatus.GONE,))
def follow(call: Call[NoParameters, NoBody]) -> EventStream:
    """Follow changes of feedback, as server-sent events.

    ``event`` is the kind of change, ``data`` a JSON object of the shape ``Change``, ``id`` its place: sent as
    ``Last-Event-ID`` the stream goes on behind it.
    """
    waiters = current.waiters()
    stream = Stream(call.queries, call.principal, waiters, _begin(call))
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}  # nginx passes each event on at once
    return EventStream(stream.events(), mimetype="text/event-stream", headers=headers)


def _begin(call: Call[NoParameters, NoBody]) -> int:
    """Return the id of the change behind which to begin. Raises ApiError 422 for a place that nobody was given."""
    last = request.headers.get("Last-Event-ID")
    if not last:
        return call.queries.newest_change()
    try:
        position = cursors.read(last, of=log_of(call.principal.workspace))
    except ValueError as error:
        raise invalid(("Last-Event-ID", "is not a place in this workspace's stream: begin without it")) from error
    if position < call.queries.forgotten_changes():
        raise ApiError(410, "gone", "what changed since is not kept any more: list the feedback, and begin anew")
    return position


def log_of(workspace: str) -> str:
    """Name the log that a place belongs to."""
    return f"changes of {workspace}"


@dataclass(slots=True)
class Stream:
    """One stream: what is written to one reader."""

    queries: Queries
    principal: Principal
    waiters: Waiters
    position: int
    clock: Callable[[], float] = time.monotonic

    def events(self) -> Iterator[str]:
        """Yield what is sent, until the reader goes, or has to come again."""
        yield f"retry: {SOON}\n{self._place}\n"
        waits = self.waiters.enter(self.principal.workspace)
        try:
            yield from self._follow(waits=waits)
        except StoreError as error:
            log.warning("a stream of changes ends early: %s", error)
        finally:
            if waits:
                self.waiters.leave(self.principal.workspace)
        if not waits:
            yield f"retry: {LATER}\n\n"

    def _follow(self, *, waits: bool) -> Iterator[str]:
        workspace = self.principal.workspace
        end = self.clock() + LIFE_SECONDS
        while may_read_still(self.queries.services, self.principal):
            seen = self.waiters.newest(workspace)
            told = yield from self._new()
            if self.waiters.closing or self.clock() >= end or not (told or waits):
                return
            if told or self.waiters.wait(workspace, seen, seconds=HEARTBEAT_SECONDS) or self.waiters.closing:
                continue
            yield f": still here\n{self._place}\n"

    def _new(self) -> Generator[str, None, bool]:
        """Yield what changed since, oldest first, and return whether anything did: then there may be more.

        No more than is read at once: between, it is asked whether the stream may go on, however busy it is.
        """
        views = self.queries.changes(after=self.position, limit=AT_ONCE)
        for view in views:
            self.position = view.change.id
            shape = change_json(view, place=self._cursor)
            yield f"event: {shape['type']}\n{self._place}data: {json.dumps(shape)}\n\n"
        return bool(views)

    @property
    def _cursor(self) -> str:
        return cursors.write(self.position, of=log_of(self.principal.workspace))

    @property
    def _place(self) -> str:
        return f"id: {self._cursor}\n"
