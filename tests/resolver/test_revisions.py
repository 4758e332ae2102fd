"""Which version of a text came after which."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from resolver.model.github import Revision, User
from resolver.revisions import in_force, in_order

START = datetime(2026, 10, 1, 9, tzinfo=UTC)
AUTHOR = User(1, "maintainer")


def revision(second: int, body: str, *, edited: bool = False, previous: str | None = None) -> Revision:
    """Make a revision written some seconds after the start."""
    return Revision(START + timedelta(seconds=second), body, AUTHOR, edited=edited, previous_body=previous)


revisions = st.lists(
    st.builds(
        lambda second, body, edited, previous: revision(second, body, edited=edited, previous=previous),
        st.integers(0, 2),
        st.sampled_from("abcd"),
        st.booleans(),
        st.none() | st.sampled_from("abcd"),
    ),
    max_size=7,
    unique_by=lambda one: (one.updated_at, one.body),
)


@given(revisions, st.randoms(use_true_random=False))
def test_the_order_does_not_depend_on_arrival(known: list[Revision], random: Random) -> None:
    """Whatever order revisions come in, they end in the same one, none lost, never against time."""
    shuffled = list(known)
    random.shuffle(shuffled)
    ordered = in_order(shuffled)
    assert ordered == in_order(known)
    assert sorted(ordered, key=repr) == sorted(known, key=repr)
    assert [one.updated_at for one in ordered] == sorted(one.updated_at for one in known)


def test_an_edit_follows_what_it_was_made_on() -> None:
    """Three texts of one second stand in the order in which each replaced the one before."""
    first = revision(0, "zebra")
    second = revision(0, "ant", edited=True, previous="zebra")
    third = revision(0, "lion", edited=True, previous="ant")
    assert in_order([third, first, second]) == (first, second, third)


def test_an_edit_follows_a_new_text_of_the_same_second() -> None:
    """Where GitHub does not say what an edit replaced, the edit is the later one."""
    created, edited = revision(0, "zebra"), revision(0, "ant", edited=True)
    assert in_order([edited, created]) == (created, edited)


def test_the_revision_in_force_is_the_last_by_then() -> None:
    """At a moment, the text counts that was written last by then; before the first one, none."""
    early, late = revision(0, "early"), revision(10, "late", edited=True, previous="early")
    assert in_force([late, early], START + timedelta(seconds=9)) == early
    assert in_force([late, early], START + timedelta(seconds=11)) == late
    assert in_force([late, early], START - timedelta(seconds=1)) is None


def test_a_text_restored_is_a_revision_of_its_own() -> None:
    """A text that was edited away and back stands twice."""
    first, second = revision(0, "a"), revision(1, "b", edited=True)
    again = replace(first, updated_at=START + timedelta(seconds=2), edited=True)
    assert in_order([again, second, first]) == (first, second, again)


def test_what_replaced_an_unknown_text_makes_the_one_before_unsure() -> None:
    """Where the next edit replaced a text that was never delivered, nobody knows how long this one was in force."""
    first, third = revision(0, "one"), revision(20, "three", edited=True, previous="two")
    assert in_force([first, third], START + timedelta(seconds=10)) is None
    assert in_force([first, third], START + timedelta(seconds=25)) == third
    unsaid = revision(20, "three", edited=True)
    assert in_force([first, unsaid], START + timedelta(seconds=10)) is None
    known = revision(20, "three", edited=True, previous="one")
    assert in_force([first, known], START + timedelta(seconds=10)) == first


def test_an_edit_of_the_very_second_is_unsure() -> None:
    """Of an edit in the second that is asked for, nobody knows whether it came before, unless it is what is meant."""
    first, second = revision(0, "one"), revision(10, "two", edited=True)
    assert in_force([first, second], START + timedelta(seconds=10)) is None
    assert in_force([first, second], START + timedelta(seconds=10), of_that_second=True) == second
