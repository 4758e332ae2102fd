from __future__ import annotations

from datetime import timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.errors import GithubDownError
from resolver.github import addresses
from resolver.github.exchange import Request, Response
from resolver.github.limits import Budget, Left, Limits
from tests.support.scripted import BEGIN, MovedClock, refused, told, window

ASKED = Request(addresses.PULL.fill("acme/widgets", number=5), {})
BLAMED = Request(addresses.GRAPHQL, {}, method="POST")


def held(budget: Budget, resource: str = "core", *, background: bool = False) -> GithubDownError | None:
    """Return what a budget says instead of admitting."""
    try:
        budget.admit(resource, background=background)
    except GithubDownError as error:
        return error
    return None


@pytest.mark.parametrize("status", [403, 429])
def test_the_primary_limit_holds_until_it_is_reset(status: int) -> None:
    """Nothing is asked before, and everything after."""
    clock = MovedClock()
    budget = Budget(clock)
    reset = BEGIN + timedelta(minutes=20)
    assert budget.note(ASKED, refused(status, "API rate limit exceeded", **window(0, reset_at=reset))) == reset
    error = held(budget)
    assert error is not None
    assert error.retry_at == reset
    assert held(budget, "graphql") is not None
    clock.move(minutes=20)
    assert held(budget) is None


def test_the_time_of_reset_is_by_githubs_clock() -> None:
    """Where the own clock is hours off, what counts is how long it is until then."""
    clock = MovedClock()
    budget = Budget(clock)
    theirs = BEGIN + timedelta(hours=7)
    answer = told(403, None, at=theirs, **window(0, reset_at=theirs + timedelta(minutes=3)))
    assert budget.note(ASKED, answer) == BEGIN + timedelta(minutes=3)


def test_an_answer_that_uses_up_the_limit_holds_the_next_request() -> None:
    """It need not be refused first; what other resources have left may be asked."""
    clock = MovedClock()
    budget = Budget(clock)
    assert budget.note(ASKED, told(**window(0, reset_at=BEGIN + timedelta(minutes=5)))) is None
    error = held(budget)
    assert error is not None
    assert error.retry_at == BEGIN + timedelta(minutes=5)
    assert held(budget, "graphql") is None
    clock.move(minutes=5)
    assert held(budget) is None


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (refused(403, "You have exceeded a secondary rate limit.", retry_after="17"), 17),
        (refused(429, "Slow down", retry_after="17"), 17),
        (refused(403, "You have exceeded a SECONDARY rate limit."), 60),
        (refused(403, "You have triggered an abuse detection mechanism."), 60),
        (refused(429, "Too many requests"), 60),
        (refused(403, "API rate limit exceeded for installation ID 77."), 60),
        (refused(403, "Wait", retry_after="0"), 1),
        (refused(403, "Wait", retry_after="999999999"), 3600),
        (refused(403, "Wait", retry_after=format_datetime(BEGIN + timedelta(seconds=90), usegmt=True)), 90),
        (refused(503, "Unavailable", retry_after="17"), 17),
        (refused(502, "Bad gateway", retry_after=format_datetime(BEGIN + timedelta(seconds=9), usegmt=True)), 9),
    ],
)
def test_how_long_an_answer_forbids_to_ask(answer: Response, seconds: int) -> None:
    """As GitHub says; a minute where it only says that it was too much; never more than an hour."""
    budget = Budget(MovedClock())
    until = BEGIN + timedelta(seconds=seconds)
    assert budget.note(ASKED, answer) == until
    error = held(budget, "graphql")
    assert error is not None
    assert error.retry_at == until


