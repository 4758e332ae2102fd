from __future__ import annotations

from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resolver.model.github import Blame, BlameRange, Lines
from store import Store
from store.blame import MOST_RANGES
from tests.support.facts import REPOSITORY, blame, lines, sha


def put(store: Store, *told: Blame) -> list[bool]:
    """Keep what is told of lines, each in a transaction of its own."""
    changed = []
    for one in told:
        with store.transaction() as ledger:
            changed.append(ledger.put_blame(one))
    return changed


def look(store: Store, wanted: Lines) -> tuple[BlameRange, ...]:
    """Look some lines up."""
    with store.snapshot() as catalogue:
        return catalogue.blame(wanted)


def told(store: Store, first: int, last: int) -> list[tuple[int, int, str]]:
    """Look lines of the usual file up; return its ranges with the letter of their commit."""
    letters = {sha(letter): letter for letter in "bcde"}
    return [(one.first, one.last, letters[one.sha]) for one in look(store, lines(first, last))]


def test_who_last_changed_some_lines(store: Store) -> None:
    """All ranges that reach into the lines are told, in order and whole; lines between that nobody told are not."""
    assert put(store, blame((5, 9, "c"), (1, 4, "b"), (20, 30, "d"))) == [True]
    assert told(store, 4, 5) == [(1, 4, "b"), (5, 9, "c")]
    assert told(store, 1, 40) == [(1, 4, "b"), (5, 9, "c"), (20, 30, "d")]
    assert told(store, 9, 20) == [(5, 9, "c"), (20, 30, "d")]
    assert told(store, 7, 7) == [(5, 9, "c")]
    assert told(store, 10, 19) == told(store, 31, 99) == told(store, 7, 6) == []


def test_each_place_has_lines_of_its_own(store: Store) -> None:
    """Another file, side, commit or repository has other lines; a path may be of any length."""
    long = "/".join(["❤"] * 2000)
    put(store, blame((1, 9, "b")), blame((1, 9, "c"), path=long, side="LEFT"))
    assert told(store, 1, 1) == [(1, 9, "b")]
    assert look(store, lines(1, 1, path=long, side="LEFT")) == (BlameRange(1, 9, sha("c")),)
    for other in (lines(1, 1, path="b.py"), lines(1, 1, side="LEFT"), lines(1, 1, at="x"), lines(1, 1, path=long)):
        assert look(store, other) == ()
    assert look(store, Lines(REPOSITORY + 1, sha("a"), "a.py", "RIGHT", 1, 1)) == ()


def test_once_more_is_no_news(store: Store) -> None:
    """The same lines again change nothing, nor do lines told of no range; the rest of a known range is added."""
    whole = blame((1, 9, "b"))
    assert put(store, whole, whole, blame((2, 3, "b")), blame()) == [True, False, False, False]
    assert put(store, blame((5, 12, "b"))) == [True]
    assert told(store, 1, 99) == [(1, 9, "b"), (10, 12, "b")]


def test_what_is_known_stays(store: Store) -> None:
    """What is told of lines that are known already changes nothing about them; what lies between is added."""
    put(store, blame((3, 4, "b"), (7, 8, "b")))
    put(store, blame((1, 10, "c")))
    assert told(store, 1, 99) == [(1, 2, "c"), (3, 4, "b"), (5, 6, "c"), (7, 8, "b"), (9, 10, "c")]


def test_no_more_ranges_than_a_look_up_may_tell(store: Store) -> None:
    """However many lines are asked for, a look-up tells of the first 500 ranges and no more."""
    put(store, blame(*((number, number, "b") for number in range(1, 2001))))
    assert MOST_RANGES == 500
    assert [one.first for one in look(store, lines(11, 2000))] == list(range(11, 511))


numbers = count()
spans = st.tuples(st.integers(1, 12), st.integers(0, 4), st.sampled_from("bcd")).map(
    lambda drawn: (drawn[0], drawn[0] + drawn[1], drawn[2])
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(spans, max_size=5), max_size=4), st.integers(1, 16), st.integers(-1, 16))
def test_as_a_list_of_lines_would_have_it(
    store: Store, blames: list[list[tuple[int, int, str]]], first: int, more: int
) -> None:
    """Whatever is told in whatever pieces, each line keeps what was told of it first, and every look-up finds it."""
    path = f"{next(numbers)}.py"
    known: dict[int, str] = {}
    for ranges in blames:
        before = dict(known)
        for start, end, letter in sorted(ranges, key=lambda one: one[:2]):
            for line in range(start, end + 1):
                known.setdefault(line, sha(letter))
        one = blame(*ranges, path=path)
        assert put(store, one, one) == [known != before, False]
    found = look(store, lines(first, first + more, path=path))
    wanted = set(range(first, first + more + 1))
    covered = {line: one.sha for one in found for line in range(one.first, one.last + 1)}
    assert len(covered) == sum(one.last - one.first + 1 for one in found)
    assert all(known[line] == blamed for line, blamed in covered.items())
    assert wanted & covered.keys() == wanted & known.keys()
    assert all(wanted & set(range(one.first, one.last + 1)) for one in found)
    assert list(found) == sorted(found, key=lambda one: one.first)


@pytest.mark.parametrize("side", ["LEFT", "RIGHT"])
def test_a_long_file(store: Store, side: str) -> None:
    """A file of many ranges is kept whole, and its last line found."""
    put(store, blame(*((3 * number + 1, 3 * number + 3, "b") for number in range(3000)), side=side))
    assert look(store, lines(9000, 9000, side=side)) == (BlameRange(8998, 9000, sha("b")),)
