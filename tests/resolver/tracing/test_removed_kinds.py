"""Who removed a line is told of files of every kind, as git has it, or not at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from resolver.model.github import Lines
from resolver.tracing.patches import read
from resolver.tracing.removed import first_parents, removers
from tests.support.clone import Clone, CloneBlamer, NewCommit
from tests.support.shaped import FILE, PROGRAM, SUBMODULE, commit_tree, files_of, shape_of

MODULES = ["a" * 40, "b" * 40, "c" * 40]
Tree = Mapping[str, tuple[str, str]]


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    """Make an empty repository."""
    return Clone(tmp_path_factory.mktemp("clone")).make()


def who(clone: Clone, line: int, *trees: Tree, text: str | None = None, path: str = "f") -> int | None:
    """Write trees upon each other, and say which one (0: the base) removed a line of the base."""
    shas: list[str] = []
    for tree in trees:
        shas.append(commit_tree(clone, tree, shas[-1:]))
    commits = [shape_of(clone, sha) for sha in shas[1:]]
    assert first_parents(shas[0], shas[-1], reversed(commits)) == tuple(shas[1:])
    found = removers(path, commits, base=shas[0], first=line, last=line, text=text)
    return None if found is None else shas.index(found[0].sha)


def f(*texts: str, more: Tree | None = None, mode: str = FILE) -> list[Tree]:
    """Make trees that hold a file of each of some texts."""
    return [{"f": (mode, text), **(more or {})} for text in texts]


@pytest.mark.parametrize("text", ["two", "two\r"])
def test_lines_that_end_with_a_carriage_return(clone: Clone, text: str) -> None:
    """A file of DOS lines is like any other, whether the carriage return is told with the text or not."""
    trees = f("one\r\ntwo\r\nthree\r\n", "zero\r\none\r\ntwo\r\nthree\r\n", "zero\r\none\r\nthree\r\n")

    assert who(clone, 2, *trees, text=text) == 2
    assert who(clone, 1, *trees, text="one") is None
    assert who(clone, 2, *trees, text="three") is None


def test_other_line_endings_are_other_lines(clone: Clone) -> None:
    """Who wrote all lines anew with other endings removed the former ones, as git has it."""
    trees = f("one\ntwo\nthree\n", "one\r\ntwo\r\nthree\r\n", "one\r\nthree\r\n")

    assert [who(clone, line, *trees) for line in (1, 2, 3)] == [1, 1, 1]


def test_a_last_line_that_got_a_newline(clone: Clone) -> None:
    """To git, a line that had no newline and got one is another line: who gave it one removed the former."""
    trees = f("one\ntwo", "one\ntwo\nthree\n", "one\nthree\n")

    assert who(clone, 2, *trees[:2], text="two") == 1
    assert who(clone, 2, *trees, text="two") == 1
    assert who(clone, 2, *f("one\ntwo", "one"), text="two") == 1
    assert who(clone, 1, *f("one\ntwo", "two", "two\n"), text="one") == 1


def test_empty_lines(clone: Clone) -> None:
    """An empty line is told where its neighbours show which of several it was."""
    trees = f("a\n\nb\n\nc\n\n", "a\nb\n\nc\n\n", "a\nb\nc\n\n", "a\nb\nc\n")

    assert [who(clone, line, *trees, text="") for line in (2, 4, 6)] == [1, 2, 3]
    assert who(clone, 1, *f("\n\n", "\n", ""), text="") is None


def test_a_file_that_is_binary_for_a_while(clone: Clone) -> None:
    """Of a file that was binary on the way no patch is told, and no line; another binary file does not matter."""
    text, less = "one\ntwo\nthree\n", "one\nthree\n"

    assert who(clone, 2, *f(text, f"\0{text}", less), text="two") is None
    assert who(clone, 2, *f(text, less, f"\0{less}"), text="two") == 1
    blobs: list[Tree] = [{"b": (FILE, f"\0{number}")} for number in range(3)]
    mixed = [{**tree, **blob} for tree, blob in zip(f(text, text, less), blobs, strict=True)]
    assert who(clone, 2, *mixed, text="two") == 2


def test_a_submodule_that_moves_on(clone: Clone) -> None:
    """A submodule is one line that names its commit; who moved it on from there removed that line."""
    trees: list[Tree] = [{"lib": (SUBMODULE, sha), "f": (FILE, "f\n")} for sha in MODULES]

    assert who(clone, 1, *trees, text=f"Subproject commit {MODULES[0]}", path="lib") == 1
    assert who(clone, 1, trees[0], {"f": (FILE, "f\n")}, text=f"Subproject commit {MODULES[0]}", path="lib") == 1
    assert who(clone, 1, trees[0], trees[1], {**trees[2], "f": (FILE, "")}, text="f") == 2


def test_a_submodule_that_becomes_a_file(clone: Clone) -> None:
    """What became of something else is told without a patch, and so is nobody's."""
    module, file = {"f": (SUBMODULE, MODULES[0])}, {"f": (FILE, "one\ntwo\n")}

    assert who(clone, 1, module, file, text=f"Subproject commit {MODULES[0]}") is None
    assert who(clone, 1, file, module, text="one") is None


