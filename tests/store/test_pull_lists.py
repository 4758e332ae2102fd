from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from itertools import permutations

import pytest

from resolver.model.github import Commit, CommitCount, PullCommits, PullRequest, PushSeen
from resolver.model.runs import Reading
from store import Store
from tests.support.facts import REPOSITORY, after, commit, pull, push, reading, revision, seen, sha, thing

FAR = after(10_000)
FORK = 7
Fact = PushSeen | PullRequest | PullCommits | Commit


def listed(head: str, *letters: str, number: int = 42) -> PullCommits:
    """Make GitHub's list of the commits of a pull request while its head was the last of them, or another."""
    return PullCommits(REPOSITORY, number, sha(head), tuple(sha(letter) for letter in letters))


def put(store: Store, *facts: Fact, claims: dict[str, Reading] | None = None) -> list[bool]:
    """Keep facts, each in a transaction of its own; a list with its commits. ``claims`` by letter."""
    readings = {sha(letter): found for letter, found in (claims or {}).items()}
    changed = []
    for one in facts:
        with store.transaction() as ledger:
            if isinstance(one, PullRequest):
                changed.append(ledger.put_pull_request(one))
            elif isinstance(one, PushSeen):
                changed.append(ledger.put_push(one, readings))
            elif isinstance(one, Commit):
                changed.append(ledger.put_commits(one.repository_id, (one,), readings))
            else:
                changed.append(ledger.put_pull_commits(one))
    return changed


def touching(
    store: Store, path: str = "a.py", *, number: int = 42, at: datetime = FAR, upto: str | None = None
) -> tuple[str, ...]:
    """Return the letters of the commits of a pull request, there by a time, that touched a path."""
    commit = None if upto is None else sha(upto)
    with store.snapshot() as catalogue:
        found = catalogue.pull_commits_touching(REPOSITORY, number, path, at, upto=commit)
    return tuple(bytes.fromhex(one[:2]).decode() for one in found)


def digests(store: Store, *, path: str | None = None, letter: str | None = None, at: datetime = FAR) -> list[str]:
    """Return the digests of a pull request's claims on a path, on a commit, or on the whole number."""
    with store.snapshot() as catalogue:
        if path is None and letter is None:
            found = catalogue.number_sightings(REPOSITORY, 42, at)
        else:
            commit = None if letter is None else sha(letter)
            found = catalogue.pull_sightings(REPOSITORY, 42, at, path=path, commit=commit)
    return [one.digest for one in found]


def counted(store: Store, number: int = 42) -> CommitCount:
    """Return how many commits of a pull request are known."""
    with store.snapshot() as catalogue:
        return catalogue.pull_commit_count(REPOSITORY, number)


def asked(letter: str, at: float = 0, paths: frozenset[str] | None = frozenset({"a.py"})) -> Commit:
    """Make a commit as GitHub tells of it when it is asked."""
    return replace(commit(letter, paths=paths), timestamp=after(at))


LIST = (asked("a", 1), asked("b", 2), listed("b", "a", "b"), pull("b", commits=2))


def test_the_commits_of_a_list(store: Store) -> None:
    """Commits that GitHub lists are the pull request's, with their claims; no others are.

    Whoever makes a commit dates it, so its own time leaves it out only where it is listed after one that was there.
    """
    claims = {"a": reading("c1"), "b": reading("c2"), "x": reading("c3")}
    assert put(store, asked("x"), *LIST, claims=claims) == [True] * 5
    assert put(store, *LIST, claims=claims) == [False] * 4
    assert touching(store) == ("a", "b")
    assert touching(store, at=after(1)) == ("a", "b")
    assert touching(store, at=after(1), upto="a") == ("a",)
    assert touching(store, "other.py") == touching(store, number=43) == ()
    assert digests(store, path="a.py") == digests(store) == ["c1", "c2"]
    assert digests(store, at=after(1)) == ["c1", "c2"]
    assert digests(store, letter="b") == ["c2"]
    assert digests(store, letter="x") == []
    assert digests(store, letter="b", at=after(1)) == ["c2"]
    with store.snapshot() as catalogue:
        for known in (catalogue.is_pull_commit, catalogue.is_listed_commit):
            assert [known(REPOSITORY, 42, sha(letter)) for letter in "abx"] == [True, True, False]
            assert not known(REPOSITORY, 43, sha("a"))


def test_former_names(store: Store) -> None:
    """What a listed commit may have renamed is looked after like what a pushed one may have."""
    renaming = replace(
        asked("a", 1), paths=frozenset({"a.py", "old.py"}), added=frozenset({"a.py"}), removed=frozenset({"old.py"})
    )
    put(store, renaming, listed("a", "a"))
    with store.snapshot() as catalogue:
        assert catalogue.pull_former_names(REPOSITORY, 42, "a.py", FAR, 5) == ("old.py",)
        assert catalogue.pull_former_names(REPOSITORY, 42, "a.py", after(0), 5) == ("old.py",)
        assert catalogue.pull_former_names(REPOSITORY, 42, "b.py", FAR, 5) == ()


