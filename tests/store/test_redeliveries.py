from __future__ import annotations

from resolver.model.deliveries import DeliveryStatus
from store import Store
from tests.support.facts import after, delivery, ignored


def test_what_the_inbox_never_saw(store: Store) -> None:
    """Missing is what no delivery bears, whatever became of those that are there."""
    store.record(delivery("g1"))
    store.record(ignored("g2"))
    store.record(delivery("g3"))
    claimed = store.claim(after(0))
    assert claimed is not None
    store.fail(claimed, error="x", retry_at=None)
    with store.snapshot() as catalogue:
        assert len(catalogue.deliveries(status=DeliveryStatus.DEAD, before=None, limit=9)) == 1
    assert store.missing_guids(["g1", "g2", "g3", "g4", "g4", "g' --"]) == {"g4", "g' --"}
    assert store.missing_guids([]) == frozenset()


def test_many_at_once(store: Store) -> None:
    """Three days of deliveries may be asked about at once."""
    store.record(delivery("1999"))
    assert len(store.missing_guids(str(number) for number in range(2000))) == 1999


def test_each_is_noted_once(store: Store) -> None:
    """Only who first notes a delivery is to ask for it, also once it is closed; what is open is told oldest first."""
    assert store.note_redelivery("g2", 2**53, after(2))
    assert store.note_redelivery("g1", 11, after(1))
    assert not store.note_redelivery("g1", 12, after(3))
    assert store.redeliveries_open() == (("g1", 11, after(1)), ("g2", 2**53, after(2)))
    store.close_redelivery("g1")
    store.close_redelivery("g1")
    store.close_redelivery("unknown")
    assert not store.note_redelivery("g1", 11, after(4))
    assert store.redeliveries_open() == (("g2", 2**53, after(2)),)
