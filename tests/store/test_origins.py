from __future__ import annotations

from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resolver.model.github import BlameRange, Origin
from store import Store
from store.blame import MOST_RANGES
from tests.support.facts import REPOSITORY, blame, lines, sha


def origin(*ranges: tuple[int, int, str], squash: str = "s", path: str = "a.py", at: str = "a") -> Origin:
    """Make who wrote lines that a squash merge brought, from ranges of lines with the letter of a commit each."""
    found = tuple(BlameRange(first, last, sha(letter)) for first, last, letter in ranges)
    return Origin(REPOSITORY, sha(at), path, sha(squash), found)


def put(store: Store, *told: Origin) -> list[bool]:
    """Keep what is told of lines, each in a transaction of its own."""
    changed = []
    for one in told:
        with store.transaction() as ledger:
            changed.append(ledger.put_origin(one))
    return changed


def told(store: Store, first: int, last: int, **where: str) -> list[tuple[int, int, str]]:
    """Look lines up; return their ranges with the letter of their commit."""
    with store.snapshot() as catalogue:
        found = catalogue.origins(lines(first, last, **where))
    return [(one.first, one.last, bytes.fromhex(one.sha[:2]).decode()) for one in found]


def test_who_wrote_some_lines(store: Store) -> None:
    """All ranges that reach into the lines are told, in order and whole, of several squash merges; others are not."""
    assert put(store, origin((5, 9, "c"), (1, 4, "b")), origin((20, 30, "d"), squash="t")) == [True, True]
    assert told(store, 4, 25) == [(1, 4, "b"), (5, 9, "c"), (20, 30, "d")]
    assert told(store, 10, 19) == told(store, 31, 99) == told(store, 7, 6) == []
    assert told(store, 1, 9, path="b.py") == told(store, 1, 9, at="x") == []


def test_of_removed_lines_nothing_is_known(store: Store) -> None:
    """Lines that the file no longer has bear other numbers: what is known of those that it has says nothing of them."""
    put(store, origin((1, 9, "b")))
    assert told(store, 1, 9, side="LEFT") == []


def test_apart_from_blame(store: Store) -> None:
    """Who wrote lines and who last changed them are two things."""
    put(store, origin((1, 9, "b")))
    with store.transaction() as ledger:
        ledger.put_blame(blame((1, 9, "s")))
        assert ledger.blame(lines(1, 1)) == (BlameRange(1, 9, sha("s")),)
    assert told(store, 1, 1) == [(1, 9, "b")]


def test_once_more_is_no_news(store: Store) -> None:
    """The same again changes nothing, nor do no lines; of a range that is known in part the rest is added."""
    whole = origin((1, 9, "b"))
    assert put(store, whole, whole, origin((2, 3, "c")), origin(), origin((5, 4, "b"))) == [True] + [False] * 4
    assert put(store, origin((5, 12, "c"))) == [True]
    assert told(store, 1, 99) == [(1, 9, "b"), (10, 12, "c")]


def test_no_more_ranges_than_a_look_up_may_tell(store: Store) -> None:
    """However many lines are asked for, a look-up tells of the first 500 ranges and no more."""
    put(store, origin(*((number, number, "b") for number in range(1, 1001))))
    assert len(told(store, 1, 1000)) == MOST_RANGES


numbers = count()
spans = st.tuples(st.integers(1, 12), st.integers(0, 4), st.sampled_from("bcd")).map(
    lambda drawn: (drawn[0], drawn[0] + drawn[1], drawn[2])
)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(spans, max_size=4), max_size=4))
def test_each_line_keeps_what_was_told_first(store: Store, drawn: list[list[tuple[int, int, str]]]) -> None:
    """Whatever is told in whatever pieces, each line keeps what was told of it first, and no ranges overlap."""
    path = f"{next(numbers)}.py"
    known: dict[int, str] = {}
    for ranges in drawn:
        for start, end, letter in sorted(ranges, key=lambda one: one[:2]):
            for line in range(start, end + 1):
                known.setdefault(line, letter)
        put(store, origin(*ranges, path=path))
    found = told(store, 1, 99, path=path)
    assert [(line, letter) for first, last, letter in found for line in range(first, last + 1)] == sorted(known.items())
