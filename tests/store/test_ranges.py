"""Commits between two: what pushes and GitHub's lists say, in any order of arrival, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise, permutations

import pytest

from resolver.model.github import PullCommits, PullRequest, PushSeen
from store import Store
from store.ranges import MOST_PUSHES
from tests.support.facts import REPOSITORY, commit, pull, push, repository, sha

MAIN = "refs/heads/main"
PUSHES = (push("0", "a", "b"), push("b", "c", at=1), push("c", "d", "e", at=2))


def keep(store: Store, *facts: PushSeen | PullRequest | PullCommits) -> None:
    """Keep facts, each in a transaction of its own."""
    for one in facts:
        with store.transaction() as ledger:
            ledger.put_repository(repository(), "default")
            if isinstance(one, PushSeen):
                ledger.put_push(one, {})
            elif isinstance(one, PullRequest):
                ledger.put_pull_request(one)
            else:
                ledger.put_pull_commits(one)


def between(store: Store, base: str, head: str, *, of: int = REPOSITORY) -> str | None:
    """Return the commits between two, by their letters."""
    with store.snapshot() as catalogue:
        found = catalogue.commits_between(of, sha(base), sha(head))
    return None if found is None else "".join(bytes.fromhex(one[:2]).decode() for one in found)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_pushes_lead_from_one_to_the_other(store: Store, order: tuple[int, ...]) -> None:
    """Pushes that follow on one another bring what lies between, oldest first, however they arrived."""
    keep(store, *(PUSHES[index] for index in order))
    assert between(store, "0", "e") == "abcde"
    assert between(store, "b", "e") == "cde"
    assert between(store, "c", "c") == ""


def test_other_ends_are_not_guessed(store: Store) -> None:
    """Within a push, the other way round, from elsewhere, and in another repository nothing is known."""
    keep(store, *PUSHES)
    for base, head in [("a", "e"), ("0", "d"), ("e", "0"), ("x", "e"), ("0", "x")]:
        assert between(store, base, head) is None
    assert between(store, "0", "e", of=REPOSITORY + 1) is None


def test_a_gap_is_not_bridged(store: Store) -> None:
    """Where a push is missing, or was forced, or made a branch, nobody can say what lies between."""
    keep(store, PUSHES[0], PUSHES[2])
    assert between(store, "0", "e") is None
    keep(store, push("b", "c", forced=True, ref="refs/heads/other"), push("", "a", "b", "c", ref="refs/heads/new"))
    assert between(store, "0", "e") is None


def test_branches_make_no_difference(store: Store) -> None:
    """A push to one branch goes on where a push to another ended; the fewest pushes count."""
    keep(store, PUSHES[0], push("b", "c", ref=MAIN), push("0", "a", "b", "c", ref="refs/heads/third"))
    assert between(store, "0", "c") == "abc"


def test_a_push_that_was_cut_tells_nothing(store: Store) -> None:
    """GitHub tells 2,048 commits of a push at most: of one that has as many, some may be missing."""
    many = tuple(replace(commit("a"), sha=f"{number:040x}") for number in range(1, 2049))
    keep(store, replace(push("0", "a"), commits=many, after=many[-1].sha))
    with store.snapshot() as catalogue:
        assert catalogue.commits_between(REPOSITORY, sha("0"), many[-1].sha) is None
    fewer = replace(push("y", "z"), commits=(*many[:2046], commit("z")))
    keep(store, fewer)
    with store.snapshot() as catalogue:
        found = catalogue.commits_between(REPOSITORY, sha("y"), sha("z"))
    assert found is not None
    assert len(found) == 2047


def test_a_pull_request_that_github_listed(store: Store) -> None:
    """A pull request between the two tells its commits, if GitHub listed all that it counts at this very head."""
    keep(store, push("", "p", "q", "r"))
    listed = PullCommits(REPOSITORY, 42, sha("r"), (sha("p"), sha("q"), sha("r")))
    keep(store, pull("r", commits=4), listed)
    assert between(store, "0", "r") is None
    keep(store, pull("r", at=1, commits=3))
    assert between(store, "0", "r") == "pqr"
    assert between(store, "x", "r") is None
    assert between(store, "0", "q") is None


def test_a_walk_has_an_end(store: Store) -> None:
    """Of a history of more pushes than are looked at, the far end is not known; what is near is."""
    with store.transaction() as ledger:
        ledger.put_repository(repository(), "default")
        shas = [f"{number:040x}" for number in range(1, MOST_PUSHES + 20)]
        for before, head in pairwise(shas):
            made = replace(commit("a"), sha=head)
            ledger.put_push(replace(push("0", "a"), before=before, after=head, commits=(made,)), {})
    with store.snapshot() as catalogue:
        assert catalogue.commits_between(REPOSITORY, shas[0], shas[-1]) is None
        assert catalogue.commits_between(REPOSITORY, shas[-11], shas[-1]) == tuple(shas[-10:])
