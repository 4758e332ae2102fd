from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations

import pytest

from resolver.model.github import GHOST, Kind, ObjectSeen, Position, User
from resolver.model.runs import NO_CLAIMS, Reading
from store import Store
from tests.support.facts import (
    AGENT,
    NOON,
    PERSON,
    REPOSITORY,
    WORKSPACE,
    after,
    reading,
    ref,
    repository,
    revision,
    seen,
    sha,
    sighting,
    thing,
)

Facts = Sequence[tuple[ObjectSeen, Reading]]


def put(store: Store, *facts: tuple[ObjectSeen, Reading]) -> list[bool]:
    """Keep objects, each in a transaction of its own."""
    changed = []
    for one, claims in facts:
        with store.transaction() as ledger:
            changed.append(ledger.put_object(one, claims))
    return changed


def digests(found: Reading | None) -> list[str] | None:
    """Return the claims of a reading by their digests."""
    return None if found is None else [one.digest for one in found.sightings]


def test_kept_as_it_was(store: Store) -> None:
    """An object comes back as it was put in, each field."""
    position = Position("a.py", 3, 1, 2, 4, "RIGHT", "LEFT", "line", sha("a"), sha("b"), "@@ -1 +1 @@\n+x")
    one = thing(5, Kind.REVIEW_COMMENT, author=AGENT, reply_to=4, review=3, position=position, state="approved")
    text = replace(revision("ünï ❤", at=1, edited=True, previous="before"), editor=AGENT)
    assert put(store, (seen(one, text), NO_CLAIMS)) == [True]
    with store.snapshot() as catalogue:
        assert catalogue.object(one.ref) == one
        assert catalogue.revisions(one.ref) == (text,)
        assert catalogue.object(replace(one.ref, kind=Kind.ISSUE_COMMENT)) is None
        assert catalogue.revisions(ref(999)) == ()


def test_once_more_is_no_news(store: Store) -> None:
    """The same object with the same claims again changes nothing."""
    facts = (seen(thing(), revision("signed")), reading("d1", "d2"))
    assert put(store, facts, facts) == [True, False]


def test_a_claim_twice_in_one_text_is_one(store: Store) -> None:
    """A claim that stands in one text twice is found once there."""
    put(store, (seen(thing()), reading("d1", "d1")))
    with store.snapshot() as catalogue:
        assert digests(catalogue.reading(ref(), after(1))) == ["d1"]


EDITS: Facts = (
    (seen(thing(), revision("one", at=0)), reading("d1")),
    (seen(thing(), revision("two", at=5, edited=True, previous="one")), NO_CLAIMS),
    (seen(thing(), revision("three", at=5, edited=True, previous="two")), reading("d2", "d3")),
    (seen(thing(deleted=True), revision("three", at=5)), reading("d2", "d3")),
)


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_the_revision_in_force_in_any_order(store: Store, order: tuple[int, ...]) -> None:
    """At each time the claims of the version in force then count; edits of one second follow one another."""
    put(store, *(EDITS[index] for index in order))
    with store.snapshot() as catalogue:
        assert catalogue.reading(ref(), after(-1)) is None
        assert digests(catalogue.reading(ref(), after(4))) == ["d1"]
        assert digests(catalogue.reading(ref(), after(5))) == ["d2", "d3"]
        revisions = catalogue.revisions(ref())
        found = catalogue.object(ref())
    assert [(one.body, one.edited) for one in revisions] == [("one", False), ("two", True), ("three", True)]
    assert found is not None
    assert found.deleted


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_what_changes_follows_the_newest_statement(store: Store, order: tuple[int, ...]) -> None:
    """Position and state are those of the newest statement; what never changes is kept once it is known."""
    early = thing(2, Kind.REVIEW_COMMENT, position=Position(path="a.py", line=1), state="commented")
    late = replace(early, position=Position(path="a.py", line=9), state="dismissed", review_id=77)
    ghostly = replace(late, author=GHOST, review_id=None)
    facts = (
        seen(early, revision("x", at=0)),
        seen(late, revision("x", at=5)),
        seen(ghostly, revision("x", at=9)),
    )
    put(store, *((facts[index], reading("d1")) for index in order))
    with store.snapshot() as catalogue:
        found = catalogue.object(early.ref)
        assert catalogue.first_posters("d1") == {PERSON.id}
    assert found is not None
    assert (found.position.line, found.state, found.review_id, found.author) == (9, "dismissed", 77, PERSON)


def test_refusals_are_kept_and_told(store: Store) -> None:
    """What was refused in a text is told with its reading."""
    put(store, (seen(thing()), Reading((), ("no secret of the ring verifies it",))))
    with store.snapshot() as catalogue:
        assert catalogue.reading(ref(), NOON) == Reading((), ("no secret of the ring verifies it",))


