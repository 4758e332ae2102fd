from __future__ import annotations

import re
import sqlite3
import zlib
from collections.abc import Callable
from typing import cast

import pytest

from store import Store
from store.inbox import Following
from store.waiting import HELD_FOR, Waiting
from tests.support.databases import look_into, noting
from tests.support.facts import NOON, after

_FILL = """
INSERT INTO delivery (guid, event, action, repository_id, headers, body, body_sha256, status, error, tries,
    received_at, processed_at, next_try_at, held_until) VALUES
"""
MANY = 100
"""More than are looked at when the next one is near."""


def fill(store: Store, count: int, of: Callable[[int], int | None]) -> None:
    """Record many deliveries at once, all of them pending."""
    (before,) = look_into(store).row("SELECT COUNT(*) FROM delivery") or (0,)
    rows = [
        (
            f"g{n}",
            "x",
            None,
            of(n),
            "{}",
            zlib.compress(b"{}"),
            b"0",
            "pending",
            None,
            0,
            0,
            None,
            0,
            0,
        )
        for n in range(before, before + count)
    ]
    with look_into(store).writing():
        look_into(store).insert(_FILL, rows, "")


def taken(store: Store, minutes: float = 0) -> str | None:
    """Claim the next delivery; return its name."""
    found = store.claim(after(minutes))
    return None if found is None else found.guid


def work_on_sqlite(store: Store, look: Callable[[], object]) -> int:
    """Count the steps of SQLite's machine."""
    steps: list[None] = []
    connection = cast("sqlite3.Connection", look_into(store).handle.connection())  # type: ignore[no-untyped-call]
    connection.set_progress_handler(lambda: steps.append(None), 1)
    look()
    connection.set_progress_handler(None, 1)
    return len(steps)


def work_on_postgres(store: Store, look: Callable[[], object], *, table: str = "delivery") -> int:
    """Count the rows that PostgreSQL's plans went through for a table, those passed over included."""
    database = look_into(store)
    with noting(store) as ran:
        look()
    rows = 0
    for sql, values in ran:
        if table in sql:
            for (line,) in database.rows(f"EXPLAIN ANALYZE {sql}", values):
                found = re.search(r"rows=(\d+) loops=(\d+)\)|Rows Removed by Filter: (\d+)", line.split("actual")[-1])
                rows += 0 if found is None else int(found[3] or int(found[1]) * int(found[2]))
    return rows


def work(store: Store) -> int:
    """Count the work of a look that finds nothing to hand out."""

    def look() -> None:
        assert store.claim(NOON) is None

    return (work_on_postgres if look_into(store).is_postgres else work_on_sqlite)(store, look)


def test_a_vain_look_costs_the_same_however_many_wait(store: Store) -> None:
    """Behind one that is held, ten times as many waiting deliveries of its repository make no more work."""
    fill(store, 200, lambda _: 1)
    assert taken(store) == "g0"
    few = work(store)
    fill(store, 1800, lambda _: 1)
    assert work(store) <= few * 1.2


def test_another_repository_s_behind_a_long_line(store: Store) -> None:
    """Past any number that wait behind a held one, each other repository's first is found, the oldest first."""
    fill(store, MANY, lambda _: 5)
    fill(store, 4, lambda number: {0: 9, 1: 0, 2: 9, 3: None}[number - MANY])
    assert [taken(store) for _ in range(5)] == ["g0", "g100", "g101", "g103", None]


def test_many_without_a_repository(store: Store) -> None:
    """Deliveries that name no repository wait for nobody, however many of them are held."""
    fill(store, MANY, lambda _: None)
    assert [taken(store) for _ in range(MANY + 1)] == [f"g{number}" for number in range(MANY)] + [None]


def test_failed_ones_far_ahead_block_nobody(store: Store) -> None:
    """Failed deliveries that wait for their time are passed over, and come first once it has come."""
    fill(store, MANY, lambda _: 1)
    for _ in range(MANY - 1):
        one = store.claim(NOON)
        assert one is not None
        store.fail(one, error="x", retry_at=after(5))
    assert taken(store) == f"g{MANY - 1}"
    assert taken(store) is None
    assert taken(store, 5) == "g0"


