from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from receiver.patience import LONGEST_LIMIT, MOST_SILENCE, Patience
from resolver.errors import GithubDownError, GithubRefusedError
from tests.support.api import NOON


@dataclass
class Waiting:
    """A patience whose time passes at once, and what it said."""

    now: datetime = NOON
    told: list[tuple[str, datetime]] = field(default_factory=list)

    def patience(self) -> Patience:
        """Return the patience."""
        return Patience(lambda: self.now, lambda reason, until: self.told.append((reason, until)), self._sleep)

    def _sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def asked(waiting: Waiting, times: int, retry_in: timedelta | None = None) -> str:
    """Ask what fails some times before it answers."""
    left = [times]

    def question() -> str:
        if left[0]:
            left[0] -= 1
            raise GithubDownError("down", retry_at=None if retry_in is None else waiting.now + retry_in)
        return "answer"

    return waiting.patience().ask(question)


def test_pauses_grow_while_github_is_silent() -> None:
    """Without a word about when to ask again, each pause is twice the one before, and is told."""
    waiting = Waiting()
    assert asked(waiting, 4) == "answer"
    assert [(until - NOON).total_seconds() for _, until in waiting.told] == [1, 3, 7, 15]
    assert {reason for reason, _ in waiting.told} == {"down"}


def test_it_ends_after_some_minutes_of_silence() -> None:
    """A GitHub that stays silent is given up after five minutes."""
    waiting = Waiting()
    with pytest.raises(GithubDownError):
        asked(waiting, 1000)
    assert MOST_SILENCE - timedelta(minutes=1) < waiting.now - NOON <= MOST_SILENCE


def test_it_waits_as_long_as_github_says() -> None:
    """A rate limit is waited for until GitHub says, an hour if need be; for hours on end it is not."""
    waiting = Waiting()
    assert asked(waiting, 2, timedelta(hours=1)) == "answer"
    assert waiting.now == NOON + timedelta(hours=2)
    with pytest.raises(GithubDownError):
        asked(waiting, 1000, timedelta(hours=1))
    assert waiting.now == NOON + timedelta(hours=2) + LONGEST_LIMIT


def test_a_time_that_has_passed_is_no_reason_to_hurry() -> None:
    """Where GitHub says to ask again at a time that is over, it is asked after a second."""
    waiting = Waiting()
    assert asked(waiting, 3, timedelta(hours=-1)) == "answer"
    assert waiting.now == NOON + timedelta(seconds=3)


def test_what_is_no_outage_is_raised_at_once() -> None:
    """A refusal is not waited for."""
    waiting = Waiting()

    def question() -> str:
        raise GithubRefusedError("no")

    with pytest.raises(GithubRefusedError):
        waiting.patience().ask(question)
    assert waiting.told == []