@pytest.mark.parametrize(
    "answer",
    [
        told(200),
        told(404),
        refused(403, "Resource not accessible by integration"),
        refused(403, "Resource not accessible", **window(4999, reset_at=BEGIN + timedelta(hours=1))),
        refused(500, "Server Error"),
        refused(503, "Unavailable", retry_after="0"),
        refused(503, "Unavailable", retry_after="soon"),
        told(200, x_ratelimit_limit="many", x_ratelimit_remaining="0", x_ratelimit_reset="x"),
        told(200, x_ratelimit_limit="5000", x_ratelimit_remaining="0", x_ratelimit_reset="1e300"),
        told(200, x_ratelimit_limit="5000", x_ratelimit_remaining="0", x_ratelimit_reset="nan"),
        told(200, x_ratelimit_limit="5000", x_ratelimit_remaining="0"),
    ],
)
def test_other_answers_hold_nothing(answer: Response) -> None:
    """A refusal is no limit, and headers that cannot be read say nothing."""
    budget = Budget(MovedClock())
    assert budget.note(ASKED, answer) is None
    assert held(budget) is None


def test_background_requests_leave_a_tenth() -> None:
    """Reading history stops where feedback could be left without."""
    clock = MovedClock()
    budget = Budget(clock)
    reset = BEGIN + timedelta(minutes=30)
    budget.note(ASKED, told(**window(501, reset_at=reset)))
    assert held(budget, background=True) is None
    budget.note(ASKED, told(**window(500, reset_at=reset)))
    error = held(budget, background=True)
    assert error is not None
    assert error.retry_at == reset
    assert held(budget) is None
    clock.move(minutes=30)
    assert held(budget, background=True) is None


def test_answers_that_overtake_each_other_do_not_give_anything_back() -> None:
    """Of one window, the smallest number that was told counts; a new window begins anew."""
    budget = Budget(MovedClock())
    reset = BEGIN + timedelta(minutes=30)
    budget.note(ASKED, told(**window(0, reset_at=reset)))
    budget.note(ASKED, told(**window(3, reset_at=reset)))
    assert held(budget) is not None
    budget.note(ASKED, told(**window(5000, reset_at=reset + timedelta(minutes=30))))
    assert held(budget) is None


def test_a_limit_that_only_the_body_tells_of() -> None:
    """GraphQL answers 200 to what it refuses for that; the window says how long, else it is a minute."""
    clock = MovedClock()
    budget = Budget(clock)
    assert budget.hold("graphql") == BEGIN + timedelta(minutes=1)
    budget = Budget(clock)
    budget.note(BLAMED, told(**window(0, reset_at=BEGIN + timedelta(minutes=9))))
    assert budget.hold("graphql") == BEGIN + timedelta(minutes=9)
    assert held(budget) is not None


def test_each_installation_has_a_budget_of_its_own() -> None:
    """One that is used up holds no other, and not the App's own."""
    limits = Limits(MovedClock())
    limits.of(77).hold("core")
    assert held(limits.of(77)) is not None
    assert held(limits.of(78)) is None
    assert held(limits.of(None)) is None
    assert limits.of(77) is limits.of(77)


@given(
    status=st.sampled_from([200, 403, 429, 502]),
    headers=st.dictionaries(
        st.sampled_from(["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "retry-after", "date"]),
        st.text(max_size=30) | st.integers().map(str) | st.floats().map(str),
    ),
    body=st.binary(max_size=50),
)
def test_any_answer_holds_for_an_hour_at_most(status: int, headers: dict[str, str], body: bytes) -> None:
    """Whatever it says, it raises nothing, and there is a time at which GitHub is asked again."""
    clock = MovedClock()
    budget = Budget(clock)
    budget.note(ASKED, Response(status, headers, body))
    clock.move(hours=1, seconds=1)
    assert held(budget, background=True) is None


def test_what_is_left_is_told_where_least_is() -> None:
    """Of each limit the window with the fewest requests left is told, whoever's it is, until it is whole again."""
    clock = MovedClock()
    limits = Limits(clock)
    soon, later = BEGIN + timedelta(minutes=5), BEGIN + timedelta(minutes=50)
    assert limits.least() == ()
    limits.of(None).note(ASKED, told(**window(4000, reset_at=later)))
    limits.of(7).note(ASKED, told(**window(30, reset_at=soon)))
    limits.of(7).note(BLAMED, told(**window(9, reset_at=later)))
    assert set(limits.least()) == {Left("core", 30, soon), Left("graphql", 9, later)}
    clock.move(minutes=5)
    assert set(limits.least()) == {Left("core", 4000, later), Left("graphql", 9, later)}