def test_retiring_a_key_unlinks_nothing(store: Store) -> None:
    """A claim keeps the key that verified it first, also when it is read again with another key or with none."""
    facts = seen(thing())
    put(store, (facts, Reading((sighting("d1", key="old"),))))
    put(store, (facts, Reading((sighting("d1", key="new"),))), (facts, Reading((), ("refused",))))
    with store.snapshot() as catalogue:
        found = catalogue.reading(ref(), NOON)
    assert found is not None
    assert [one.verified_with for one in found.sightings] == ["old"]


def test_a_sighting_names_its_carrier(store: Store) -> None:
    """A claim comes back with what carries it: the object, its number and author, when the text was written."""
    one = thing(3, Kind.REVIEW, author=AGENT)
    put(store, (seen(one, revision("signed", at=2)), reading("d1")))
    with store.snapshot() as catalogue:
        found = catalogue.reading(one.ref, after(2))
    assert found is not None
    carrier = found.sightings[0].carrier
    assert (carrier.repository_id, carrier.kind, carrier.key, carrier.number) == (REPOSITORY, Kind.REVIEW, "3", 42)
    assert (carrier.author_id, carrier.author_login, carrier.posted_at) == (AGENT.id, AGENT.login, after(2))
    assert carrier.url == one.url


def test_subject(store: Store) -> None:
    """A number's subject is its pull request where both were seen; comments on it are no subjects."""
    put(store, (seen(thing(1)), NO_CLAIMS))
    with store.snapshot() as catalogue:
        assert catalogue.subject(REPOSITORY, 42) is None
    put(store, (seen(thing(2, Kind.ISSUE)), NO_CLAIMS), (seen(thing(3, Kind.PULL_REQUEST)), NO_CLAIMS))
    with store.snapshot() as catalogue:
        found = catalogue.subject(REPOSITORY, 42)
        assert catalogue.subject(REPOSITORY, 43) is None
    assert found is not None
    assert found.ref.kind is Kind.PULL_REQUEST


def test_thread(store: Store) -> None:
    """A thread's claims are those in force in its comments, oldest first; other threads and later texts are not."""
    root = thing(10, Kind.REVIEW_COMMENT)
    put(
        store,
        (seen(thing(12, Kind.REVIEW_COMMENT, reply_to=10), revision("b", at=2)), reading("d2")),
        (seen(root, revision("a", at=0)), reading("d1")),
        (seen(thing(13, Kind.REVIEW_COMMENT, reply_to=10), revision("c", at=3)), reading("d3")),
        (seen(thing(13, Kind.REVIEW_COMMENT, reply_to=10), revision("c, edited away", at=4)), NO_CLAIMS),
        (seen(thing(14, Kind.REVIEW_COMMENT, reply_to=99), revision("d", at=1)), reading("d4")),
        (seen(thing(15, Kind.REVIEW_COMMENT, reply_to=10), revision("e", at=9)), reading("d5")),
    )
    with store.snapshot() as catalogue:
        at_three = catalogue.thread_sightings(REPOSITORY, Kind.REVIEW_COMMENT, 10, after(3))
        at_eight = catalogue.thread_sightings(REPOSITORY, Kind.REVIEW_COMMENT, 10, after(8))
    assert [one.digest for one in at_three] == ["d1", "d2", "d3"]
    assert [one.digest for one in at_eight] == ["d1", "d2"]


def posters(store: Store, *facts: tuple[ObjectSeen, Reading]) -> frozenset[int]:
    """Keep objects; return who may have posted the claim d1 first."""
    put(store, *facts)
    with store.snapshot() as catalogue:
        return catalogue.first_posters("d1")


def written(number: int, author: User, body: str, at: float, created: float | None = None) -> ObjectSeen:
    """Make a comment with a text of a time, created then or earlier."""
    one = thing(number, author=author, at=at if created is None else created)
    return seen(one, replace(revision(body, at=at, edited=created is not None), editor=author))


OTHER = User(id=9, login="mallory")


def test_first_posters(store: Store) -> None:
    """A claim's first poster wrote it first, in any version; a tie names all, and nobody posted an unknown claim."""
    signed, bare = reading("d1"), NO_CLAIMS
    assert posters(store) == frozenset()
    assert posters(store, (written(2, OTHER, "pasted", 5), signed)) == {OTHER.id}
    assert posters(store, (written(1, AGENT, "signed", 1), signed)) == {AGENT.id}
    assert posters(store, (written(1, AGENT, "edited away", 2, 1), bare)) == {AGENT.id}
    assert posters(store, (written(3, OTHER, "at once", 1), signed)) == {AGENT.id, OTHER.id}


