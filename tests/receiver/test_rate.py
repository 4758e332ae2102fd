from __future__ import annotations

import multiprocessing
from itertools import accumulate
from math import ceil

from hypothesis import given
from hypothesis import strategies as st

from receiver.rate import MINUTE, SLOTS, Meter

LIMITS = st.integers(1, 40)
GAPS = st.lists(st.floats(0, 90, allow_nan=False) | st.just(0.0), min_size=1, max_size=150)


def taken(limit: int, gaps: list[float], *, start: float = 1000.0) -> list[float]:
    """Return the moments at which requests got through, made with these gaps between them."""
    meter = Meter()
    moments = list(accumulate(gaps, initial=start))
    return [now for now in moments if meter.take(1, per_minute=limit, now=now) == 0.0]


@given(LIMITS, GAPS)
def test_never_more_than_the_rate_and_one_burst(limit: int, gaps: list[float]) -> None:
    """In any stretch of time come as many as its minutes allow, and one minute's worth at once before: no more."""
    moments = taken(limit, gaps)
    for index, begin in enumerate(moments):
        for count, end in enumerate(moments[index:], start=1):
            assert count <= limit * (1 + (end - begin) / MINUTE) + 1e-6


@given(LIMITS, GAPS)
def test_never_more_than_the_limit_at_once(limit: int, gaps: list[float]) -> None:
    """At one moment, and from any rest of a minute on, no more than the limit gets through."""
    moments = taken(limit, gaps)
    assert max(moments.count(moment) for moment in moments) <= limit


@given(LIMITS, GAPS)
def test_whoever_keeps_to_the_rate_is_never_refused(limit: int, gaps: list[float]) -> None:
    """Requests that come no faster than evenly all get through, and after a minute's rest a whole burst does."""
    even = [gap + MINUTE / limit for gap in gaps]
    assert len(taken(limit, even)) == len(even) + 1
    meter = Meter()
    now = sum(gaps)
    while meter.take(1, per_minute=limit, now=now) == 0.0:
        pass
    waits = [meter.take(1, per_minute=limit, now=now + MINUTE) for _ in range(limit + 1)]
    assert waits[:-1] == [0.0] * limit
    assert waits[-1] > 0


@given(LIMITS, GAPS)
def test_what_it_says_of_waiting_is_so(limit: int, gaps: list[float]) -> None:
    """After the time that is named, rounded up to whole seconds, the next request gets through; before it, none."""
    meter = Meter()
    for now in accumulate(gaps, initial=5.0):
        wait = meter.take(1, per_minute=limit, now=now)
        if wait > 0:
            assert wait <= MINUTE / limit + 1e-6
            assert meter.take(1, per_minute=limit, now=now + wait * 0.98) > 0
            assert meter.take(1, per_minute=limit, now=now + ceil(wait)) == 0.0
            return


def test_a_refused_request_does_not_count() -> None:
    """Asking in vain, however often, makes nobody wait longer."""
    meter = Meter()
    assert meter.take(1, per_minute=1, now=0.0) == 0.0
    waits = {meter.take(1, per_minute=1, now=1.0) for _ in range(100)}
    assert waits == {59.0}


def test_tokens_do_not_share_unless_there_are_very_many() -> None:
    """Each token has a number of its own; the 65,536th after it shares it."""
    meter = Meter()
    assert [meter.take(token, per_minute=1, now=0.0) for token in (0, 1, 2, SLOTS - 1)] == [0.0] * 4
    assert meter.take(SLOTS + 1, per_minute=1, now=0.0) > 0


def test_processes_that_are_forked_count_together() -> None:
    """What one process lets through, another one knows of."""
    meter = Meter()
    context = multiprocessing.get_context("fork")
    child = context.Process(target=meter.take, args=(1,), kwargs={"per_minute": 1, "now": 0.0})
    child.start()
    child.join()
    assert meter.take(1, per_minute=1, now=1.0) == 59.0