def test_a_file_that_becomes_a_program(clone: Clone) -> None:
    """A change of mode with lines is like any; one alone has no patch, as a binary file has none, so none is told."""
    text, less = "one\ntwo\nthree\n", "one\nthree\n"
    plain, program = f(text, less), f(text, less, mode=PROGRAM)

    assert who(clone, 2, plain[0], program[1], text="two") == 1
    assert who(clone, 2, plain[0], plain[1], program[1], text="two") == 1
    assert who(clone, 2, plain[0], program[0], program[1], text="two") is None
    other: Tree = {"g": (PROGRAM, "g\n")}
    beside = [*f(text, more={"g": (FILE, "g\n")}), *f(text, less, more=other)]
    assert who(clone, 2, *beside, text="two") == 2


COMPARED: Counter[str] = Counter()
"""How many lines were compared with git's blame, over all examples: shown when they are done."""


@pytest.fixture(scope="module", autouse=True)
def shown() -> Iterator[None]:
    """Print how many lines were compared."""
    yield
    print(f"\nremovers, endings: {dict(COMPARED)}")  # noqa: T201 -- shown by pytest -s


VERSIONS = st.lists(
    st.tuples(st.lists(st.sampled_from(["a", "a\r", "b", "", "\r", "}"]), max_size=9), st.booleans()),
    min_size=2,
    max_size=4,
)


@given(versions=VERSIONS)
@example(versions=[(["a", "a\r", "a"], False), (["a\r", "a", "a\r"], False), ([], False)])
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_lines_of_any_ending_are_told_as_git_blames_them(clone: Clone, versions: list[tuple[list[str], bool]]) -> None:
    """With any endings, and with or without a last newline, what is told is what git's blame in reverse says."""
    texts = ["\n".join(rows) + "\n" * end if rows else "" for rows, end in versions]
    commits = [
        NewCommit(f"{number}", {"f": text, "n": f"{number}"}, [number - 1] if number else [])
        for number, text in enumerate(texts)
    ]
    shas = clone.write(commits)
    shapes = [shape_of(clone, sha) for sha in shas[1:]]
    patch = next((file.patch for file in files_of(clone, shas[0], shas[-1]) if file.filename == "f"), None)
    for line, text in (read(patch).removed if patch else {}).items():
        found = removers("f", shapes, base=shas[0], first=line, last=line, text=text)
        blame = CloneBlamer(clone).blame(Lines(1, shas[-1], "f", "LEFT", line, line, text), base=shas[0])
        expected = None if blame is None else blame.ranges
        COMPARED["told" if found else "missed" if expected else "git does not know"] += 1
        assert found is None or expected in {None, found}
