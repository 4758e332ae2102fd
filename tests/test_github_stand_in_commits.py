"""What the stand-in for GitHub tells of commits that are on no branch, and of what stands in a commit's tree."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.clone import Clone, NewCommit
from tests.support.github import StandIn
from tests.support.github.asking import ask, token_header

EMPTY = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    """An empty git repository."""
    return Clone(tmp_path / "clone.git").make()


@pytest.fixture
def github(clone: Clone) -> Iterator[StandIn]:
    """GitHub, with the App installed on a repository."""
    with StandIn() as stand_in:
        stand_in.install(repositories=[stand_in.repository(clone=clone)])
        yield stand_in


def test_commits_of_a_fork_are_told_but_stand_on_no_branch(github: StandIn, clone: Clone) -> None:
    """GitHub answers for what any repository of a network has; only branches say whose it is."""
    path, mine = "/repos/acme/widgets", token_header(github)
    begun, ours, fork = clone.write([NewCommit(str(n), {"f": str(n)}, parents=[0] if n else []) for n in range(3)])
    for branch in ("main", "topic/x"):
        github.repositories[9001].branch(branch, ours)
    assert ask(github, f"{path}/commits/{fork}", mine).status_code == 200
    assert ask(github, f"{path}/commits/{fork}/branches-where-head", mine).json() == []
    heads = ask(github, f"{path}/commits/{ours}/branches-where-head", mine).json()
    assert [(head["name"], head["commit"]["sha"]) for head in heads] == [("main", ours), ("topic/x", ours)]
    assert ask(github, f"{path}/commits/{'f' * 40}/branches-where-head", mine).status_code == 422
    for sha, status in ((begun, "ahead"), (ours, "identical"), (fork, "diverged")):
        assert ask(github, f"{path}/compare/{sha}...topic%2Fx", mine).json()["status"] == status
    page = ask(github, f"{path}/compare/{begun}...main?per_page=1&page=2", mine).json()
    assert (page["status"], page["files"]) == ("ahead", [])


def test_trees_hold_what_stands_in_folders_too(github: StandIn, clone: Clone) -> None:
    """With ``recursive`` a tree names every file by its whole path, with its mode, kind and id."""
    path, mine = "/repos/acme/widgets/git/trees", token_header(github)
    (sha,) = clone.write([NewCommit("x", {"a/b é.txt": "", "c": ""})])
    whole = ask(github, f"{path}/{sha}?recursive=1", mine).json()
    assert [entry["path"] for entry in whole["tree"]] == ["a", "a/b é.txt", "c"]
    assert [(entry["mode"], entry["type"], entry["sha"]) for entry in whole["tree"]][1:] == 2 * [
        ("100644", "blob", EMPTY)
    ]
    assert whole["truncated"] is False
    flat = ask(github, f"{path}/{sha}", mine).json()
    assert [(entry["path"], entry["type"]) for entry in flat["tree"]] == [("a", "tree"), ("c", "blob")]
    assert ask(github, f"{path}/{'f' * 40}", mine).status_code == 404
