"""What is counted, timed and said of asking GitHub."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from receiver.asking import ask_once, github_or_refusal, run_asking
from receiver.metrics.github import Watched, outcome_of
from receiver.metrics.instruments import ASKED, WANTED, instruments
from receiver.missed import recover_once
from resolver.errors import GithubAnswerError, GithubDownError
from resolver.github.exchange import Response, Transport
from resolver.settle import PATIENCE
from tests.support.asked_world import INSTALLATION, AskedWorld
from tests.support.builders import AGENT, minute
from tests.support.github import faults
from tests.support.service import until
from tests.support.untold import NUMBER, PATH, reply

WANTS = "whichrun_wants_asked_total"
REQUESTS = "whichrun_github_requests_total"


@dataclass
class Grown:
    """By how much the counters of this process have grown since this was made."""

    before: dict[tuple[str, str], float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Remember what they were."""
        self.before = {
            (name, one): self.now(name, one) for name, all_ in ((WANTS, WANTED), (REQUESTS, ASKED)) for one in all_
        }

    def now(self, name: str, outcome: str) -> float:
        """Return a counter."""
        return instruments().registry.get_sample_value(name, {"outcome": outcome}) or 0.0

    def of(self, name: str) -> dict[str, float]:
        """Return what has grown of a counter, by outcome."""
        grown = {one: self.now(name, one) - before for (counter, one), before in self.before.items() if counter == name}
        return {one: number for one, number in grown.items() if number}


@dataclass
class Answers:
    """A transport that answers, or raises, one thing."""

    answer: Response | Exception

    def exchange(self, *_: object) -> Response:
        """Answer."""
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def close(self) -> None:
        """Hold nothing."""


@pytest.mark.parametrize(
    ("status", "headers", "outcome"),
    [
        (200, {}, "ok"),
        (304, {}, "ok"),
        (404, {}, "absent"),
        (410, {}, "absent"),
        (401, {}, "refused"),
        (403, {"x-ratelimit-remaining": "3"}, "refused"),
        (403, {"x-ratelimit-remaining": "0"}, "limited"),
        (403, {"retry-after": "60"}, "limited"),
        (429, {}, "limited"),
        (502, {}, "failing"),
    ],
)
def test_answers_have_outcomes(status: int, headers: dict[str, str], outcome: str) -> None:
    """Each status is one outcome; what is refused for asking too much is told from what is refused for good."""
    assert outcome_of(Response(status, headers)) == outcome


@pytest.mark.parametrize(
    ("error", "outcome"),
    [(GithubDownError("x"), "unreachable"), (GithubAnswerError("x"), "unusable")],
)
def test_requests_without_an_answer_are_counted_too(error: Exception, outcome: str) -> None:
    """Nobody reached, and answers that are none, are outcomes; the error goes on as it was."""
    grown = Grown()
    watched: Transport = Watched(Answers(error))
    with pytest.raises(type(error)):
        watched.exchange("GET", "", {}, None)
    watched.close()
    assert grown.of(REQUESTS) == {outcome: 1}


def test_a_want_is_counted_and_said(asking: AskedWorld, caplog: pytest.LogCaptureFixture) -> None:
    """What was asked for and what came of it is a line and a count, and GitHub's requests are counted."""
    asking.repo.add_pull(NUMBER, head_sha="a" * 40, base_sha="b" * 40)
    asking.repo.add_review_comment(
        NUMBER, 70, user=AGENT, body="Why twice?", path=PATH, commit_id="a" * 40, created_at=minute(1)
    )
    asking.world.deliver(reply(70))
    asking.world.now += PATIENCE
    grown = Grown()
    with caplog.at_level(logging.INFO, logger="receiver.asking"):
        number = asking.ask()
    assert grown.of(WANTS)["answered"] > 0
    assert sum(grown.of(WANTS).values()) == number
    assert grown.of(REQUESTS)["ok"] >= number
    assert "GitHub was to be asked for the thread of review comment 70: answered, try 1" in caplog.messages


def test_wants_in_vain_are_counted_by_why(asking: AskedWorld) -> None:
    """A GitHub that is down postpones, an App that may not ask is refused, nonsense fails."""
    asking.world.deliver(reply(70))
    causes: dict[str, Callable[[], object]] = {
        "postponed": lambda: setattr(asking.standing_in, "fault", faults.status(503)),
        "failed": lambda: setattr(asking.standing_in, "fault", faults.malformed().on("/pulls/")),
    }
    for outcome, cause in causes.items():
        cause()
        asking.world.now += timedelta(minutes=11)
        grown = Grown()
        assert ask_once(asking.services, asking.github)
        assert grown.of(WANTS) == {outcome: 1}
    asking.standing_in.fault = None
    asking.standing_in.suspend(INSTALLATION)
    asking.world.now += timedelta(hours=2)
    grown = Grown()
    assert ask_once(asking.services, github_or_refusal(asking.services))
    assert grown.of(WANTS) == {"refused": 1}


def test_the_budget_is_told_while_asking(asking: AskedWorld) -> None:
    """After a want the least that is left of GitHub's limits is there to be read, and when that is void."""
    asking.world.deliver(reply(70))
    asking.world.now += PATIENCE
    labels = {"resource": "core"}
    instruments().github_remaining.labels("core").set(-1)
    stop = threading.Event()

    def ask() -> None:
        run_asking(asking.services, asking.github, stop=stop)
        asking.services.store.close()  # this thread's connection

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        until(lambda: instruments().registry.get_sample_value("whichrun_github_rate_limit_remaining", labels) != -1)
    finally:
        stop.set()
        thread.join()
    [left] = [one for one in asking.github.limits() if one.resource == "core"]
    told = {
        name: instruments().registry.get_sample_value(f"whichrun_github_rate_limit_{name}", labels)
        for name in ("remaining", "reset_timestamp_seconds")
    }
    assert told["remaining"] == left.remaining
    assert told["reset_timestamp_seconds"] == left.reset_at.timestamp()


def test_redeliveries_are_counted(asking: AskedWorld) -> None:
    """Each missed delivery that GitHub agrees to make again counts."""
    name = "whichrun_redeliveries_requested_total"
    before = instruments().registry.get_sample_value(name) or 0.0
    asking.standing_in.log.send = lambda _: 202
    asking.standing_in.deliver_failed(reply(70), at=asking.world.now - timedelta(minutes=5), status_code=0)
    assert recover_once(asking.services, asking.github, at_start=True) == 1
    assert instruments().registry.get_sample_value(name) == before + 1
