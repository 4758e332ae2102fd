"""Lines of a squash merge whose files took each other's names since are told of the right file, or not at all."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from resolver.github.shapes import FileShape
from resolver.tracing.listed import MOST_COMMITTED, MOST_COMPARED
from resolver.tracing.patches import read
from resolver.tracing.squashes import squashed_lines
from tests.support.clone import Clone, NewCommit
from tests.support.shaped import commit_shape, file_shape, files_of, shape_of

BASE, SQUASH = "0" * 40, "1" * 40
P, Q = ["def main():", "  p1", "  p2", "return 1"], ["q head", "def main():", *(f"  q{n}" for n in range(9))]


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    """Make an empty repository."""
    return Clone(tmp_path_factory.mktemp("clone")).make()


def new(name: str, lines: Sequence[str], status: str = "added") -> FileShape:
    """Return a file that is new."""
    return file_shape(name, status, f"@@ -0,0 +1,{len(lines)} @@\n" + "\n".join(f"+{line}" for line in lines))


def where(
    line: int, since: Sequence[FileShape], *others: FileShape, also: Sequence[int] = (), path: str = "p"
) -> dict[int, int] | None:
    """Ask where a line stands at the head of a pull request that made the file p and touched others."""
    files = (new("p", P), *others)
    squash = commit_shape(SQUASH, [BASE], files)
    found = squashed_lines(path, [line], squash=squash, since=since, pull_files=files, also=also)
    return None if found is None else dict(found.lines)


LATER = file_shape("p", "modified", "@@ -1,4 +1,5 @@\n+top\n def main():\n   p1\n   p2\n return 1")


@pytest.mark.parametrize(
    "gone",
    [
        file_shape("q", "removed", "@@ -1 +0,0 @@\n-q head"),
        file_shape("r", "renamed", previous="q"),
        file_shape("q", "modified", "@@ -1 +1 @@\n-q head\n+another"),
    ],
    ids=["removed", "renamed", "another stands there"],
)
def test_a_line_that_another_file_has_too_is_of_neither_for_sure(gone: FileShape) -> None:
    """A file that is not what it was may have taken the other's name; lines that it never had are not of it."""
    assert where(2, [LATER, gone], new("q", Q)) is None
    assert where(3, [LATER, gone], new("q", Q)) == {3: 2}
    assert where(1, [gone], new("q", Q)) is None
    assert where(1, [gone], new("q", ["other"])) == {1: 1}


def test_a_file_that_was_put_back_has_all_lines_or_none() -> None:
    """A file that is as it was may have been renamed and put back: then all lines of the squash were its lines."""
    assert where(2, [LATER], new("q", Q)) is None
    assert where(2, [LATER], new("q", P), also=[5]) is None
    assert where(2, [LATER], new("q", Q), also=[5]) == {2: 1}
    assert where(1, [], new("q", P)) == {1: 1}


def test_a_file_whose_lines_are_not_known_may_have_any() -> None:
    """Where the lines of a file that is gone are not told, or not every file is, nothing is said of a line."""
    gone = file_shape("q", "removed")
    large = file_shape("q", "added").model_copy(update={"additions": 9000})
    many = [file_shape(f"{number}") for number in range(MOST_COMPARED)]

    assert where(3, [LATER, gone], large) is None
    assert where(3, [LATER], large) == where(3, [LATER, gone], file_shape("q", "added")) == {3: 2}
    assert where(3, [LATER, gone], file_shape("q", "removed")) == {3: 2}
    assert where(3, [LATER, *many[2:]], new("q", ["other"])) == {3: 2}
    assert where(3, [LATER, *many[1:]], new("q", ["other"])) is None
    assert where(3, [LATER], *(file_shape(f"{number}") for number in range(MOST_COMMITTED))) is None


def test_all_lines_of_the_squash_have_to_be_of_the_file() -> None:
    """Where one line that is blamed on the squash is not of the file that had the name, perhaps none is."""
    assert where(3, [LATER], also=[2, 4, 5]) == {3: 2}
    assert where(3, [LATER], also=[1]) is None
    assert where(3, [LATER], also=[6]) is None
    assert where(3, [], also=[5]) is None
    assert where(3, [LATER], also=[0]) is where(0, []) is None


COMPARED: Counter[str] = Counter()
"""How many lines were compared with the truth, over all examples: shown when they are done."""


