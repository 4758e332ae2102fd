from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from itertools import count, permutations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resolver.model.github import Commit, PushSeen
from resolver.model.runs import NO_CLAIMS, Reading
from store import Store
from tests.support.databases import look_into
from tests.support.facts import REPOSITORY, after, commit, push, reading, sha

Fact = PushSeen | Commit
NONE: frozenset[str] = frozenset()


def asked(letter: str = "a", *, at: float = 0, paths: frozenset[str] | None = frozenset({"a.py"})) -> Commit:
    """Make a commit as GitHub tells of it when it is asked."""
    return replace(commit(letter, paths=paths), timestamp=after(at))


def put(store: Store, *facts: Fact, claims: Reading = NO_CLAIMS) -> list[bool]:
    """Keep pushes, and commits that were asked for, each in a transaction of its own."""
    changed = []
    for one in facts:
        with store.transaction() as ledger:
            if isinstance(one, Commit):
                changed.append(ledger.put_commits(REPOSITORY, (one,), {one.sha: claims}))
            else:
                changed.append(ledger.put_push(one, {told.sha: claims for told in one.commits}))
    return changed


def posted_at(store: Store, letter: str = "a") -> datetime:
    """Return since when a commit, which has a claim, is there."""
    with store.snapshot() as catalogue:
        found = catalogue.commit_reading(REPOSITORY, sha(letter))
    assert found is not None
    return found.sightings[0].carrier.posted_at


def test_kept_as_it_was_told(store: Store) -> None:
    """A commit that was asked for comes back with its paths and claims, as of its own time; once more is no news."""
    one = replace(asked(at=-5), paths=frozenset({"a.py", "b.py"}), added=frozenset({"b.py"}))
    assert put(store, one, one, claims=reading("d1")) == [True, False]
    with store.snapshot() as catalogue:
        assert catalogue.commit(REPOSITORY, sha("a")) == one
        assert catalogue.claim_in_commits(REPOSITORY, "d1", after(-5))
        assert not catalogue.claim_in_commits(REPOSITORY, "d1", after(-6))
    assert posted_at(store) == after(-5)


def test_only_a_push_to_the_repository_proves_a_commit(store: Store) -> None:
    """GitHub tells of forks' commits when it is asked; a push that brought one says that it is the repository's."""
    put(store, asked())
    put(store, replace(push("", "b"), repository_id=REPOSITORY + 1))
    with store.snapshot() as catalogue:
        assert not any(catalogue.is_pushed(REPOSITORY, sha(letter)) for letter in "ab")
        assert catalogue.is_pushed(REPOSITORY + 1, sha("b"))
    put(store, push("", "a"))
    put(store, asked())
    with store.snapshot() as catalogue:
        assert catalogue.is_pushed(REPOSITORY, sha("a"))


def test_several_at_once(store: Store) -> None:
    """Of a commit that is told twice at once, with its paths and without, they are kept; no commits are no news."""
    with store.transaction() as ledger:
        told = (asked(), asked("b", paths=None), asked(paths=None), asked("b"))
        assert ledger.put_commits(REPOSITORY, told, {})
        assert not ledger.put_commits(REPOSITORY, (), {})
        paths = [one.paths for letter in "ab" if (one := ledger.commit(REPOSITORY, sha(letter)))]
    assert paths == [frozenset({"a.py"})] * 2


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_a_push_says_when(store: Store, order: tuple[int, ...]) -> None:
    """Once a push is known to have brought a commit, the first such push says when, in any order of arrival."""
    facts = (asked(at=-9, paths=None), asked(at=-9), push("", "a", at=5, paths=None), push("", "a", at=7, ref="x"))
    put(store, *(facts[index] for index in order), claims=reading("d1"))
    assert posted_at(store) == after(5)
    with store.snapshot() as catalogue:
        found = catalogue.commit(REPOSITORY, sha("a"))
    assert found is not None
    assert found.paths == frozenset({"a.py"})


def test_a_push_is_news_of_a_commit_that_was_asked_for(store: Store) -> None:
    """That a known commit was pushed, and when, is news; asking for it afterwards is none."""
    assert put(store, asked(), push("", "a", at=5), asked()) == [True, True, False]


def test_each_repository_has_its_own(store: Store) -> None:
    """A commit that was asked for in one repository is not known in another."""
    put(store, asked())
    with store.snapshot() as catalogue:
        assert catalogue.commit(REPOSITORY + 1, sha("a")) is None


letters = count()
path_sets = st.none() | st.frozensets(st.sampled_from(["a.py", "b.py", "c.py"]))
told = st.tuples(
    st.sampled_from(["asked", "pushed"]),
    st.integers(-3, 3),
    path_sets,
    st.sampled_from([NONE, frozenset({"a.py"})]),
    st.sampled_from([NONE, frozenset({"a.py"}), frozenset({"b.py"})]),
    st.sampled_from([None, "mona", "octo"]),
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(told, min_size=1, max_size=5).flatmap(lambda facts: st.tuples(st.just(facts), st.permutations(facts))))
def test_any_order(store: Store, drawn: tuple[list[tuple[object, ...]], list[tuple[object, ...]]]) -> None:
    """Whatever pushes and GitHub say of a commit, and however often, in any order the same is kept of it."""
    kept = []
    for facts in drawn:
        name = f"{next(letters):040x}"
        for kind, at, paths, added, removed, login in [*facts, facts[0]]:
            assert isinstance(at, int)
            one = replace(commit("a", paths=paths), sha=name, timestamp=after(at), author_login=login)  # type: ignore[arg-type]
            if paths is not None:
                one = replace(one, added=added & paths, removed=(removed - added) & paths)  # type: ignore[operator]
            if kind == "asked":
                assert put(store, one, one, claims=reading("d1"))[1] is False
            else:
                seen = replace(push("", "a", at=at), ref=f"r{name}", after=name, commits=(one,))
                assert put(store, seen, seen, claims=reading("d1"))[1] is False
        with store.snapshot() as catalogue:
            found = catalogue.commit(REPOSITORY, name)
            claims = catalogue.commit_reading(REPOSITORY, name)
        row = look_into(store).row("SELECT pushed, pushed_at FROM git_commit WHERE sha = ?", (name,))
        assert found is not None
        assert claims is not None
        assert row is not None
        assert row[0] == any(fact[0] == "pushed" for fact in facts)
        kept.append((replace(found, sha=""), row, len(claims.sightings)))
    assert kept[0] == kept[1]
