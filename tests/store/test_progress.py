from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from store import Store
from tests.support.facts import NOON, REPOSITORY, WORKSPACE, after, repository

EVERY, HOLD = timedelta(minutes=10), timedelta(minutes=1)


def take(store: Store, at: float = 0, name: str = "look", every: timedelta = EVERY) -> dict[str, Any] | None:
    """Take a turn."""
    return store.take_turn(name, after(at), every=every, hold=HOLD)


def test_saved_and_read(store: Store) -> None:
    """A state comes back as it was saved last, each under its name; where none was saved there is none."""
    assert store.progress("a") is None
    state = {"page": 3, "since": None, "names": ["❤", "\x00"], "more": {"done": True}}
    store.save_progress("a", {"page": 2}, NOON)
    store.save_progress("a", state, NOON)
    assert store.progress("a") == state
    assert store.progress("b") is None
    for bad in ({"x": NOON}, {"x": float("nan")}):
        with pytest.raises((TypeError, ValueError)):
            store.save_progress("a", bad, NOON)


def test_saved_with_what_was_done(store: Store) -> None:
    """A state that is saved in a transaction is there with what else it kept, or not at all."""
    with pytest.raises(ZeroDivisionError):
        save_and_fail(store)
    assert store.progress("a") is None
    with store.transaction() as ledger:
        ledger.put_repository(repository(), WORKSPACE)
        ledger.save_progress("a", {"page": 1}, NOON)
        assert ledger.progress("a") == {"page": 1}
    with store.snapshot() as catalogue:
        assert catalogue.progress("a") == {"page": 1}
        assert catalogue.repository(REPOSITORY) is not None


def save_and_fail(store: Store) -> None:
    """Save a state in a transaction that fails."""
    with store.transaction() as ledger:
        ledger.save_progress("a", {"page": 1}, NOON)
        raise ZeroDivisionError


def test_one_turn_after_the_other(store: Store) -> None:
    """A turn is one worker's, and the next is due some time after it ended, with the state that it left."""
    assert take(store) == {}
    assert take(store, 0.5) is None
    assert store.progress("look") == {}
    store.end_turn("look", {"until": 1}, after(1), every=EVERY)
    assert take(store, 10.9) is None
    assert take(store, 11) == {"until": 1}
    assert take(store, 11, name="other") == {}


def test_a_turn_of_a_worker_that_is_gone(store: Store) -> None:
    """Who took a turn and was never heard of again loses it, unless it said in time that it goes on."""
    store.save_progress("look", {"until": 1}, NOON)
    assert take(store) == {"until": 1}
    store.hold_turn("look", after(0.9), hold=HOLD)
    assert take(store, 1.8) is None
    assert take(store, 1.9) == {"until": 1}


def test_at_once(store: Store) -> None:
    """Whoever would not wait at all takes a turn before it is due, but nobody else's."""
    store.end_turn("look", {}, NOON, every=EVERY)
    assert take(store, 0.1) is None
    assert take(store, 0.1, every=timedelta(0)) == {}
    assert take(store, 0.2, every=timedelta(0)) is None


def test_saving_does_not_end_a_turn(store: Store) -> None:
    """A state that is saved during a turn leaves it to its worker, and is what the next one begins with."""
    assert take(store) == {}
    store.save_progress("look", {"page": 2}, after(0.1))
    assert take(store, 0.5) is None
    assert take(store, 1) == {"page": 2}


def test_a_clock_that_was_ahead(store: Store) -> None:
    """A turn that is due, or held, later than it can be was set by a clock that has been put back: it is due."""
    years = 60 * 24 * 365 * 70
    assert take(store, years) == {}
    assert take(store) == {}
    store.end_turn("look", {"until": 1}, after(years), every=EVERY)
    assert take(store, 1) == {"until": 1}
    store.end_turn("look", {}, after(1.2), every=EVERY)
    assert take(store, 1) is None
