from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from itertools import permutations

import pytest

from resolver.model.github import Kind, Position, PullRequest, PushSeen, ThreadSeen
from resolver.model.runs import NO_CLAIMS, Reading
from store import Store
from tests.support.facts import (
    REPOSITORY,
    ZEROS,
    after,
    commit,
    pull,
    push,
    reading,
    repository,
    revision,
    seen,
    sha,
    thing,
)

FAR = after(10_000)


def put(store: Store, *facts: PushSeen | PullRequest, claims: dict[str, Reading] | None = None) -> list[bool]:
    """Keep pushes and pull requests, each in a transaction of its own; ``claims`` by letter."""
    changed = []
    for one in facts:
        with store.transaction() as ledger:
            if isinstance(one, PullRequest):
                changed.append(ledger.put_pull_request(one))
            else:
                readings = {sha(letter): found for letter, found in (claims or {}).items()}
                changed.append(ledger.put_push(one, readings))
    return changed


def touching(store: Store, path: str = "a.py", *, number: int = 42, at: datetime = FAR) -> set[str]:
    """Return the commits of a pull request, pushed by a time, that touched a path."""
    with store.snapshot() as catalogue:
        return set(catalogue.pull_commits_touching(REPOSITORY, number, path, at))


def test_kept_as_it_was(store: Store) -> None:
    """A commit comes back as it was pushed, with its paths and its claims; an unknown one is None."""
    put(store, push("", "a"), claims={"a": Reading(reading("d1").sightings, ("another was refused",))})
    with store.snapshot() as catalogue:
        assert catalogue.commit(REPOSITORY, sha("a")) == commit("a")
        found = catalogue.commit_reading(REPOSITORY, sha("a"))
        assert catalogue.commit(REPOSITORY, sha("b")) is None
        assert catalogue.commit_reading(REPOSITORY, sha("b")) is None
    assert found is not None
    assert found.refusals == ("another was refused",)
    carrier = found.sightings[0].carrier
    assert (carrier.is_commit, carrier.key, carrier.posted_at, carrier.author_id) == (True, sha("a"), after(0), None)


def test_once_more_is_no_news(store: Store) -> None:
    """The same push again changes nothing; the same commits on another branch do."""
    claims = {"a": reading("d1"), "b": reading("d2")}
    first = push("", "a", "b")
    assert put(store, first, first, claims=claims) == [True, False]
    assert put(store, push("", "a", "b", ref="refs/heads/other"), claims=claims) == [True]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_what_pushes_say_of_a_commit_in_any_order(store: Store, order: tuple[int, ...]) -> None:
    """A commit is as old as the first push that brought it, and its paths are known once one push told them."""
    pushes = (
        push("", "a", at=5, paths=None),
        push("", "a", at=2, ref="refs/heads/main"),
        push("", "a", at=9, ref="refs/heads/late", paths=None),
    )
    put(store, *(pushes[index] for index in order), claims={"a": reading("d1")})
    with store.snapshot() as catalogue:
        found = catalogue.commit(REPOSITORY, sha("a"))
        claims = catalogue.commit_reading(REPOSITORY, sha("a"))
    assert found is not None
    assert claims is not None
    assert found.paths == frozenset({"a.py"})
    assert claims.sightings[0].carrier.posted_at == after(2)


def test_unknown_paths_and_no_paths(store: Store) -> None:
    """Paths that nobody told are None; a commit that touched nothing has none."""
    put(store, push("", "a", paths=None), push("a", "b", paths=frozenset()))
    with store.snapshot() as catalogue:
        paths = [one.paths for letter in "ab" if (one := catalogue.commit(REPOSITORY, sha(letter)))]
    assert paths == [None, frozenset()]


def test_paths_of_any_length(store: Store) -> None:
    """A path longer than an index entry can be is kept and found like any other."""
    long = "/".join(f"{number:x}" for number in range(1000))[:4096]
    put(store, push("", "a", paths=frozenset({long})), pull("a"))
    assert touching(store, long) == {sha("a")}


def test_a_large_push(store: Store) -> None:
    """A push of 2,048 commits with their paths and claims is kept whole."""
    commits = tuple(replace(commit("a"), sha=f"{number:040x}") for number in range(2048))
    large = replace(push("", "a"), after=commits[-1].sha, commits=commits)
    claims = {one.sha: reading(f"d{number}") for number, one in enumerate(commits)}
    with store.transaction() as ledger:
        assert ledger.put_push(large, claims)
        assert not ledger.put_push(large, claims)
        ledger.put_pull_request(replace(pull(), head_sha=large.after))
    assert len(touching(store)) == 2048


PULL = (push("", "a", at=1), push("a", "b", "c", at=2), push("c", "d", at=3), pull("a", at=1), pull("d", at=3))