def test_pushes_and_lists_together(store: Store) -> None:
    """Commits of pushes and of the lists of any head count together, each once, as of the push where there was one."""
    facts = (push("", "a", "b", at=5), pull("b", at=5, commits=2), asked("c", 1), asked("a"), listed("c", "a", "c"))
    put(store, *facts, pull("b", at=9, commits=2), claims={letter: reading(f"c{letter}") for letter in "abc"})
    assert touching(store) == ("c", "a", "b")
    assert touching(store, at=after(4)) == ("c",)
    assert digests(store) == digests(store, path="a.py") == ["cc", "ca", "cb"]
    with store.snapshot() as catalogue:
        assert [catalogue.is_pull_commit(REPOSITORY, 42, sha(letter)) for letter in "abc"] == [True] * 3
        assert not catalogue.is_listed_commit(REPOSITORY, 42, sha("a"))


def fork(*letters: str, at: float = 0) -> PushSeen:
    """Make a push to a fork."""
    one = push("", *letters, at=at)
    return replace(one, repository_id=FORK, commits=tuple(replace(told, repository_id=FORK) for told in one.commits))


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_fork_s_commit_counts_once(store: Store, order: tuple[int, ...]) -> None:
    """A commit that the fork pushed and the list names is one, as of the pull request's own repository."""
    facts = (fork("a", "b", at=5), replace(pull("b", commits=2), head_repository_id=FORK), asked("a", 1))
    claims = {"a": reading("ca"), "b": reading("cb")}
    put(store, *(facts[index] for index in order), claims=claims)
    put(store, listed("b", "a"), claims=claims)
    assert touching(store) == ("a", "b")
    with store.snapshot() as catalogue:
        found = catalogue.number_sightings(REPOSITORY, 42, FAR)
    assert [(one.digest, one.carrier.repository_id) for one in found] == [("ca", REPOSITORY), ("cb", FORK)]
    assert touching(store, at=after(1)) == ("a",)


def test_a_fork_s_commit_that_was_merged_later(store: Store) -> None:
    """A fork's commit is there since the fork pushed it, though its own repository got it later, with the merge."""
    merge = push("", "a", at=50, ref="refs/heads/main")
    facts = (fork("a", at=5), replace(pull("a"), head_repository_id=FORK), merge, listed("a", "a"))
    put(store, *facts, claims={"a": reading("ca")})
    assert touching(store, at=after(5)) == ("a",)
    assert digests(store, at=after(5)) == ["ca"]


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_counted_by_the_list(store: Store, order: tuple[int, ...]) -> None:
    """Once GitHub has listed as many commits at the head as it counts, all are known, in any order of arrival."""
    facts = ((asked("a", paths=None), listed("a", "a")), (pull("a"),), (push("", "a"),), (asked("a"),))
    known = []
    for index in order:
        put(store, *facts[index])
        known.append(counted(store))
    assert known[-1] == CommitCount(1, 1, None, pathless=0, merges=0, listed=True)
    assert all(one.listed == ({0, 1} <= set(order[: place + 1])) for place, one in enumerate(known))
    assert all(not one.all_known(FAR) or one.pathless == 0 for one in known)


def test_listed_without_any_push(store: Store) -> None:
    """The list alone says which commits there are; while the files of some are unknown, it says of how many."""
    put(store, asked("a", paths=None), asked("b"), listed("b", "a", "b"), pull("b", commits=2))
    assert counted(store) == CommitCount(2, 2, None, pathless=1, listed=True)
    put(store, asked("a"))
    assert counted(store) == CommitCount(2, 2, None, listed=True)
    assert counted(store).all_known(FAR)


def test_a_merge_in_a_list_stands_for_nothing_missing(store: Store) -> None:
    """Where GitHub lists the commits, one that merged another branch leaves none unknown."""
    merge = replace(push("", "a", "b"), commits=(commit("a"), commit("b", message="Merge branch 'main'")))
    put(store, merge, pull("b", commits=2))
    assert counted(store) == CommitCount(2, 2, None, merges=1)
    put(store, listed("b", "a", "b"))
    assert counted(store) == CommitCount(2, 2, None, listed=True)


def test_a_list_of_another_head(store: Store) -> None:
    """A list of a former head, of another pull request, or of another length than GitHub counts, is not its count."""
    put(store, push("", "a", "b"), pull("b", commits=3))
    for one in (listed("a", "a"), listed("b", "a", "b", number=43), listed("b", "a", "b")):
        put(store, one)
        assert counted(store) == CommitCount(2, 3, None)
    put(store, pull("b", at=1, commits=2))
    assert counted(store) == CommitCount(2, 2, None, listed=True)
    put(store, pull("b", at=2, commits=0))
    assert counted(store) == CommitCount(0, None, None)


def test_where_github_states_no_count(store: Store) -> None:
    """Where GitHub did not state how many there are, its list does, and pushes still say what was forced."""
    put(store, push("", "x", at=1), push("x", "a", at=5, forced=True), pull("a", commits=None))
    assert counted(store) == CommitCount(0, None, None)
    put(store, listed("a", "a"))
    assert counted(store) == CommitCount(1, 1, after(5), listed=True)


