from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from resolver.model.answers import Answer, Confidence
from resolver.model.asking import Asked, Need, Want
from resolver.model.deliveries import DeliveryStatus
from resolver.model.figures import Figures
from resolver.model.runs import NO_CLAIMS
from resolver.model.wants import WantChange
from store import Store
from store.resolutions import Appended
from tests.support.facts import (
    NOON,
    REPOSITORY,
    WORKSPACE,
    after,
    delivery,
    ignored,
    ref,
    repository,
    seen,
    sha,
    state,
    thing,
)

EMPTY = Figures(
    deliveries_waiting=0,
    due_since=None,
    deliveries_dead=0,
    conflicts=0,
    wants_waiting=0,
    wants_refused=0,
    wants_dead=0,
)
ANSWER = Answer(Confidence.EXACT, "direct", "span-1", None)


def figures(store: Store, minutes: float = 0) -> Figures:
    """Ask for the figures at a time."""
    with store.snapshot() as catalogue:
        return catalogue.figures(after(minutes))


def feedback(store: Store) -> int:
    """Keep a piece of feedback."""
    with store.transaction() as ledger:
        ledger.put_repository(repository(), WORKSPACE)
        ledger.put_object(seen(thing()), NO_CLAIMS)
        (feedback_id,) = ledger.put_feedback(state(), NOON)
        return feedback_id


def append_and_fail(store: Store, feedback_id: int) -> None:
    """Append a resolution in a transaction that comes to nothing."""
    with store.transaction() as ledger:
        ledger.append_resolution(feedback_id, ANSWER, "a run", NOON)
        raise ZeroDivisionError


def test_nothing_waits_in_an_empty_store(store: Store) -> None:
    """An empty store has zeros, and no delivery that is due."""
    assert figures(store) == EMPTY


def test_deliveries_are_counted_by_what_is_left_to_do(store: Store) -> None:
    """Pending and failed ones wait, dead ones and other bodies are counted apart, done and ignored ones not."""
    store.record(delivery("done"))
    done = store.claim(NOON)
    assert done is not None
    with store.processing(done):
        pass
    store.record(delivery("failed"))
    failed = store.claim(NOON)
    assert failed is not None
    store.fail(failed, error="x", retry_at=after(5))
    store.record(delivery("pending"))
    store.record(ignored("ignored"))
    store.record(replace(delivery("dead"), status=DeliveryStatus.DEAD))
    for body in (b"[]", b"[]", b"[1]"):
        store.record(delivery("pending", body=body))
    assert figures(store) == replace(EMPTY, deliveries_waiting=2, due_since=NOON, deliveries_dead=1, conflicts=2)


def test_due_since_is_since_when_a_worker_could_have_taken_it(store: Store) -> None:
    """A delivery is due since it came in, one that failed since the end of its pause, a replayed one since then."""
    store.record(delivery("one"))
    assert figures(store, 3).due_since == NOON
    one = store.claim(after(3))
    assert one is not None
    store.fail(one, error="x", retry_at=after(9))
    assert figures(store, 8).due_since is None
    assert figures(store, 10).due_since == after(9)
    store.replay("one", after(20))
    assert figures(store, 30).due_since == after(20)


def test_wants_are_counted_by_how_it_stands_with_them(store: Store) -> None:
    """A want waits, or is refused, or dead; what was answered is not counted."""
    wants = [Want(Need.COMMIT, REPOSITORY, sha=sha(letter)) for letter in "abcd"]
    with store.transaction() as ledger:
        ledger.put_wants(wants, NOON, due=NOON)
    later = after(60)
    changes = (
        WantChange(Asked.DONE, NOON),
        WantChange(Asked.DEAD, NOON, error="x", refusal="given up: x"),
        WantChange(Asked.WAITING, NOON, refusal="it may not be asked", retry_at=later),
    )
    for change in changes:
        claimed = store.claim_want(NOON)
        assert claimed is not None
        with store.settling_want(claimed, change):
            pass
    assert figures(store) == replace(EMPTY, wants_waiting=1, wants_refused=1, wants_dead=1)


def test_what_was_appended_is_told_once_it_is_committed(store: Store) -> None:
    """After each kind of transaction the listener hears what it appended, and sees it in the store by then."""
    told: list[Appended] = []
    feedback_id = feedback(store)

    def listen(appended: Sequence[Appended]) -> None:
        with store.snapshot() as catalogue:
            newest = catalogue.resolutions(feedback_id, before=None, limit=1)
        assert newest[0][1] == appended[-1][1]
        told.extend(appended)

    store.on_resolutions(listen)
    with store.transaction() as ledger:
        ledger.append_resolution(feedback_id, ANSWER, "a run", NOON)
    store.record(delivery())
    claimed = store.claim(NOON)
    assert claimed is not None
    with store.processing(claimed) as mine:
        assert mine is not None
        mine.append_resolution(feedback_id, ANSWER, "a delivery", NOON)
    with store.transaction() as ledger:
        ledger.put_wants([Want(Need.COMMIT, REPOSITORY, sha=sha("a"))], NOON, due=NOON)
    want = store.claim_want(NOON + timedelta(minutes=1))
    assert want is not None
    with store.settling_want(want, WantChange(Asked.DONE, NOON)) as asked:
        assert asked is not None
        asked.append_resolution(feedback_id, ANSWER, "GitHub", NOON)
    assert [(one, resolution.cause) for one, resolution in told] == [
        (feedback_id, cause) for cause in ("a run", "a delivery", "GitHub")
    ]


def test_what_was_rolled_back_is_not_told(store: Store) -> None:
    """A transaction that fails, and one that appends nothing, tell nothing."""
    told: list[Appended] = []
    feedback_id = feedback(store)
    store.on_resolutions(told.extend)
    with pytest.raises(ZeroDivisionError):
        append_and_fail(store, feedback_id)
    with store.transaction() as ledger:
        assert ledger.feedback_on(ref()) is not None
    assert told == []
