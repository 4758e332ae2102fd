"""Raw deliveries are kept for a time; then their bodies go, and everything else of them stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from resolver.errors import ConflictError
from resolver.model.deliveries import DeliveryStatus, NewDelivery, Recorded
from store import Store
from store.retention import PORTION
from tests.support.databases import look_into
from tests.support.examined_store import assert_clean, live
from tests.support.facts import NOON, delivery
from tests.support.world import World

KEPT = timedelta(days=90)
AFTER = NOON + KEPT + timedelta(seconds=1)


def received(guid: str, *, at: datetime = NOON, status: DeliveryStatus = DeliveryStatus.IGNORED) -> NewDelivery:
    """Make a delivery that was received at a time."""
    return replace(delivery(guid), received_at=at, status=status)


def bodies(store: Store, table: str = "delivery") -> dict[str, bool]:
    """Return of each delivery whether its body is there."""
    rows = look_into(store).rows(f"SELECT guid, LENGTH(body), headers, pruned_at FROM {table}")
    assert {(size == 0, headers == "{}", pruned_at is not None) for _, size, headers, pruned_at in rows} <= {
        (True, True, True), (False, False, False),
    }  # fmt: skip
    return {guid: size > 0 for guid, size, *_ in rows}


def test_bodies_go_after_their_time(store: Store) -> None:
    """The body and the headers of a delivery that is dealt with go when its time is over, those of others stay."""
    store.record(received("old"))
    store.record(received("young", at=NOON + timedelta(days=1)))
    assert store.prune_deliveries(NOON + KEPT, kept=KEPT) == 0
    assert store.prune_deliveries(AFTER, kept=KEPT) == 1
    assert bodies(store) == {"old": False, "young": True}
    assert store.prune_deliveries(AFTER, kept=KEPT) == 0
    with store.snapshot() as catalogue:
        old = catalogue.delivery("old")
        assert old is not None
        assert (old.status, old.received_at, old.pruned_at) == (DeliveryStatus.IGNORED, NOON, AFTER)


def test_the_same_one_is_still_a_duplicate(store: Store) -> None:
    """A delivery that is sent again when its body is gone is a duplicate, and one with another body a conflict."""
    store.record(received("old"))
    store.prune_deliveries(AFTER, kept=KEPT)
    assert store.record(received("old")) is Recorded.DUPLICATE
    assert store.record(replace(received("old"), body=b"[]")) is Recorded.CONFLICT
    assert bodies(store, "delivery_conflict") == {"old": True}
    store.prune_deliveries(AFTER, kept=KEPT)
    assert bodies(store, "delivery_conflict") == {"old": False}


@pytest.mark.parametrize("status", [DeliveryStatus.PENDING, DeliveryStatus.FAILED, DeliveryStatus.DEAD])
def test_what_was_not_taken_in_stays(store: Store, status: DeliveryStatus) -> None:
    """What waits, or was given up, keeps its body however old it is; it goes once it has been dealt with."""
    store.record(received("one", status=status))
    store.record(received("two"))
    assert store.prune_deliveries(AFTER, kept=KEPT) == 1
    assert bodies(store) == {"one": True, "two": False}
    assert store.replay("one", AFTER) is not None
    claimed = store.claim(AFTER)
    assert claimed is not None
    with store.processing(claimed) as ledger:
        assert ledger is not None
    assert store.prune_deliveries(AFTER, kept=KEPT) == 1
    assert bodies(store) == {"one": False, "two": False}


def test_it_cannot_be_replayed(store: Store) -> None:
    """A delivery without its body is not set pending: the error says why; an unknown one is still unknown."""
    store.record(received("old"))
    store.prune_deliveries(AFTER, kept=KEPT)
    with pytest.raises(ConflictError, match="its body was dropped"):
        store.replay("old", AFTER)
    assert store.claim(AFTER) is None
    assert store.replay("none", AFTER) is None


def test_many_go_in_portions(store: Store) -> None:
    """More than fit into one portion all go, and a clock that jumped back and forth keeps none of them for ever."""
    ahead = NOON + timedelta(days=400)
    for number in range(2 * PORTION + 7):
        store.record(received(f"g{number:03}", at=ahead if number == PORTION // 2 else NOON))
    assert store.prune_deliveries(AFTER, kept=KEPT) == 2 * PORTION + 6
    assert [guid for guid, there in bodies(store).items() if there] == [f"g{PORTION // 2:03}"]
    assert store.prune_deliveries(ahead + KEPT + timedelta(days=1), kept=KEPT) == 1
    assert not any(bodies(store).values())


def test_nothing_else_goes(store: Store) -> None:
    """What deliveries told stays when they go, and the store is found undamaged."""
    world = World(store)
    live(world)
    before = {url: one.resolution for url, one in world.all_feedback().items()}
    assert store.prune_deliveries(world.now + KEPT + timedelta(days=1), kept=KEPT) > 0
    assert not any(bodies(store).values())
    assert {url: one.resolution for url, one in world.all_feedback().items()} == before
    assert_clean(world)