@pytest.fixture(scope="module", autouse=True)
def shown() -> Iterator[None]:
    """Print how many lines were compared."""
    yield
    print(f"\nsquashed_lines: {dict(COMPARED)}")  # noqa: T201 -- shown by pytest -s


ROWS = st.lists(st.sampled_from(["    shared, a line of some length", "}", "", "    other()", "p", "q"]), max_size=5)
NAMES = ("p", "q", "t")
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["rename", "rename", "remove", "restore", "edit", "add"]),
        st.sampled_from(NAMES),
        st.sampled_from(NAMES),
        st.integers(0, 6),
        ROWS,
    ),
    max_size=6,
)
Step = tuple[str, str, str, int, list[str]]
Tree = dict[str, list[str]]


def stepped(tree: Tree, squash: Tree, step: Step) -> Tree:
    """Return the files after a step; one that cannot be made changes nothing."""
    what, old, name, place, rows = step
    after = dict(tree)
    match what:
        case "rename" if old in tree and name not in tree:
            after[name] = after.pop(old)
        case "remove":
            after.pop(old, None)
        case "restore" if old in squash:
            after[old] = squash[old]
        case "edit" if old in tree:
            after[old] = [*tree[old][:place], *rows, *tree[old][place + 1 :]]
        case "add" if rows and name not in tree:
            after[name] = rows
    return {path: lines for path, lines in after.items() if lines}


def written(clone: Clone, trees: Sequence[Tree]) -> list[str]:
    """Write a commit for each tree, the third and all behind it upon the first: the second is the pull request."""
    commits = []
    for number, tree in enumerate(trees):
        parent = 0 if number == 2 else number - 1
        gone = dict.fromkeys(NAMES, None) if number else {}
        texts = {name: "".join(f"{line}\n" for line in lines) for name, lines in tree.items()}
        commits.append(NewCommit(f"{number}", {**gone, **texts}, [parent] if number else []))
    return clone.write(commits)


def blamed(clone: Clone, sha: str, path: str, on: str) -> dict[int, tuple[str, int]]:
    """Return the lines that git blames on a commit, each with its file and its number there."""
    shown = clone.git("blame", "--line-porcelain", sha, "--", path).decode()
    found = re.findall(rf"^{on} ([0-9]+) ([0-9]+).*\n(?:[^\t].*\n)*?filename (.*)\n", shown, flags=re.MULTILINE)
    return {int(line): (name, int(was)) for was, line, name in found}


OVER: list[Step] = [("remove", "p", "p", 0, []), ("rename", "q", "p", 0, []), ("edit", "p", "p", 0, ["top"])]
SWAP: list[Step] = [("rename", "p", "t", 0, []), ("rename", "q", "p", 0, []), ("rename", "t", "q", 0, [])]


@given(p=ROWS, q=ROWS, steps=STEPS)
@example(p=P, q=Q, steps=OVER)
@example(p=P, q=["def main():", "  p1"], steps=SWAP)
@example(p=P, q=["def main():", "  p1"], steps=[*OVER, ("restore", "q", "q", 0, [])])
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_line_is_of_the_file_that_git_blames(clone: Clone, p: list[str], q: list[str], steps: list[Step]) -> None:
    """Whatever becomes of two files of one squash, a line that is found is the one of the file that git names."""
    squash = {name: lines for name, lines in (("p", p), ("q", q)) if lines}
    trees: list[Tree] = [{"x": ["x"]}, {"x": ["x"], **squash}, {"x": ["y"], **squash}]
    for step in steps:
        trees.append(stepped(trees[-1], trees[2], step))
    shas = written(clone, [tree for n, tree in enumerate(trees) if n < 3 or tree != trees[n - 1]])
    merge, since = shape_of(clone, shas[2]), files_of(clone, shas[2], shas[-1])
    pulled = files_of(clone, shas[0], shas[1])
    assume(since or shas[-1] == shas[2])
    for path in sorted(trees[-1].keys() - {"x"}):
        lines = blamed(clone, shas[-1], path, shas[2])
        for line, (name, was) in lines.items():
            found = squashed_lines(path, [line], squash=merge, since=since, pull_files=pulled, also=[*lines])
            COMPARED["told" if found else "missed"] += 1
            added = [*read(next(one.patch or "" for one in pulled if one.filename == name)).added]
            brought = [*read(next(one.patch or "" for one in merge.files or () if one.filename == name)).added]
            assert found is None or (found.path, found.lines) == (name, {line: added[brought.index(was)]})
