"""What can go wrong with GitHub, to be switched on at any time.

::

    github.fault = faults.status(502)                              # whatever is asked
    github.fault = faults.hang().on(r"/graphql$")                  # where the target matches
    github.fault = faults.secondary_limit(retry_after=1).times(2)  # twice, then all is well
    github.faults.add(faults.cut().on("/pulls/"))                  # besides those there are
    github.fault = None

The first that matches has its way. That nobody listens at all is ``StandIn.down``.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from tests.support.github.answer import Answer, Wire, refusal
from tests.support.github.asked import Recorded

Effect: TypeAlias = Callable[[Recorded, Callable[[], Answer]], Answer]
"""Makes another answer; the second argument gives the one that GitHub would have given, and does what it would do."""

_LIMITED = "API rate limit exceeded for installation."
_SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: for requests of ``method`` (any) whose target holds ``pattern``, ``left`` times (None: always)."""

    effect: Effect
    pattern: str = ""
    method: str | None = None
    left: int | None = None

    def on(self, pattern: str, *, method: str | None = None) -> Fault:
        """Keep it to requests whose target (path and query as sent) a regular expression is found in."""
        return replace(self, pattern=pattern, method=method)

    def times(self, count: int) -> Fault:
        """Let it happen so many times."""
        return replace(self, left=count)

    def hits(self, request: Recorded) -> bool:
        """Whether a request suffers from it."""
        return (
            self.left != 0
            and self.method in {None, request.method}
            and re.search(self.pattern, request.target) is not None
        )


@dataclass(slots=True)
class Faults:
    """The faults that are switched on. Threads may share it."""

    _on: list[Fault] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, fault: Fault) -> None:
        """Switch on one more."""
        with self._lock:
            self._on.append(fault)

    def clear(self) -> None:
        """Switch off all."""
        with self._lock:
            self._on.clear()

    def first(self) -> Fault | None:
        """Return the first that is on, and has not happened as often as it is to."""
        with self._lock:
            return next((fault for fault in self._on if fault.left != 0), None)

    def take(self, request: Recorded) -> Fault | None:
        """Return the one that a request suffers from, and count it."""
        with self._lock:
            for index, fault in enumerate(self._on):
                if fault.hits(request):
                    if fault.left is not None:
                        self._on[index] = replace(fault, left=fault.left - 1)
                    return fault
        return None


def status(code: int, *, retry_after: int | str | None = None, message: str = "Server Error") -> Fault:
    """Answer with a status, such as 500, 502 or 503; ``retry_after`` in seconds, or as an HTTP date."""
    headers = {} if retry_after is None else {"retry-after": str(retry_after)}
    return _always(replace(refusal(code, message), headers=headers))


def primary_limit(*, code: int = 403, reset_in: float = 60, limit: int = 5000) -> Fault:
    """The rate limit is used up until ``reset_in`` seconds from when it is asked."""

    def effect(_: Recorded, __: Callable[[], Answer]) -> Answer:
        headers = {
            "x-ratelimit-limit": str(limit),
            "x-ratelimit-remaining": "0",
            "x-ratelimit-used": str(limit),
            "x-ratelimit-reset": str(int(time.time() + reset_in)),
            "x-ratelimit-resource": "core",
        }
        return replace(refusal(code, _LIMITED), headers=headers)

    return Fault(effect)


def secondary_limit(*, code: int = 403, retry_after: int | None = 60) -> Fault:
    """The secondary rate limit: the primary one has plenty left."""
    headers = {"x-ratelimit-limit": "5000", "x-ratelimit-remaining": "4999", "x-ratelimit-used": "1"}
    if retry_after is not None:
        headers["retry-after"] = str(retry_after)
    return _always(replace(refusal(code, _SECONDARY), headers=headers))


def hang() -> Fault:
    """Take the request, and never answer."""
    return _always(Answer(200, b"", wire=Wire.HANG))


def slow(seconds: float) -> Fault:
    """Answer rightly, but late."""
    return _changed(lambda answer: replace(answer, pause=seconds))


def trickle(pause: float = 1.0) -> Fault:
    """Answer rightly, a byte each ``pause`` seconds."""
    return _changed(lambda answer: replace(answer, wire=Wire.TRICKLE, pause=pause))


def cut() -> Fault:
    """End the connection in the middle of the body."""
    return _changed(lambda answer: replace(answer, wire=Wire.CUT))


def malformed(body: bytes = b'{"id": 1, "full_na') -> Fault:
    """Answer with what is no JSON, as if all were well."""
    return _always(Answer(200, body))


def other_shape(value: object) -> Fault:
    """Answer with JSON of another shape, as if all were well."""
    return _always(Answer(200, json.dumps(value).encode()))


def huge(size: int = 64 * 2**20) -> Fault:
    """Answer with so many bytes of JSON: an array of zeros."""

    def effect(_: Recorded, __: Callable[[], Answer]) -> Answer:
        return Answer(200, b"[" + b"0," * ((size - 3) // 2) + b"0]")

    return Fault(effect)


def redirect(code: int, to: str | None = None) -> Fault:
    """Send elsewhere: to a URL or a path; to the request's own target, round and round, when None."""

    def effect(request: Recorded, _: Callable[[], Answer]) -> Answer:
        return replace(refusal(code, "Moved"), headers={"location": to or request.target})

    return Fault(effect)


def headers(changed: Mapping[str, str]) -> Fault:
    """Answer rightly, but with other headers, such as a ``link`` that leads elsewhere."""
    return _changed(lambda answer: replace(answer, headers={**answer.headers, **changed}))


def _always(answer: Answer) -> Fault:
    return Fault(lambda _, __: answer)


def _changed(change: Callable[[Answer], Answer]) -> Fault:
    return Fault(lambda _, normal: change(normal()))
