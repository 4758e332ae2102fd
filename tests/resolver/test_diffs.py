"""A commit as a diff: what git itself makes of it when it applies it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resolver.diffs import MOST_NAMED, Diff, render
from resolver.errors import GithubAnswerError
from resolver.git_paths import quoted
from resolver.github import reading
from resolver.github.shapes import CommitShape
from tests.support.clone import Clone, NewCommit
from tests.support.github import Repository, commit_shapes
from tests.support.github.history import EMPTY_TREE, History
from tests.support.github.world import World

SHA = "a" * 40
EMPTY_BLOB = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
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


def staged(clone: Clone, *entries: tuple[str, str, str], parent: str | None = None) -> str:
    """Write a commit of entries, each a mode, an id and a path; return its id."""
    clone.git("read-tree", EMPTY_TREE)
    for mode, blob, path in entries:
        clone.git("update-index", "--add", "--cacheinfo", f"{mode},{blob},{path}")
    tree = clone.git("write-tree").decode().strip()
    who = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    parents = [] if parent is None else ["-p", parent]
    return clone.git(*who, "commit-tree", *parents, "-m", "x", tree).decode().strip()


def two(clone: Clone, before: Mapping[str, str | None], after: Mapping[str, str | None]) -> str:
    """Write two commits; return the second one's id."""
    return clone.write([NewCommit("before", before), NewCommit("after", after, parents=[0])])[1]


LINES = st.lists(st.sampled_from(["same", "one", "two", "é", "with\rreturn", "\\ odd", "-- odd", ""]), max_size=12)
TEXTS = st.builds(lambda lines, end: "\n".join(lines) + end, LINES, st.sampled_from(["", "\n"]))
LONG = "\n".join(map(str, range(30)))
CONTENTS = TEXTS | st.sampled_from(["", LONG, f"\0{LONG}", f"\0{LONG}\nand more"])
TREES = st.dictionaries(st.sampled_from(NAMES), CONTENTS, max_size=5)


def fits(tree: dict[str, str]) -> bool:
    """Whether no file stands where a folder has to."""
    return not {"a.txt", "a.txt/b"} <= tree.keys()


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(before=TREES.filter(fits), after=TREES.filter(fits), names=st.permutations(NAMES))
def test_git_makes_the_commits_tree_of_its_parents(
    clone: Clone, before: dict[str, str], after: dict[str, str], names: Sequence[str]
) -> None:
    """Whatever a commit did: applied to its parent, its diff gives its own tree whenever it says that it is complete.

    What is binary may make it incomplete, and nothing else here does.
    """
    moved = dict(zip(names, before.values(), strict=False))
    after = moved | after if fits(moved | after) else after
    sha = two(clone, before, {**dict.fromkeys(before.keys() - after.keys()), **after})
    commit = told(clone, sha)
    same = [
        file.filename
        for file in commit.files or ()
        if file.previous_filename is not None and before[file.previous_filename] == after[file.filename]
    ]
    diff = render(commit, moved=same)
    if not any("\0" in text for text in (*before.values(), *after.values())):
        assert diff.missing == ()
        assert render(commit) == diff
    if diff.complete:
        assert tree_after(clone, sha, diff) == tree_of(clone, sha)


def test_every_file_is_written_as_git_writes_it(clone: Clone) -> None:
    """The text is git's own, but for the ids of contents, which the service does not know all of."""
    numbers = "".join(f"{number}\n" for number in range(1, 40))
    before = {"changed": numbers, "gone é": "x\n", "moved": numbers + "m\n", "far/moved too": numbers + "t\n"}
    after = {
        "changed": numbers.replace("20\n", "twenty\n"), "gone é": None, "moved": None, "far/moved too": None,
        "new\tfile": "no end", "empty": "", "here": numbers + "m\n", 'there and"here': numbers + "t!\n",
    }  # fmt: skip
    sha = two(clone, before, after)
    shown = clone.git("diff-tree", "-r", "-M", "-p", f"{sha}^", sha).decode()
    unknown = ("index ", "similarity index 9")
    assert render(told(clone, sha)).text == "".join(
        row for row in shown.splitlines(keepends=True) if not row.startswith(unknown)
    )


def test_the_first_commit_and_a_merge(clone: Clone) -> None:
    """A first commit is shown against nothing, a merge against its first parent."""
    shas = clone.write(
        [
            NewCommit("first", {"a": "1\n", "b": "1\n"}),
            NewCommit("side", {"a": "2\n"}, parents=[0]),
            NewCommit("main", {"b": "2\n"}, parents=[0]),
            NewCommit("merge", {"a": "2\n"}, parents=[2, 1]),
        ]
    )
    for sha in shas:
        diff = render(told(clone, sha))
        assert diff.complete
        assert tree_after(clone, sha, diff) == tree_of(clone, sha)
    assert "b/b" not in render(told(clone, shas[3])).text


