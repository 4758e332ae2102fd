from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from itertools import count, permutations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resolver.model.github import GithubObject, Kind, ObjectRef, ObjectSeen, Text
from resolver.model.runs import NO_CLAIMS, Reading, Sighting
from store import Store
from tests.support.facts import REPOSITORY, after, pull, push, reading, revision, seen, sha, thing

FAR = after(10_000)


def put(store: Store, *facts: tuple[ObjectSeen, Reading]) -> None:
    """Keep objects, each in a transaction of its own."""
    for one, claims in facts:
        with store.transaction() as ledger:
            ledger.put_object(one, claims)


def claims_on(store: Store, number: int = 42, at: datetime = FAR) -> list[str]:
    """Return the digests of a number's claims."""
    with store.snapshot() as catalogue:
        return [one.digest for one in catalogue.number_sightings(REPOSITORY, number, at)]


def texts_on(store: Store, limit: int = 9, at: datetime = FAR) -> list[str]:
    """Return the texts of the usual number."""
    with store.snapshot() as catalogue:
        return [one.body for one in catalogue.texts_on(REPOSITORY, 42, at, limit)]


def test_every_claim_of_a_number(store: Store) -> None:
    """Claims in bodies, comments of every kind and commits all count, oldest first; those of other numbers do not."""
    kinds = [kind for kind in Kind if kind is not Kind.COMMIT_COMMENT]
    for at, kind in enumerate(kinds, start=2):
        put(store, (seen(thing(5, kind, at=at), revision("x", at=at)), reading(f"o{at}")))
    put(store, (seen(thing(6, on=43)), reading("other number")), (seen(thing(7, on=None)), reading("no number")))
    with store.transaction() as ledger:
        ledger.put_push(push("", "a", at=1), {sha("a"): reading("c1")})
        ledger.put_push(push("", "x", ref="refs/heads/other"), {sha("x"): reading("other branch")})
        ledger.put_push(push("a", "b", at=20), {sha("b"): reading("c2")})
        ledger.put_pull_request(pull("b"))
    texts = [f"o{at}" for at in range(2, 2 + len(kinds))]
    assert claims_on(store) == ["c1", *texts, "c2"]
    assert claims_on(store, at=after(4)) == ["c1", "o2", "o3", "o4"]
    assert claims_on(store, at=after(0)) == claims_on(store, 44) == []
    assert claims_on(store, 43) == ["other number"]


EDITED = (
    (seen(thing(1), revision("one", at=0)), reading("d1")),
    (seen(thing(1), revision("two", at=5, edited=True, previous="one")), reading("d2")),
    (seen(thing(1), revision("three", at=5, edited=True, previous="two")), NO_CLAIMS),
    (seen(thing(1, deleted=True), revision("four", at=9, edited=True, previous="three")), reading("d4")),
)


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_the_version_in_force(store: Store, order: tuple[int, ...]) -> None:
    """Of an edited text the version in force counts, also when it has been deleted since, in any order of arrival."""
    put(store, *(EDITED[index] for index in order))
    times = [after(minutes) for minutes in (-1, 4, 5, 9)]
    assert [claims_on(store, at=at) for at in times] == [[], ["d1"], [], ["d4"]]
    assert [texts_on(store, at=at) for at in times] == [[], ["one"], ["three"], ["four"]]


def test_texts_are_told_the_newest_first(store: Store) -> None:
    """The texts last written come first, an edited one by its edit, as many as are wanted, with where they stand."""
    review = thing(9, Kind.REVIEW_COMMENT, at=2, review=77)
    put(store, *((seen(thing(number, at=number), revision(str(number), at=number)), NO_CLAIMS) for number in (1, 3)))
    put(store, (seen(review, revision("two", at=2)), NO_CLAIMS))
    put(store, (seen(thing(8, Kind.PULL_REQUEST), revision("body")), NO_CLAIMS))
    put(store, (seen(thing(10, on=43), revision("elsewhere")), NO_CLAIMS))
    assert texts_on(store) == ["3", "two", "1", "body"]
    assert texts_on(store, 2) == ["3", "two"]
    assert texts_on(store, 0) == []
    put(store, (seen(thing(1), revision("1 again", at=5, edited=True)), NO_CLAIMS))
    assert texts_on(store, 2) == ["1 again", "3"]
    assert texts_on(store, 2, at=after(2)) == ["two", "1"]
    with store.snapshot() as catalogue:
        found = catalogue.texts_on(REPOSITORY, 42, after(2), 1)
    assert found == (Text(ObjectRef(REPOSITORY, Kind.REVIEW_COMMENT, 9), "two", review.url, 77),)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_texts_of_one_second(store: Store, order: tuple[int, ...]) -> None:
    """Which of one second's texts are within the limit does not depend on what arrived first."""
    facts = [(seen(thing(number), revision(str(number))), NO_CLAIMS) for number in range(3)]
    put(store, *(facts[index] for index in order))
    assert texts_on(store, 2) == ["0", "1"]


def test_a_number_that_is_told_late(store: Store) -> None:
    """When the first statements of an object name no number, its texts and claims are found once one does."""
    unplaced = (seen(thing(1, on=None), revision("one")), reading("d1"))
    put(store, unplaced)
    assert (claims_on(store), texts_on(store)) == ([], [])
    put(store, (seen(thing(1), revision("two", at=5)), reading("d2")))
    assert (claims_on(store), texts_on(store)) == (["d2"], ["two"])
    assert (claims_on(store, at=after(1)), texts_on(store, at=after(1))) == (["d1"], ["one"])
    put(store, (seen(thing(1, on=None), revision("three", at=9)), reading("d3")))
    assert (claims_on(store), texts_on(store)) == (["d3"], ["three"])


numbers = count(1000)
versions = st.tuples(st.integers(0, 3), st.integers(0, 4), st.sampled_from("abc"), st.booleans())


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(versions, max_size=10), st.integers(-1, 5), st.integers(0, 5))
def test_as_each_object_tells_it(
    store: Store, drawn: list[tuple[int, int, str, bool]], minutes: int, limit: int
) -> None:
    """A number's texts and claims are those that its objects have, asked one by one."""
    number = next(numbers)

    def of(which: int) -> GithubObject:
        return replace(thing(number * 10 + which), number=number)

    for which, at, body, signed in drawn:
        text = revision(body, at=at, edited=True)
        put(store, (seen(of(which), text), reading(f"{which}{body}{at}") if signed else NO_CLAIMS))
    moment = after(minutes)
    texts: list[tuple[datetime, int, str]] = []
    claims: list[Sighting] = []
    with store.snapshot() as catalogue:
        for which in {which for which, *_ in drawn}:
            past = [one for one in catalogue.revisions(of(which).ref) if one.updated_at <= moment]
            found = catalogue.reading(of(which).ref, moment)
            texts += [(past[-1].updated_at, which, past[-1].body)] if past else []
            claims += found.sightings if found is not None else ()
        told = catalogue.texts_on(REPOSITORY, number, moment, limit)
        sightings = catalogue.number_sightings(REPOSITORY, number, moment)
    newest = sorted(texts, key=lambda one: (-one[0].timestamp(), one[1]))
    assert [(one.ref.id % 10, one.body) for one in told] == [one[1:] for one in newest[:limit]]
    assert sorted(map(repr, sightings)) == sorted(map(repr, claims))
    assert [one.carrier.posted_at for one in sightings] == sorted(one.carrier.posted_at for one in claims)