def test_what_was_taken_meanwhile_is_not_taken_again(store: Store) -> None:
    """A candidate that somebody took between the look and the taking is passed over, and so are those behind it."""
    fill(store, 4, lambda number: number % 2)
    waiting, database = Waiting(NOON), look_into(store)
    with database.reading():
        candidates = waiting.candidates(database)
    assert taken(store) == "g0"
    with database.writing():
        [row] = waiting.take(database, [*candidates, 3], 1)
        assert row[1] == "g1"
        assert waiting.take(database, [candidates[0], candidates[0] + 2], 1) == []


@pytest.mark.parametrize("repositories", [1, 3, 40])
def test_some_at_once_are_in_the_order_of_their_repositories(store: Store, repositories: int) -> None:
    """Handed out some at once, each delivery comes once, behind those of its repository that came in before it."""
    fill(store, MANY, lambda number: number % repositories)
    seen: list[int] = []
    while handed := store.claim_some(NOON, most=7):
        assert len(handed) <= 7
        seen += [int(one.guid.removeprefix("g")) for one in handed]
        with store.processing_some(handed) as (_, mine):
            assert mine == {one.id for one in handed}
    assert sorted(seen) == list(range(MANY))
    for repository in range(repositories):
        own = [number for number in seen if number % repositories == repository]
        assert own == sorted(own)


def test_what_was_tried_before_comes_alone(store: Store) -> None:
    """A delivery whose first try came to nothing is handed out by itself, and so are those tried with it."""
    fill(store, 4, lambda _: 1)
    assert len(store.claim_some(NOON, most=3)) == 3
    later = NOON + HELD_FOR
    sizes = []
    while handed := store.claim_some(later, most=10):
        sizes.append([(one.guid, one.tries) for one in handed])
        with store.processing_some(handed):
            pass
    assert sizes == [[("g0", 2)], [("g1", 2)], [("g2", 2)], [("g3", 1)]]


@pytest.mark.parametrize("repositories", [1, 3, 60])
def test_each_repository_in_order(store: Store, repositories: int) -> None:
    """However the deliveries of many repositories are mixed, each repository's come in order, and all come."""
    fill(store, 120, lambda number: number * 7 % repositories)
    order: list[int] = []
    while (one := store.claim(NOON)) is not None:
        order.append(int(one.guid[1:]))
        with store.processing(one):
            pass
    assert order == list(range(120))


def test_those_that_follow_are_claimed_with_what_is_done(store: Store) -> None:
    """The transaction that ends with some done claims the next ones too, each in its turn, its first try counted."""
    fill(store, 9, lambda number: number % 2)
    handed, seen = store.claim_some(NOON, most=4), list[str]()
    while handed:
        following = Following(after(1), most=3)
        with store.processing_some(handed, following=following):
            assert following.claimed == []
        seen += [one.guid for one in handed]
        handed = following.claimed
        assert [one.tries for one in handed] == [1] * len(handed)
    assert [guid for guid in seen if int(guid[1:]) % 2] == ["g1", "g3", "g5", "g7"]
    assert [guid for guid in seen if not int(guid[1:]) % 2] == ["g0", "g2", "g4", "g6", "g8"]


def test_what_came_to_nothing_claims_nothing(store: Store) -> None:
    """Where the transaction is rolled back, those that follow are free, and no try of theirs is counted."""
    fill(store, 4, lambda number: number)
    handed, following = store.claim_some(NOON, most=2), Following(NOON, most=2)
    with pytest.raises(ZeroDivisionError), store.processing_some(handed, following=following):
        raise ZeroDivisionError
    assert following.claimed == []
    assert [(one.guid, one.tries) for one in store.claim_some(NOON, most=9)] == [("g2", 1), ("g3", 1)]
