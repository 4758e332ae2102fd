"""Where a URL stands, and what an answer makes of that. Nothing here waits, sends or stores.

A notification is taken by a 2xx. What may pass by itself (no answer, 408, 425, 429, 5xx) is tried again until the URL
has failed for three days that the notification was there for: so a receiver that comes back in time gets everything,
and for one that never does no more waits than three days bring. What is refused (any other 3xx or 4xx) is tried ten
times, and then passed over: one notification that nobody can take does not hold up the others. 410 asks for no more.
"""

from __future__ import annotations

import enum
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from receiver.loop import LONGEST_BACKOFF, backoff
from receiver.notifying.wire import Reply
from resolver import times

KEPT_TRYING = timedelta(days=3)
MOST_REFUSALS = 10
SHORTEST_PAUSE = timedelta(seconds=1)
NO_PAUSE = timedelta(0)

PASSING = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})
"""Of the statuses below 500 those that say: later."""


class Verdict(enum.StrEnum):
    """What became of one try."""

    SENT = "sent"
    FAILED = "failed"
    """It will be tried again."""
    PASSED_OVER = "passed_over"
    """It is not tried any more; the next one is."""
    SWITCHED_OFF = "switched_off"
    """Nothing is sent to the URL any more, until a worker starts."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Up to which change a URL was told all, and how it fails, if it does.

    ``failures`` are those in a row, ``since`` is when they began, ``error`` the last one; ``refusals`` are those of the
    next notification alone. ``off``: the URL asked for no more.
    """

    position: int
    failures: int = 0
    refusals: int = 0
    since: datetime | None = None
    error: str | None = None
    off: bool = False

    @classmethod
    def read(cls, state: dict[str, Any]) -> Standing:
        """Read what ``written`` wrote."""
        since = state["since"]
        return cls(**{**state, "since": None if since is None else times.parse(since)})

    def written(self) -> dict[str, Any]:
        """Write it, as JSON can hold it."""
        return {**asdict(self), "since": times.write_optional(self.since)}

    def past(self, position: int) -> Standing:
        """Go past a change that was not sent."""
        return replace(self, position=position, refusals=0)

    def switched_on(self) -> Standing:
        """Let it be tried once more."""
        return replace(self, off=False)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What became of a try, where the URL stands now, and how long to leave it alone."""

    verdict: Verdict
    standing: Standing
    pause: timedelta = NO_PAUSE


def judge(before: Standing, reply: Reply, *, change_id: int, changed_at: datetime, now: datetime) -> Judgement:
    """Say what an answer to the notification of a change means."""
    status = reply.status
    if reply.taken and reply.refused is not None:  # it asks for no second try
        return Judgement(Verdict.PASSED_OVER, Standing(change_id, error=reply.refused))
    if reply.taken:
        return Judgement(Verdict.SENT, Standing(change_id))
    failing = replace(before, failures=before.failures + 1, since=before.since or now, error=reply.said)
    if status == HTTPStatus.GONE:
        return Judgement(Verdict.SWITCHED_OFF, replace(failing, off=True))
    if status is None or status in PASSING or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        is_over = now - max(failing.since or now, changed_at) >= KEPT_TRYING
        pause = backoff(failing.failures) if reply.retry_after is None else _bounded(reply.retry_after)
    else:
        failing = replace(failing, refusals=before.refusals + 1)
        is_over = failing.refusals >= MOST_REFUSALS
        pause = backoff(failing.refusals)
    if is_over:
        return Judgement(Verdict.PASSED_OVER, failing.past(change_id))
    return Judgement(Verdict.FAILED, failing, pause)


def _bounded(wanted: timedelta) -> timedelta:
    """Follow a receiver's wish, within the bounds of our own patience."""
    return min(max(wanted, SHORTEST_PAUSE), LONGEST_BACKOFF)
