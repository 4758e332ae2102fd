"""Asking GitHub until it answers, for work that a person waits for."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from resolver.errors import GithubDownError
from resolver.ports import Clock

SHORTEST_WAIT = timedelta(seconds=1)
LONGEST_WAIT = timedelta(seconds=60)
MOST_SILENCE = timedelta(minutes=5)
"""For how long GitHub may be down."""
LONGEST_LIMIT = timedelta(hours=3)
"""For how long GitHub may put a single question off; its rate limits are reset every hour."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Patience:
    """Waits as long as GitHub says, else ever longer. ``tell`` hears why, and until when; ``sleep`` takes seconds."""

    clock: Clock
    tell: Callable[[str, datetime], None]
    sleep: Callable[[float], None] = time.sleep

    def ask(self, question: Callable[[], T]) -> T:
        """Return the answer.

        Raises GithubDownError after five minutes of silence, or when GitHub puts the question off for three hours;
        whatever else the question raises comes at once.
        """
        pause, silent, limited = SHORTEST_WAIT, timedelta(), timedelta()
        while True:
            try:
                return question()
            except GithubDownError as error:
                now = self.clock()
                if error.retry_at is None:
                    wait, pause = pause, min(pause * 2, LONGEST_WAIT)
                    silent += wait
                else:
                    wait = max(error.retry_at - now, SHORTEST_WAIT)
                    limited += wait
                if silent > MOST_SILENCE or limited > LONGEST_LIMIT:
                    raise
                self.tell(str(error), now + wait)
            self.sleep(wait.total_seconds())