def test_a_submodule_is_one(clone: Clone) -> None:
    """A submodule that is added, moved on and removed stays one: GitHub shows it as a line, as git does."""
    begun = staged(clone, ("160000", "1" * 40, "sub"))
    moved_on = staged(clone, ("160000", "2" * 40, "sub"), parent=begun)
    gone = staged(clone, parent=moved_on)
    modes = ("new file mode", "deleted file mode", f"index {'1' * 40}..{'2' * 40}")
    for sha, row in zip((begun, gone, moved_on), modes, strict=True):
        diff = render(told(clone, sha))
        assert diff.complete
        assert f"\n{row} 160000\n" in diff.text
        assert tree_after(clone, sha, diff) == tree_of(clone, sha)


def test_what_only_looks_like_a_submodule_is_a_file(clone: Clone) -> None:
    """A file that holds the line that stands for a submodule stays a file."""
    sha = clone.write([NewCommit("x", {"sub": f"Subproject commit {'1' * 40}\n"})])[0]
    diff = render(told(clone, sha))
    assert tree_after(clone, sha, diff) == tree_of(clone, sha)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, {"it": "\0"}),
        ({"it": "\0"}, {"it": "\0\0"}),
        ({"it": "\0"}, {"it": None}),
        ({}, {"it": "x\n" * 2**20}),
    ],
    ids=["new", "changed", "gone", "large"],
)
def test_what_has_no_patch_is_missing_whole(
    clone: Clone, before: dict[str, str | None], after: dict[str, str | None]
) -> None:
    """Of a binary file, or one that is too large for GitHub, nothing is shown, and it is named; the rest is there."""
    diff = render(told(clone, two(clone, before, {**after, "text": "x\n"})))
    assert not diff.complete
    assert [sentence for sentence in diff.missing if sentence.startswith("it has no patch")] == list(diff.missing)
    assert "it" not in diff.text.replace("diff --git", "")
    assert "+++ b/text" in diff.text


def test_a_binary_file_that_was_moved_and_changed_is_missing(clone: Clone) -> None:
    """GitHub tells of it as of one that was only moved; whoever knows better says which were."""
    long = "\0" + "\n".join(map(str, range(200)))
    sha = two(
        clone, {"old": long, "still": f"{long}x"}, {"old": None, "still": None, "new": f"{long}.", "one": f"{long}x"}
    )
    commit = told(clone, sha)
    assert {(file.status, file.additions, file.patch) for file in commit.files or ()} == {("renamed", 0, None)}
    diff = render(commit, moved={"one"})
    assert [sentence.split()[0] for sentence in diff.missing] == ["new"]
    assert "rename to one" in diff.text
    assert "rename to new" not in diff.text


def test_bytes_that_are_no_utf_8_are_missing(clone: Clone) -> None:
    """GitHub shows text in UTF-8; where that may not be a file's own bytes, the file is named instead."""
    cafe, other = (
        clone.git("hash-object", "-w", "--stdin", given=text).decode().strip() for text in (b"caf\xe9\n", b"\xe9\n")
    )
    first = staged(clone, ("100644", cafe, "a"))
    second = staged(clone, ("100644", other, "a"), ("100644", cafe, "b"), parent=first)
    diff = render(told(clone, second))
    assert diff.text == ""
    assert [sentence.split()[0] for sentence in diff.missing] == ["a", "b"]
    assert all("UTF-8" in sentence for sentence in diff.missing)


def patched(name: str = "a", patch: str | None = "@@ -1 +1 @@\n-old\n+new", **more: object) -> dict[str, object]:
    """Make a changed file as REST shows it."""
    return {"filename": name, "status": "modified", "additions": 1, "deletions": 1, "patch": patch, **more}


@pytest.mark.parametrize(
    "file",
    [
        patched(status="exploded"),
        patched(status="renamed", previous_filename=None),
        patched(additions=2),
        patched(deletions=0),
        patched(patch="@@ -1,2 +1 @@\n-old\n+new"),
        patched(patch="@@ -1 +1 @@\n-old\n+new\ndiff --git a/x b/x\nnew file mode 100755"),
        patched(patch="no patch"),
        patched("name \ufffd"),
        patched(patch="@@ -1 +1 @@\n-old\n+caf\ufffd"),
        patched(status="added", additions=1, deletions=0, patch="@@ -0,0 +1 @@\n+é", sha="a" * 40),
        patched(status="added", additions=0, deletions=0, patch=None),
        patched(status="removed", additions=0, deletions=0, patch=None, sha="a" * 40),
        patched(additions=0, deletions=0, patch=None),
        patched(status="renamed", previous_filename="b", patch=None),
        patched(status="copied", previous_filename="b", patch=None),
    ],
)
def test_a_file_that_does_not_add_up_is_missing(file: dict[str, object]) -> None:
    """What is unknown, cut, contradicts itself, or would be another file's part of the diff, is named and not shown."""
    diff = render(made(file, patched("sound")))
    assert len(diff.missing) == 1
    assert diff.missing[0].startswith(str(file["filename"]) if "\ufffd" not in str(file["filename"]) else '"name')
    assert diff.text == render(made(patched("sound"))).text != ""


