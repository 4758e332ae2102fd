from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver import ports
from resolver.model.runs import NO_CLAIMS
from store import Catalogue, Ledger, Store
from store.times import from_micros, to_micros
from tests.support.facts import WORKSPACE, ref, repository, seen, thing


def as_ledger(ledger: Ledger) -> ports.Ledger:
    """Take a ledger for what the domain asks for; the type checker says whether it is."""
    return ledger


def as_facts(catalogue: Catalogue) -> ports.Facts:
    """Take a catalogue for what the domain asks for; the type checker says whether it is."""
    return catalogue


def write_and_fail(store: Store) -> None:
    """Write to several parts of the store in a transaction that is interrupted."""
    with store.transaction() as ledger:
        ledger.put_repository(repository(), WORKSPACE)
        ledger.put_object(seen(thing()), NO_CLAIMS)
        raise KeyboardInterrupt


def test_both_ports_are_whole() -> None:
    """Everything that the domain asks of a store is there."""
    for port, part in ((ports.Ledger, Ledger), (ports.Facts, Catalogue)):
        asked = {name for base in port.__mro__ for name in vars(base) if not name.startswith("_")}
        assert asked <= set(dir(part))


def test_no_part_stands_in_another_s_way() -> None:
    """The ledger and the catalogue are put together of parts, none of which defines a name of another.

    A part that writes may refine what the part of its subject that reads has: it is that part, and more.
    """
    for whole in (Ledger, Catalogue):
        for name in dir(whole):
            parts = [part for part in whole.__mro__[:-1] if name in vars(part) and not name.startswith("__")]
            owners = [
                part for part in parts if not any(issubclass(other, part) for other in parts if other is not part)
            ]
            assert len(owners) <= 1, (name, owners)


def test_all_or_nothing(store: Store) -> None:
    """What a transaction wrote before it failed is not there, in any part of the store."""
    with pytest.raises(KeyboardInterrupt):
        write_and_fail(store)
    with store.snapshot() as catalogue:
        facts = as_facts(catalogue)
        assert facts.object(ref()) is None
        assert facts.repository_named(WORKSPACE, "acme/widgets") is None
    with store.transaction() as ledger:
        assert as_ledger(ledger).put_repository(repository(), WORKSPACE)


def test_locks_taken_on_the_way(store: Store) -> None:
    """A ledger takes locks while it is at work, also ones that it holds already, and goes on."""
    with store.transaction("repository 1") as ledger:
        as_ledger(ledger).lock(["repository 2", "repository 1"])
        as_ledger(ledger).lock([])
        assert ledger.put_repository(repository(), WORKSPACE)


@given(st.datetimes(timezones=st.just(UTC)))
def test_times(moment: datetime) -> None:
    """A time comes back as it was, to the microsecond, and keeps its order."""
    assert from_micros(to_micros(moment)) == moment
    assert (to_micros(moment) < to_micros(datetime(2000, 1, 1, tzinfo=UTC))) == (moment.year < 2000)
