"""How much GitHub may be asked: what it says of its limits, kept by installation.

https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#handle-rate-limit-errors-appropriately
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from gidgethub.sansio import RateLimit

from resolver import times
from resolver.errors import GithubDownError
from resolver.github import reading
from resolver.github.exchange import Request, Response, http_date
from resolver.ports import Clock

RESERVE = 0.1
"""The share of the limit that is left to feedback: background requests stop there."""

_LONGEST = timedelta(hours=1)
"""GitHub's windows are an hour long; whoever says more has another clock."""
_SHORTEST = timedelta(seconds=1)
_SECONDARY = timedelta(minutes=1)
_AT_ONCE = timedelta(seconds=0.5)
_SECONDS = re.compile(r"[0-9]{1,9}")
_WORDS = re.compile(r"secondary rate limit|abuse detection|rate limit exceeded", re.IGNORECASE)
_SERVER_ERROR = 500


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of a limit until it is whole again; ``resource`` is GitHub's name for it."""

    resource: str
    remaining: int
    reset_at: datetime


@dataclass(frozen=True, slots=True)
class _Window:
    limit: int
    remaining: int
    reset_at: datetime


class Budget:
    """What one installation, or the App itself, may still ask. Threads may share it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._windows: dict[str, _Window] = {}
        self._held_until: datetime | None = None

    def admit(self, resource: str, *, background: bool = False) -> None:
        """Raise GithubDownError when a request may not be sent now, with the time from which it may."""
        now = self._clock()
        with self._lock:
            held, window = self._held_until, self._windows.get(resource)
        if held is not None and now < held:
            raise GithubDownError(f"GitHub asks for nothing more until {times.write(held)}", retry_at=held)
        if window is None or now >= window.reset_at:
            return
        if window.remaining <= 0:
            raise GithubDownError(
                f"GitHub's rate limit is used up until {times.write(window.reset_at)}", retry_at=window.reset_at
            )
        if background and window.remaining <= window.limit * RESERVE:
            raise GithubDownError(
                f"the rest of GitHub's rate limit is kept for feedback until {times.write(window.reset_at)}",
                retry_at=window.reset_at,
            )

    def note(self, request: Request, response: Response) -> datetime | None:
        """Keep what an answer says of the limits; return until when nothing may be asked, if it is refused for that."""
        now = self._clock()
        with self._lock:
            window = self._seen(request.resource, _window(response, now))
            until = _hold(response, window, now)
            if until is not None and (self._held_until is None or until > self._held_until):
                self._held_until = until
        return until

    def hold(self, resource: str) -> datetime:
        """Ask nothing for a while, after an answer whose body said that the limit is used up; return until when."""
        now = self._clock()
        with self._lock:
            window = self._windows.get(resource)
            spent = window is not None and window.remaining <= 0 and window.reset_at > now
            until = window.reset_at if window is not None and spent else now + _SECONDARY
            self._held_until = max(until, self._held_until or until)
        return until

    def left(self) -> tuple[Left, ...]:
        """Return what is left of each limit that GitHub has told and that is not whole again yet."""
        now = self._clock()
        with self._lock:
            windows = tuple(self._windows.items())
        return tuple(Left(name, one.remaining, one.reset_at) for name, one in windows if now < one.reset_at)

    def _seen(self, resource: str, window: _Window | None) -> _Window | None:
        """Keep a window; answers may be told in another order than they were given."""
        known = self._windows.get(resource)
        if window is None:
            return None
        if known is not None and abs(known.reset_at - window.reset_at) <= timedelta(seconds=2):
            window = _Window(window.limit, min(window.remaining, known.remaining), max(window.reset_at, known.reset_at))
        self._windows[resource] = window
        return window


class Limits:
    """The budgets: one for each installation, and one for what the App asks with its own credentials."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._budgets: dict[int | None, Budget] = {}

    def of(self, installation_id: int | None) -> Budget:
        """Return the budget of an installation; None: the App's own."""
        with self._lock:
            return self._budgets.setdefault(installation_id, Budget(self._clock))

    def least(self) -> tuple[Left, ...]:
        """Return, of each resource, what is left where least is: of one installation, or of the App itself."""
        with self._lock:
            budgets = tuple(self._budgets.values())
        least: dict[str, Left] = {}
        for left in (left for budget in budgets for left in budget.left()):
            if left.resource not in least or left.remaining < least[left.resource].remaining:
                least[left.resource] = left
        return tuple(least.values())


def _window(response: Response, now: datetime) -> _Window | None:
    """Read the three headers; the time of reset is brought to the own clock."""
    try:
        told = RateLimit.from_http(response.headers)
    except (ValueError, OverflowError, OSError):
        return None
    if told is None or told.limit < 0:
        return None
    wait = told.reset_datetime - (response.date or now)
    return _Window(told.limit, told.remaining, now + min(max(wait, timedelta()), _LONGEST))


def _hold(response: Response, window: _Window | None, now: datetime) -> datetime | None:
    """Return until when an answer forbids to ask on; None when it does not."""
    after = _retry_after(response, now)
    if response.status >= _SERVER_ERROR:
        return now + min(after, _LONGEST) if after is not None and after > _AT_ONCE else None
    if response.status not in {403, 429}:
        return None
    waits = [] if after is None else [after]
    if window is not None and window.remaining <= 0:
        waits.append(window.reset_at - now)
    if not waits and (response.status == 429 or _WORDS.search(reading.message(response.body))):  # noqa: PLR2004 -- Too Many Requests
        waits.append(_SECONDARY)
    return now + min(max(*waits, _SHORTEST), _LONGEST) if waits else None


def _retry_after(response: Response, now: datetime) -> timedelta | None:
    """Read ``Retry-After``: seconds, or a date by GitHub's clock."""
    text = response.headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(text):
        return timedelta(seconds=int(text))
    date = http_date(text) if text else None
    return None if date is None else date - (response.date or now)