def test_forced_before_or_after_the_time(store: Store) -> None:
    """A list says what leads to the present head: of a time before a forced push it does not say all."""
    put(store, push("", "x", at=1), push("x", "a", at=5, forced=True), pull("a"), listed("a", "a"))
    assert [counted(store).all_known(after(at)) for at in (4, 5)] == [False, True]


def test_more_pushes_than_are_gone_through(store: Store) -> None:
    """Of a branch much older than its list any push may have been forced, but for those that were gone through."""
    branch = [
        replace(push("", "a", at=n), before=f"{n:040x}", after=f"{n + 1:040x}", commits=(), forced=n == 2)
        for n in range(1, 9)
    ]
    put(store, *branch, replace(push("", "z", at=9), before=branch[-1].after), pull("z"), listed("z", "z"))
    assert counted(store) == CommitCount(1, 1, after(7), listed=True)


def test_two_lists_of_one_head(store: Store) -> None:
    """When the base was changed GitHub lists others at the same head: all stay its commits, in whatever order."""
    put(store, *(asked(letter) for letter in "abc"), pull("c", commits=3))
    lists = (listed("c", "b", "c"), listed("c", "a", "b", "c"))
    for order in ((0, 1), (1, 0)):
        put(store, *(lists[index] for index in order))
        assert touching(store) == ("a", "b", "c")
        assert counted(store) == CommitCount(3, 3, None, listed=True)
    put(store, pull("c", at=5, commits=2))
    assert counted(store) == CommitCount(0, 2, None)


def test_an_empty_list(store: Store) -> None:
    """A list without commits says nothing: it is not kept."""
    assert put(store, pull("a", commits=None), listed("a")) == [True, False]
    assert counted(store) == CommitCount(0, None, None)


def test_a_list_whose_commits_are_unknown(store: Store) -> None:
    """A list is kept with its commits or not at all."""
    put(store, asked("a"), pull("b", commits=2))
    with pytest.raises(ValueError, match=f"commit {sha('b')} of pull request 42 is listed, but not kept"):
        put(store, listed("b", "a", "b"))
    assert touching(store) == ()


def test_pulls_holding(store: Store) -> None:
    """Commits lead to the pull requests that GitHub lists them in, as to those whose branches they were pushed to."""
    put(store, push("", "a"), pull("a"), asked("b"), listed("b", "a", "b", number=50), listed("b", "b", number=51))
    with store.transaction() as ledger:
        found = {letter: ledger.pulls_holding(REPOSITORY, [sha(letter)]) for letter in "abx"}
        assert ledger.pulls_holding(REPOSITORY, (sha(letter) for letter in "ab")) == tuple(
            (REPOSITORY, number) for number in (42, 50, 51)
        )
        assert ledger.pulls_with_head(REPOSITORY, "topic") == ((REPOSITORY, 42),)
        assert ledger.pulls_holding(REPOSITORY + 1, [sha("b")]) == ()
    assert found == {"a": ((REPOSITORY, 42), (REPOSITORY, 50)), "b": ((REPOSITORY, 50), (REPOSITORY, 51)), "x": ()}


def test_claims_in_texts_stay_in_order(store: Store) -> None:
    """Claims in listed commits and in comments come together, oldest first."""
    put(store, *LIST, claims={"a": reading("c1"), "b": reading("c2")})
    with store.transaction() as ledger:
        ledger.put_object(seen(thing(1), revision("x", at=1.5)), reading("o1"))
    assert digests(store) == ["c1", "o1", "c2"]


def test_a_long_list(store: Store) -> None:
    """A list of thousands of commits is kept whole."""
    commits = tuple(replace(commit("a"), sha=f"{number:040x}") for number in range(2048))
    long = PullCommits(REPOSITORY, 42, commits[-1].sha, tuple(one.sha for one in commits))
    with store.transaction() as ledger:
        ledger.put_commits(REPOSITORY, commits, {})
        assert ledger.put_pull_commits(long)
        assert not ledger.put_pull_commits(long)
        ledger.put_pull_request(replace(pull(commits=2048), head_sha=long.head_sha))
        assert len(ledger.pull_commits_touching(REPOSITORY, 42, "a.py", FAR)) == 2048
        assert ledger.pull_commit_count(REPOSITORY, 42) == CommitCount(2048, 2048, None, listed=True)


def test_a_listed_commit_that_only_the_merge_pushed(store: Store) -> None:
    """Of a listed commit whose own push was missed, the push of the merge does not say when the branch had it."""
    put(store, *LIST, push("", "a", "b", ref="refs/heads/main", at=50))
    assert touching(store, at=after(10)) == ("a", "b")


def test_a_listed_commit_that_was_pushed_to_the_branch_later(store: Store) -> None:
    """The push to the branch says when the pull request had a commit, however long before it was made."""
    put(store, *LIST, push("", "a", "b", at=50))
    assert touching(store, at=after(10)) == ()
    assert touching(store, at=after(50)) == ("a", "b")
