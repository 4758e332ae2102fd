"""A commit as a diff: what git itself makes of it when it applies it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resolver import diffs
from resolver.diffs import Diff, render
from resolver.github import reading
from resolver.github.shapes import CommitShape
from tests.support.clone import Clone, NewCommit
from tests.support.github import Repository, commit_shapes
from tests.support.github.history import EMPTY_TREE, History
from tests.support.github.world import World

SHA = "a" * 40
WORLD = World()
NAMES = ("a.txt", "b.txt", "dir/a.txt", "dir/with space.txt", 'quo"te', "back\\slash", "é.txt", "tab\there", "a.txt/b")


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    """An empty git repository, which the tests of a process share."""
    return Clone(tmp_path_factory.mktemp("diffs") / "clone.git").make()


def read(value: object) -> CommitShape:
    """Read a commit from what REST shows."""
    return reading.one(CommitShape, json.dumps(value).encode())


def told(clone: Clone, sha: str) -> CommitShape:
    """Return a commit as GitHub tells of it."""
    history, repo = History(clone), Repository(9001, "acme/widgets", clone)
    (commit,) = history.commits([sha])
    files = [commit_shapes.file(WORLD, repo, file, sha) for file in history.files(commit)]
    return read(commit_shapes.listed_commit(WORLD, repo, commit) | {"files": files})


def made(*files: dict[str, object]) -> CommitShape:
    """Make a commit of files as REST shows them."""
    commit = {"message": "x", "committer": {"date": "2026-10-01T09:00:00Z"}}
    return read({"sha": SHA, "commit": commit, "parents": [], "files": files})


def tree_after(clone: Clone, sha: str, diff: Diff) -> str:
    """Return the tree that git makes of a commit's first parent and a diff."""
    parents = clone.git("rev-list", "--parents", "--max-count=1", sha).decode().split()[1:]
    clone.git("read-tree", parents[0] if parents else EMPTY_TREE)
    if diff.text:
        clone.git("apply", "--cached", "--whitespace=nowarn", given=diff.text.encode())
    return clone.git("write-tree").decode().strip()


def tree_of(clone: Clone, sha: str) -> str:
    """Return a commit's own tree."""
    return clone.git("rev-parse", f"{sha}^{{tree}}").decode().strip()


def two(clone: Clone, before: dict[str, str | None], after: dict[str, str | None]) -> str:
    """Write two commits; return the second one's id."""
    return clone.write([NewCommit("before", before), NewCommit("after", after, parents=[0])])[1]


LINES = st.lists(st.sampled_from(["same", "one", "two", "é", "with\rreturn", "\\ odd", "-- odd", ""]), max_size=12)
TEXTS = st.builds(lambda lines, end: "\n".join(lines) + end, LINES, st.sampled_from(["", "\n"]))
CONTENTS = TEXTS | st.sampled_from(["", "\0binary", "\0other", "\n".join(map(str, range(30)))])
TREES = st.dictionaries(st.sampled_from(NAMES), CONTENTS, max_size=5)


def fits(tree: dict[str, str]) -> bool:
    """Whether no file stands where a folder has to."""
    return not {"a.txt", "a.txt/b"} <= tree.keys()


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(before=TREES.filter(fits), after=TREES.filter(fits), kept=st.permutations(NAMES))
def test_git_makes_the_commits_tree_of_its_parents(
    clone: Clone, before: dict[str, str], after: dict[str, str], kept: Sequence[str]
) -> None:
    """Whatever a commit did: applied to its parent, its diff gives its own tree whenever it says that it is complete.

    What is binary makes it incomplete, and nothing else here does.
    """
    moved = dict(zip(kept, before.values(), strict=False))
    after = moved | after if fits(moved | after) else after
    gone = dict.fromkeys(before.keys() - after.keys())
    sha = two(clone, {**before}, {**gone, **after})
    changed = {name for name in {*before, *after} if before.get(name) != after.get(name)}
    texts = [text for name in changed for text in (before.get(name), after.get(name)) if text is not None]
    commit = told(clone, sha)
    diff = render(commit)
    if not any("\0" in text for text in texts):
        assert diff.missing == ()
    if diff.complete:
        assert tree_after(clone, sha, diff) == tree_of(clone, sha)