def test_an_edit_into_an_old_text_is_late(store: Store) -> None:
    """Who edits a claim into a comment whose earlier version is known wrote it no earlier than the edit."""
    old = (written(2, OTHER, "nothing yet", -60), NO_CLAIMS)
    pasted = (written(2, OTHER, "pasted", 5, -60), reading("d1"))
    signed = (written(1, AGENT, "signed", 1), reading("d1"))
    assert posters(store, old, pasted, signed) == {AGENT.id}


FIRST_SEEN_LATE = (
    (written(1, AGENT, "body", 9, 1), reading("d1")),
    (written(2, OTHER, "copy", 5), reading("d1")),
)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_text_first_seen_late_may_be_as_old_as_its_object(store: Store, order: tuple[int, ...]) -> None:
    """When the first version known of an older object has the claim as well, its author may have been first."""
    assert posters(store, *(FIRST_SEEN_LATE[index] for index in order)) == {AGENT.id, OTHER.id}


def test_nobody_is_in_doubt_who_was_sure_to_be_first(store: Store) -> None:
    """An object that was created after the first certain text leaves no doubt, however late it was seen."""
    assert posters(store, (written(1, AGENT, "signed", 1), reading("d1"))) == {AGENT.id}
    assert posters(store, (written(2, OTHER, "copy", 9, 2), reading("d1"))) == {AGENT.id}
    assert posters(store, (written(3, OTHER, "copy", 9, 1), reading("d1"))) == {AGENT.id, OTHER.id}


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_first_posters_in_any_order(store: Store, order: tuple[int, ...]) -> None:
    """An earlier version that arrives late settles when the later one was written, whatever order they come in."""
    facts = (
        *FIRST_SEEN_LATE,
        (written(1, AGENT, "before", 1), NO_CLAIMS),
        (written(1, AGENT, "body again", 9, 1), NO_CLAIMS),
    )
    assert posters(store, *(facts[index] for index in order)) == {OTHER.id}


def test_an_object_that_is_older_than_was_said(store: Store) -> None:
    """The earliest time of creation that was stated counts, also when it is stated with another version."""
    signed = (written(1, AGENT, "signed", 9), reading("d1"))
    assert posters(store, signed, (written(2, OTHER, "copy", 5), reading("d1"))) == {OTHER.id}
    assert posters(store, (written(1, AGENT, "later", 12, 1), NO_CLAIMS)) == {AGENT.id, OTHER.id}


def test_a_text_older_than_its_object(store: Store) -> None:
    """A version that is dated before its object was created is as old as it says."""
    one = thing(1, author=AGENT, at=5)
    assert posters(store, (seen(one, revision("signed", at=1)), reading("d1"))) == {AGENT.id}


def test_digests(store: Store) -> None:
    """An object's claims are those of all its versions; none of an unknown object, nor another's."""
    put(store, (written(1, AGENT, "a", 1), reading("d1", "d2")), (written(1, AGENT, "b", 2, 1), reading("d2", "d3")))
    put(store, (written(2, AGENT, "c", 1), reading("d4")))
    with store.snapshot() as catalogue:
        assert catalogue.digests(ref(1)) == {"d1", "d2", "d3"}
        assert catalogue.digests(replace(ref(1), kind=Kind.ISSUE)) == frozenset()


def test_author_signs(store: Store) -> None:
    """An account signs when any of its texts in that repository ever carried a claim."""
    put(store, (seen(thing(1, author=AGENT)), reading("d1")), (seen(thing(2, author=PERSON)), NO_CLAIMS))
    with store.snapshot() as catalogue:
        assert catalogue.author_signs(REPOSITORY, AGENT.id)
        assert not catalogue.author_signs(REPOSITORY, PERSON.id)
        assert not catalogue.author_signs(REPOSITORY + 1, AGENT.id)


def test_artifacts(store: Store) -> None:
    """A run's artifacts are listed newest first, each carrier once with the latest version that carries the claim."""
    with store.transaction() as ledger:
        ledger.put_repository(repository(), WORKSPACE)
    put(
        store,
        (seen(thing(1), revision("a", at=0)), reading("d1")),
        (seen(thing(2), revision("b", at=0)), reading("d1", "d2")),
        (seen(thing(1), revision("a edited", at=3)), reading("d1")),
        (seen(thing(1), revision("a edited away", at=4)), NO_CLAIMS),
        (seen(thing(3), revision("other", at=0)), reading("d9", span="span-2")),
    )
    with store.snapshot() as catalogue:
        page = catalogue.artifacts("default", "span-1", before=None, limit=9)
        assert catalogue.artifacts("default", "span-1", before=page[0][0], limit=9) == page[1:]
        assert catalogue.artifacts("elsewhere", "span-1", before=None, limit=9) == ()
    assert [(one.carrier.key, one.carrier.posted_at) for _, one in page] == [("1", after(3)), ("2", after(0))]
