"""What is heard of resolutions once they are on disk: a line in the log for each, a count, and how many there were."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from receiver.metrics.instruments import instruments
from store import Store
from store.resolutions import Appended

log = logging.getLogger(__name__)

_gathered: ContextVar[tuple[list[Appended], bool] | None] = ContextVar("gathered", default=None)


def listen(store: Store) -> None:
    """Hear of every resolution that this process appends to a store."""
    store.on_resolutions(_heard)


@contextmanager
def gathered(*, said: bool = True) -> Iterator[list[Appended]]:
    """Yield a list to which what is appended inside, in this thread, comes.

    Unless it is ``said`` as soon as it is heard of, that is left to who gathers it (``say``).
    """
    found: list[Appended] = []
    token = _gathered.set((found, said))
    try:
        yield found
    finally:
        _gathered.reset(token)


def _heard(appended: Sequence[Appended]) -> None:
    listening = _gathered.get()
    if listening is not None:
        found, said = listening
        found.extend(appended)
        if not said:
            return
    say(appended)


def say(appended: Sequence[Appended]) -> None:
    """Say and count what was appended."""
    for feedback_id, resolution in appended:
        answer = resolution.answer
        instruments().resolutions.labels(answer.mode, answer.confidence.value).inc()
        named = "no run" if answer.span_id is None else f"run {answer.span_id}"
        log.info("feedback %d is resolved: %s, %s, %s", feedback_id, answer.confidence.value, answer.mode, named)