@pytest.mark.parametrize("order", list(permutations(range(5)))[::7])
def test_the_commits_of_a_pull_request_in_any_order(store: Store, order: tuple[int, ...]) -> None:
    """A pull request's commits are those of the pushes that lead to its head, whatever came first."""
    put(store, *(PULL[index] for index in order))
    assert touching(store) == {sha(letter) for letter in "abcd"}
    assert touching(store, "other.py") == set()
    with store.snapshot() as catalogue:
        found = catalogue.pull_request(REPOSITORY, 42)
    assert found == pull("d", at=3)


def test_commits_of_others(store: Store) -> None:
    """Pushes to other branches, and ones that do not lead to the head, bring no commits of the pull request."""
    put(store, push("", "x", ref="refs/heads/other"), push("", "y"), push("", "a"), pull("a"))
    assert touching(store) == {sha("a")}


def test_commits_pushed_by_a_time(store: Store) -> None:
    """What was pushed after a time is left out; what was pushed at that very time is not."""
    put(store, *PULL)
    assert [touching(store, at=after(minutes)) for minutes in (0, 1, 2, 2.5, 3)] == [
        {sha(letter) for letter in letters} for letters in ("", "a", "abc", "abc", "abcd")
    ]


@pytest.mark.parametrize("order", list(permutations(range(5)))[::11])
def test_a_branch_created_anew_inherits_nothing(store: Store, order: tuple[int, ...]) -> None:
    """When a branch is deleted and its name is taken again, the new pull request has none of the former commits."""
    deletion = replace(push("a", "x", at=2), after=ZEROS, commits=())
    facts = (push("", "a", at=1), pull("a", at=1), deletion, push("", "h", at=3), pull("h", at=4, number=43))
    put(store, *(facts[index] for index in order), claims={"a": reading("d1")})
    assert touching(store, number=42) == {sha("a")}
    assert touching(store, number=43) == {sha("h")}
    with store.snapshot() as catalogue:
        assert catalogue.pull_sightings(REPOSITORY, 43, FAR, path="a.py", commit=None) == ()
        assert [catalogue.is_pull_commit(REPOSITORY, 43, sha(letter)) for letter in "ahx"] == [False, True, False]


def test_is_pull_commit(store: Store) -> None:
    """A commit is a pull request's when a push that leads to one of its heads brought it, to whatever repository."""
    put(store, *PULL, push("", "x", ref="refs/heads/other"))
    fork = replace(push("", "f"), repository_id=7, commits=(replace(commit("f"), repository_id=7),))
    put(store, fork, replace(pull("f", number=50), head_repository_id=7))
    with store.snapshot() as catalogue:
        known = [catalogue.is_pull_commit(REPOSITORY, 42, sha(letter)) for letter in "abcdxf"]
        assert catalogue.is_pull_commit(REPOSITORY, 50, sha("f"))
        assert not catalogue.is_pull_commit(REPOSITORY, 43, sha("a"))
    assert known == [True] * 4 + [False] * 2


def test_pulls_merged_as(store: Store) -> None:
    """A merge commit names its pull requests; one that GitHub only tried the merge with names none."""
    merged = replace(pull("a", at=9), merge_commit_sha=sha("m"), merged=True, state="closed")
    tried = replace(pull("b", number=43), merge_commit_sha=sha("m"))
    put(store, merged, tried, replace(merged, number=41), replace(merged, number=5, merge_commit_sha=sha("n")))
    with store.snapshot() as catalogue:
        assert catalogue.pulls_merged_as(REPOSITORY, sha("m")) == (replace(merged, number=41), merged)
        assert catalogue.pulls_merged_as(REPOSITORY, sha("x")) == ()
        assert catalogue.pulls_merged_as(REPOSITORY + 1, sha("m")) == ()


def test_pulls_holding(store: Store) -> None:
    """Commits lead to the pull requests of every branch that they were pushed to, and to no others."""
    put(store, push("", "a", "b"), push("", "b", ref="refs/heads/other"), push("", "c", ref="refs/tags/stopic"))
    put(store, pull("b"), replace(pull("b", number=43), head_ref="other"), replace(pull("c", number=44), head_ref="c"))
    many = [f"{number:040x}" for number in range(2048)]
    with store.transaction() as ledger:
        assert ledger.pulls_holding(REPOSITORY, [sha("a")]) == ((REPOSITORY, 42),)
        assert ledger.pulls_holding(REPOSITORY, [*many, sha("b"), sha("a")]) == ((REPOSITORY, 42), (REPOSITORY, 43))
        assert ledger.pulls_holding(REPOSITORY, [sha("c"), sha("x")]) == ()
        assert ledger.pulls_holding(REPOSITORY, []) == ()
        assert ledger.pulls_holding(REPOSITORY + 1, [sha("a")]) == ()


