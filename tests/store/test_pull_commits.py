from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from itertools import permutations

import pytest

from resolver.model.github import PullRequest, PushSeen
from store import Store
from tests.support.facts import REPOSITORY, ZEROS, after, commit, pull, push

FAR = after(10_000)


def knows(store: Store, *facts: PushSeen | PullRequest, at: datetime = FAR, number: int = 42) -> bool:
    """Keep pushes and pull requests; return whether every commit of a pull request at a time is known then."""
    with store.transaction() as ledger:
        for one in facts:
            if isinstance(one, PullRequest):
                ledger.put_pull_request(one)
            else:
                ledger.put_push(one, {})
        return ledger.pull_commit_count(REPOSITORY, number).all_known(at)


BRANCH = (push("", "a", at=1), push("a", "b", "c", at=2), push("c", "d", at=3))


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_as_many_as_github_counts(store: Store, order: tuple[int, ...]) -> None:
    """All commits are known once the pushes that lead to the head brought as many as GitHub counts, in any order."""
    facts = (*BRANCH, pull("d", commits=4))
    known = [knows(store, facts[index]) for index in order]
    assert known == [False, False, False, True]


def test_the_count_differs(store: Store) -> None:
    """More or fewer than GitHub counts are not all, nor are any where it counts none or does not say."""
    assert not knows(store, *BRANCH, pull("d", at=1, commits=5))
    assert not knows(store, pull("d", at=2, commits=3))
    assert not knows(store, pull("d", at=3, commits=None))
    assert not knows(store, pull("d", at=4, commits=0))
    assert knows(store, pull("d", at=5, commits=4))
    assert not knows(store, number=43)


def test_a_push_without_its_commits(store: Store) -> None:
    """A push whose list of commits was cut leaves some unknown."""
    cut = replace(push("a", "b", "c"), commits=(commit("c"),))
    assert not knows(store, push("", "a"), cut, pull("c", commits=3))


def test_only_the_present_head_counts(store: Store) -> None:
    """Commits of former heads that do not lead to the present one are not counted."""
    forced = push("b", "x", at=3, forced=True)
    assert knows(store, push("", "a"), push("a", "b"), pull("b", at=1, commits=2))
    assert knows(store, forced, pull("x", at=3, commits=1))
    assert not knows(store, pull("b", at=9, commits=1))


def test_back_to_the_last_forced_push(store: Store) -> None:
    """What was pushed before a forced push was replaced by it; a later push adds to it."""
    forced = push("b", "x", "y", at=3, forced=True)
    assert knows(store, push("", "a"), push("a", "b"), forced, push("y", "z", at=4), pull("z", commits=3))
    assert not knows(store, pull("z", at=9, commits=5))


def test_a_forced_push_after_the_time(store: Store) -> None:
    """A push that was forced later may have replaced commits that were there then; one at that very time did not."""
    forced = push("a", "x", at=3, forced=True)
    facts = (push("", "a"), forced, push("x", "y", at=5), pull("y", commits=2))
    assert knows(store, *facts)
    assert [knows(store, at=after(minutes)) for minutes in (2, 3, 4)] == [False, True, True]


def test_forced_back_to_an_older_commit(store: Store) -> None:
    """A branch that was forced back to where it had been before brings nothing new, and both ways there are walked."""
    back = replace(push("b", "a", at=3, forced=True), commits=())
    assert knows(store, push("", "a", at=1), push("a", "b", at=2), back, pull("a", commits=1))
    assert not knows(store, at=after(2))


def test_a_branch_created_anew(store: Store) -> None:
    """The walk ends where the branch was created: what a former branch of that name had is not counted."""
    deletion = replace(push("a", "x", at=2), after=ZEROS, commits=())
    assert knows(store, push("", "a", at=1), deletion, push("", "h", at=3), pull("h", commits=1))


def test_a_fork(store: Store) -> None:
    """A fork's commits are counted while the fork is known; once it is gone, nobody can say that they are all."""
    fork = replace(push("", "f"), repository_id=7, commits=(replace(commit("f"), repository_id=7),))
    assert knows(store, fork, replace(pull("f"), head_repository_id=7))
    assert not knows(store, replace(pull("f", at=9), head_repository_id=None))


def test_a_branch_much_older_than_the_pull_request(store: Store) -> None:
    """Of a branch of many pushes no more are walked than the pull request can have."""
    branch = [replace(push("", "a"), before=f"{n:040x}", after=f"{n + 1:040x}", commits=()) for n in range(300)]
    last = replace(push("", "z"), before=branch[-1].after)
    assert not knows(store, *branch, last, pull("z", commits=1))


def test_pushes_in_a_circle(store: Store) -> None:
    """A branch that leads back to itself is walked to an end."""
    assert knows(store, push("a", "b"), push("b", "a"), pull("a", commits=2))