def test_what_is_unchanged_or_moved_or_empty_misses_nothing() -> None:
    """A file without changed lines has no patch, and none is missing: empty ones are known by their id."""
    empty, empty_256 = EMPTY_BLOB, "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813"
    none: dict[str, Any] = {"additions": 0, "deletions": 0, "patch": None}
    diff = render(
        made(
            patched("same", status="unchanged", **none),
            patched("new", status="renamed", previous_filename="old", **none),
            patched("twin", status="copied", previous_filename="old", **none),
            patched("empty", status="added", sha=empty, **none),
            patched("gone", status="removed", sha=empty_256, **none),
        )
    )
    assert diff == Diff(
        "diff --git a/old b/new\nsimilarity index 100%\nrename from old\nrename to new\n"
        "diff --git a/old b/twin\nsimilarity index 100%\ncopy from old\ncopy to twin\n"
        "diff --git a/empty b/empty\nnew file mode 100644\n"
        "diff --git a/gone b/gone\ndeleted file mode 100644\n"
    )


def test_a_move_in_a_large_commit_is_believed_only_when_it_is_known() -> None:
    """Behind GitHub's limits files are said to have no changed lines, whatever was changed in them."""
    moved = patched("new", status="renamed", previous_filename="old", additions=0, deletions=0, patch=None)
    commit = made(*(patched(str(number)) for number in range(300)), moved)
    assert [sentence.split()[0] for sentence in render(commit).missing] == ["new"]
    assert render(commit, moved={"new"}).complete


def test_it_says_that_there_may_be_more_files() -> None:
    """GitHub tells of 3,000 files at most, and does not say that there are more."""
    files = [patched(str(number)) for number in range(3000)]
    assert render(made(*files[:-1])).complete
    assert render(made(*files)).missing == ("GitHub tells of 3,000 files at most: there may be more.",)
    assert not render(made().model_copy(update={"files": None})).complete


def test_a_diff_that_would_be_too_large_leaves_whole_files_out() -> None:
    """What fits is shown whole, in order; what does not is named. The bound is in bytes."""
    one, large = patched("one"), patched("large", patch="@@ -1 +1 @@\n-old\n+" + "é" * 100)
    alone = len(render(made(one)).text)
    whole = render(made(one, large, patched("two")))
    exact = len(whole.text.encode())
    assert render(made(one, large, patched("two")), largest=exact) == whole
    short = render(made(one, large, patched("two")), largest=exact - 1)
    assert short.text == render(made(one, large)).text
    assert short.missing == ("two is left out: the diff would be too large.",)
    small = render(made(one, large, patched("two")), largest=2 * alone + 100)
    assert small.text == render(made(one, patched("two"))).text
    assert small.missing == ("large is left out: the diff would be too large.",)


def test_a_text_is_at_most_a_mebibyte() -> None:
    """A client is not sent more than it can be expected to take."""
    line = "x" * 1000
    files = [patched(str(number), patch=f"@@ -1 +1 @@\n-{line}\n+{line}y") for number in range(600)]
    diff = render(made(*files))
    assert 2**20 - 3000 < len(diff.text.encode()) <= 2**20
    assert len(diff.missing) == 600 - diff.text.count("diff --git")


def test_no_more_than_some_are_named() -> None:
    """Of very many files that are missing some are named, the others counted."""
    diff = render(made(*(patched(str(number), status="odd") for number in range(MOST_NAMED + 7))))
    assert len(diff.missing) == MOST_NAMED + 1
    assert diff.missing[-1] == "7 more files are not shown."


@pytest.mark.parametrize("path", [*NAMES, "\x01", "\x7f", "nul\nand", "\a\b\v\f\r", "$ !~#'", "日本", "\U0001f600"])
def test_paths_are_quoted_as_git_does(clone: Clone, path: str) -> None:
    """Special characters and bytes beyond ASCII are escaped, and only then is a path in quotes."""
    clone.git("read-tree", EMPTY_TREE)
    clone.git("update-index", "-z", "--index-info", given=f"100644 {EMPTY_BLOB}\t{path}\0".encode())
    assert quoted(path) == clone.git("ls-files").decode().removesuffix("\n")


FILES = st.builds(
    patched,
    st.text(min_size=1),
    patch=st.none() | st.text() | st.just("@@ -1 +1 @@\n-old\n+new"),
    status=st.sampled_from(["added", "removed", "modified", "renamed", "copied", "changed", "unchanged", "odd"]),
    previous_filename=st.none() | st.text(min_size=1),
    additions=st.none() | st.integers(0, 2),
    deletions=st.none() | st.integers(0, 2),
    sha=st.sampled_from([None, "a" * 40, EMPTY_BLOB, "no sha"]),
)


@given(files=st.lists(FILES, max_size=5))
def test_any_answer_becomes_a_diff(files: list[dict[str, object]]) -> None:
    """Whatever GitHub tells of files: each begins one part of the text, or is missing, or is unchanged."""
    try:
        commit = made(*files)
    except GithubAnswerError:
        return
    diff = render(commit)
    parts = sum(row.startswith("diff --git ") for row in diff.text.split("\n"))
    assert parts + len(diff.missing) + sum(file.status == "unchanged" for file in commit.files or ()) == len(files)
