"""Large pushes, which are kept some commits at a time: nobody else has to wait for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from receiver import worker
from receiver.wiring import Services, wire
from receiver.worker import Hand
from resolver import intake
from resolver.intake import Prepared
from resolver.model.deliveries import DeliveryStatus
from store import Store, open_store
from store.waiting import HELD_FOR
from tests.support.builders import Delivery, commit, issue_comment, minute, push, sha
from tests.support.databases import fresh_sqlite, look_into
from tests.support.inbox import settings_for
from tests.support.world import REPO, World
from tests.torture.state import state_of

COMMITS = 7
PATHS = [f"src/{number}.py" for number in range(9)]


@pytest.fixture(autouse=True)
def small_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let five rows be many, and nobody wait between two portions."""
    monkeypatch.setattr(intake, "ROWS_OF_A_PORTION", 5)
    monkeypatch.setattr(worker, "BETWEEN_PORTIONS", 0)


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Store]:
    """Open a second store; the states of any two can be compared."""
    opened = open_store(fresh_sqlite(tmp_path / "other.db"))
    yield opened
    opened.close()


def at_work(world: World) -> Services:
    """Return a worker's surroundings in a world."""
    return replace(wire(settings_for(), store=world.store, clock=world.clock), intake=world.intake)


def large(world: World) -> Delivery:
    """Return a push of several signed commits, one of which touched more paths than a portion has rows."""
    trailers = world.run("coder").commit_trailers
    commits = [
        commit(sha(f"c{number}"), f"Change {number}\n\n{trailers}", at=minute(number), modified=[f"{number}.py"])
        for number in range(COMMITS)
    ]
    commits[3]["added"] = PATHS
    return push(REPO, commits=commits, at=minute(9))


def end_of(store: Store, work: Callable[[Services], None]) -> Any:  # noqa: ANN401 - a counter of rows in words
    """Record the push, work on it, and return what the store holds then."""
    world = World(store)
    world.record(large(world))
    work(at_work(world))
    with store.snapshot() as catalogue:
        statuses = {one.status for _, one in catalogue.deliveries(status=None, before=None, limit=9)}
    assert statuses == {DeliveryStatus.DONE}
    return state_of(look_into(store), history=True)


def work_on(services: Services) -> None:
    """Process what is due."""
    assert Hand(services).work_once()


@contextmanager
def keeping(monkeypatch: pytest.MonkeyPatch, act: Callable[[int], None]) -> Iterator[None]:
    """Have something done after each portion, which is told its number."""
    keep = intake.Intake.keep_ahead
    count = 0

    def kept(self: intake.Intake, ledger: Any, portion: Prepared) -> frozenset[str]:  # noqa: ANN401 - a ledger
        nonlocal count
        count += 1
        act(count)
        return keep(self, ledger, portion)

    with monkeypatch.context() as patched:
        patched.setattr(intake.Intake, "keep_ahead", kept)
        yield


def test_it_ends_as_if_it_had_been_kept_at_once(store: Store, other: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the portions, the store holds the same in the end."""
    counted: list[int] = []
    with keeping(monkeypatch, counted.append):
        in_portions = end_of(store, work_on)
    assert len(counted) > 2
    monkeypatch.setattr(intake, "ROWS_OF_A_PORTION", 1_000_000)
    assert in_portions == end_of(other, work_on)


def test_a_failure_between_two_portions_changes_nothing(
    store: Store, other: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was kept before a failure is kept once: tried again, the push ends as one that never failed."""

    def failing(number: int) -> None:
        if number == 3:
            raise ZeroDivisionError

    def work_twice(services: Services) -> None:
        with keeping(monkeypatch, failing):
            work_on(services)
        later = services.clock() + timedelta(hours=1)
        work_on(replace(services, clock=lambda: later))

    assert end_of(store, work_twice) == end_of(other, work_on)


def test_what_is_kept_ahead_proves_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until all of a push is kept, nobody is known to have pushed its commits, and their files are not known."""
    seen: list[tuple[bool, bool]] = []
    world = World(store)
    world.record(large(world))

    def look(number: int) -> None:
        if number == 4:
            raise ZeroDivisionError

    with keeping(monkeypatch, look):
        work_on(at_work(world))
    with world.facts() as facts:
        for number in range(COMMITS):
            known = facts.commit(REPO.id, sha(f"c{number}"))
            if known is not None:
                seen.append((facts.is_pushed(REPO.id, sha(f"c{number}")), known.paths is None))
    assert 0 < len(seen) < COMMITS
    assert set(seen) == {(False, True)}


def test_it_stays_the_workers_however_long_it_takes(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each portion holds the delivery for longer: no other worker begins with it meanwhile."""
    world = World(store)
    world.record(large(world))
    others: list[object] = []

    def other_looks(_: int) -> None:
        world.now += HELD_FOR / 2

    services = at_work(world)
    keep_ahead = worker._keep_ahead  # noqa: SLF001 - between two of its transactions is where another worker looks

    def kept_and_looked(*given: Any) -> frozenset[str]:  # noqa: ANN401 - as the function it stands before
        found = keep_ahead(*given)
        others.append(store.claim(world.now))
        return found

    monkeypatch.setattr(worker, "_keep_ahead", kept_and_looked)
    with keeping(monkeypatch, other_looks):
        work_on(services)
    assert len(others) > 3
    assert not any(others)


def test_what_another_worker_has_taken_is_left_to_it(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that was too slow stops at the next portion; the other one's work stands."""
    world = World(store)
    world.record(large(world))
    services = at_work(world)
    portions: list[int] = []

    def slow(number: int) -> None:
        portions.append(number)

    claimed = store.claim(world.now)
    assert claimed is not None
    world.now += 2 * HELD_FOR
    work_on(services)
    with keeping(monkeypatch, slow):
        assert not worker.work_on(services, claimed)
    assert portions == []


def test_a_large_delivery_is_not_processed_together_with_others(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Small deliveries before and behind a large one share transactions; the large one has its own."""
    monkeypatch.setattr(worker, "LARGE_TOGETHER", 70_000)
    world = World(store)
    small = [issue_comment(REPO, id=number, body="Fine.", at=minute(number)) for number in range(1, 7)]
    big = issue_comment(REPO, id=99, body="long " * 20_000, at=minute(3))
    for one in (*small[:3], big, *small[3:]):
        world.record(one)
    services = at_work(world)
    together = []
    work_together = worker.work_together

    def noted(here: Services, claimed: Any, following: Any) -> bool:  # noqa: ANN401 - deliveries
        together.append([len(one.body) < 70_000 for one in claimed])
        return work_together(here, claimed, following)

    monkeypatch.setattr(worker, "work_together", noted)
    hand = Hand(services)
    while hand.work_once():
        pass
    assert all(all(batch) for batch in together)
    assert sum(map(len, together)) >= 4
    with world.facts() as facts:
        assert {one.status for _, one in facts.deliveries(status=None, before=None, limit=9)} == {DeliveryStatus.DONE}