def test_pushes_in_a_circle(store: Store) -> None:
    """A branch forced back and forth has its commits once, and the walk along it ends."""
    put(store, push("a", "b"), push("b", "a"), pull("a"))
    assert touching(store) == {sha("a"), sha("b")}


def test_heads_outlive_their_fork(store: Store) -> None:
    """When the fork is gone, its commits stay the pull request's."""
    gone = replace(pull("a", at=9), head_repository_id=None, state="closed")
    assert put(store, push("", "a"), pull("a"), gone) == [True, True, True]
    assert touching(store) == {sha("a")}
    with store.transaction() as ledger:
        found = ledger.pull_request(REPOSITORY, 42)
        assert ledger.pulls_with_head(REPOSITORY, "topic") == ((REPOSITORY, 42),)
        assert ledger.pulls_with_head(REPOSITORY, "other") == ()
    assert found == gone


def test_an_older_statement_of_a_pull_request_is_no_news(store: Store) -> None:
    """What was true of a pull request before changes nothing, nor does the same again."""
    assert put(store, pull("b", at=5), pull("b", at=5), pull("b", at=3), pull("b", at=7)) == [True, False, False, False]


def test_pull_sightings_on_a_path(store: Store) -> None:
    """On a path count commits pushed by then that touched it, and reviews and comments in force there, oldest first."""
    on_path = Position(path="a.py")
    put(store, push("", "a", at=1), push("a", "b", at=8), pull("b"), claims={"a": reading("c1"), "b": reading("c2")})
    put(store, push("b", "x", at=2, paths=frozenset({"other.py"})), pull("x"), claims={"x": reading("c3")})
    with store.transaction() as ledger:
        for number, at, position, claims in (
            (1, 3, on_path, reading("o1")),
            (2, 2, on_path, reading("o2")),
            (3, 3, Position(path="other.py"), reading("o3")),
            (4, 9, on_path, reading("o4")),
            (5, 3, on_path, NO_CLAIMS),
        ):
            one = thing(number, Kind.REVIEW_COMMENT, position=position)
            ledger.put_object(seen(one, revision(str(number), at=at)), claims)
        ledger.put_object(seen(thing(9, position=on_path)), reading("an issue comment"))
    with store.snapshot() as catalogue:
        at_five = catalogue.pull_sightings(REPOSITORY, 42, after(5), path="a.py", commit=None)
        in_the_end = catalogue.pull_sightings(REPOSITORY, 42, FAR, path="a.py", commit=None)
        elsewhere = catalogue.pull_sightings(REPOSITORY, 43, FAR, path="a.py", commit=None)
    assert [one.digest for one in at_five] == ["c1", "o2", "o1"]
    assert [one.digest for one in in_the_end] == ["c1", "o2", "o1", "c2", "o4"]
    assert elsewhere == ()


def test_pull_sightings_on_a_commit(store: Store) -> None:
    """On a commit count its own claims, and the comments that stand on it now or were written on it."""
    put(store, push("", "a", "b", at=1), pull("b"), claims={"a": reading("c1"), "b": reading("c2")})
    with store.transaction() as ledger:
        for number, position in (
            (1, Position(commit=sha("a"))),
            (2, Position(commit=sha("b"), original_commit=sha("a"))),
            (3, Position(commit=sha("b"), original_commit=sha("b"))),
        ):
            kind = Kind.REVIEW if number == 1 else Kind.REVIEW_COMMENT
            ledger.put_object(seen(thing(number, kind, position=position, at=number)), reading(f"o{number}"))
    with store.snapshot() as catalogue:
        found = catalogue.pull_sightings(REPOSITORY, 42, FAR, path=None, commit=sha("a"))
    assert [one.digest for one in found] == ["c1", "o1", "o2"]


def test_threads(store: Store) -> None:
    """A thread's state is the newest; the same or an older one is no news."""
    changed = []
    for resolved, at in ((True, 5), (True, 5), (False, 3), (False, 9)):
        with store.transaction() as ledger:
            changed.append(ledger.put_thread(ThreadSeen(REPOSITORY, 10, resolved, after(at))))
    assert changed == [True, False, False, True]


def test_artifacts_that_are_commits(store: Store) -> None:
    """A commit is listed once among a run's artifacts, however many claims of the run its message carries."""
    put(store, push(ZEROS, "a", "b"), claims={"a": reading("d1", "d2"), "b": reading("d3")})
    with store.transaction() as ledger:
        ledger.put_repository(repository(), "default")
    with store.snapshot() as catalogue:
        page = catalogue.artifacts("default", "span-1", before=None, limit=9)
    assert [one.carrier.key for _, one in page] == [sha("b"), sha("a")]
