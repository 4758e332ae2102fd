"""The lines that a squash merge brought are found at the pull request's head, or nothing is said of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resolver.github.shapes import CommitShape, FileShape
from resolver.tracing.listed import MOST_COMPARED, MOST_SHOWN
from resolver.tracing.patches import read
from resolver.tracing.squashes import Squashed, squashed_lines
from tests.support.clone import Clone, NewCommit
from tests.support.shaped import commit_shape, file_shape, files_of, shape_of

BASE, SQUASH, OTHER = (digit * 40 for digit in "012")
BROUGHT = "@@ -3,2 +3,5 @@\n three\n+new\n+}\n+newer\n four"
"""What the squash merge added: lines 4 to 6."""
PULLED = "@@ -1,2 +1,5 @@\n three\n+new\n+}\n+newer\n four"
"""The same at the pull request's head: lines 2 to 4."""


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    """Make an empty repository."""
    return Clone(tmp_path_factory.mktemp("clone")).make()


def squash(*files: FileShape) -> CommitShape:
    """Make a squash merge."""
    return commit_shape(SQUASH, [BASE], files)


def where(
    lines: Sequence[int], since: Sequence[FileShape] = (), path: str = "a", also: Sequence[int] = ()
) -> dict[int, int] | None:
    """Ask where lines stand at the head, for a merge that brought what the pull request changed."""
    merge, pulled = squash(file_shape("a", patch=BROUGHT)), (file_shape("a", patch=PULLED),)
    found = squashed_lines(path, lines, squash=merge, since=since, pull_files=pulled, also=also)
    return None if found is None else dict(found.lines)


def test_lines_are_found_at_the_head() -> None:
    """The lines that the merge added are, in their order, those that the pull request added."""
    assert where([4, 5, 6]) == {4: 2, 5: 3, 6: 4}
    assert where([6, 4]) == {4: 2, 6: 4}
    assert where([]) == {}
    assert where([3]) is where([4, 7]) is where([0]) is where(range(4, 2**31)) is None


def test_lines_that_moved_since_are_followed_back() -> None:
    """Commits since the merge move lines and rename the file; a line that they changed is not of the merge."""
    moved = file_shape(
        "b", "renamed", "@@ -1,6 +1,7 @@\n+zero\n one\n two\n three\n new\n }\n-newer\n+newest", previous="a"
    )

    assert where([5, 6], [moved], "b") == {5: 2, 6: 3}
    assert where([7], [moved], "b") is None
    assert where([5], [moved], "a") is None
    assert where([5], [file_shape("other", patch=BROUGHT), file_shape("a", "unchanged")]) == {5: 3}
    assert where([5], [file_shape("b", "renamed", previous="a")], "b") == {5: 3}


def test_lines_of_one_text_are_told_apart_by_their_order_alone() -> None:
    """Where a later change may have taken one of two equal lines, only other lines around them tell which it was."""
    brought = "@@ -1 +1,5 @@\n one\n+}\n+new\n+}\n+newer"
    merge, pulled = squash(file_shape("a", patch=brought)), (file_shape("a", patch=brought),)
    since = [file_shape("a", patch="@@ -1,2 +1,3 @@\n+zero\n one\n }")]

    def ask(*lines: int, also: Sequence[int] = (), later: Sequence[FileShape] = since) -> Squashed | None:
        return squashed_lines("a", lines, squash=merge, since=later, pull_files=pulled, also=also)

    assert ask(3) is ask(5) is ask(3, also=[6]) is None
    assert ask(3, 5) == Squashed("a", {3: 2, 5: 4})
    assert ask(5, also=[4]) == Squashed("a", {5: 4})
    assert ask(3, also=[4]) == Squashed("a", {3: 2})
    assert ask(2, later=()) == Squashed("a", {2: 2})


def test_a_file_that_is_as_it_was_may_have_been_changed_and_changed_back() -> None:
    """Where nothing of the file differs, equal lines may have been taken for one another all the same."""
    brought = "@@ -0,0 +1,3 @@\n+}\n+new\n+}"
    merge, pulled = squash(file_shape("a", "added", brought)), (file_shape("a", "added", brought),)
    other = [file_shape("other", patch=PULLED)]

    def ask(*also: int, since: Sequence[FileShape] = other) -> Squashed | None:
        return squashed_lines("a", [1], squash=merge, since=since, pull_files=pulled, also=also)

    assert ask() is None
    assert ask(2) == ask(3) == ask(since=()) == Squashed("a", {1: 1})


def test_a_line_that_came_later_is_not_of_the_merge() -> None:
    """Where a later change added one of three equal lines, it is not taken for one of the merge's two."""
    brought = "@@ -1 +1,3 @@\n one\n+}\n+}"
    merge, pulled = squash(file_shape("a", patch=brought)), (file_shape("a", patch=brought),)
    before = [file_shape("a", patch="@@ -1,3 +1,4 @@\n+zero\n one\n }\n }")]
    between = [file_shape("a", patch="@@ -1,3 +1,4 @@\n one\n+}\n }\n }")]

    found = squashed_lines("a", [3, 4], squash=merge, since=before, pull_files=pulled)
    assert found == Squashed("a", {3: 2, 4: 3})
    assert squashed_lines("a", [2, 3], squash=merge, since=between, pull_files=pulled, also=[4]) is None


OURS, THEIRS = file_shape("a", patch=BROUGHT), file_shape("a", patch=PULLED)
UNSURE: dict[str, tuple[CommitShape, list[FileShape], list[FileShape]]] = {
    "files are not known": (commit_shape(SQUASH, [BASE], None), [], [THEIRS]),
    "the merge did not touch it": (squash(), [], [THEIRS]),
    "the pull request did not touch it": (squash(OURS), [], []),
    "a real merge": (commit_shape(SQUASH, [BASE, OTHER], [OURS]), [], [THEIRS]),
    "no parents": (commit_shape(SQUASH, [], [OURS]), [], [THEIRS]),
    "no patch in the merge": (squash(file_shape("a")), [], [THEIRS]),
    "no patch in the pull request": (squash(OURS), [], [file_shape("a")]),
    "a cut patch": (squash(OURS), [], [file_shape("a", patch=PULLED.removesuffix("\n four"))]),
    "other lines": (squash(OURS), [], [file_shape("a", patch=PULLED.replace("newer", "newest"))]),
    "another order": (squash(OURS), [], [file_shape("a", patch=PULLED.replace("+new\n+}", "+}\n+new"))]),
    "more lines": (squash(OURS), [], [file_shape("a", patch="@@ -1 +1,5 @@\n three\n+new\n+}\n+newer\n+newest")]),
    "removed by either": (squash(file_shape("a", "removed", BROUGHT)), [], [THEIRS]),
    "a copy": (squash(file_shape("a", "copied", BROUGHT, previous="b")), [], [THEIRS]),
    "listed twice": (squash(OURS, OURS), [], [THEIRS]),
    "no patch since": (squash(OURS), [file_shape("a")], [THEIRS]),
    "newer than the merge": (squash(OURS), [file_shape("a", "added", "@@ -0,0 +1 @@\n+new")], [THEIRS]),
    "removed since": (squash(OURS), [file_shape("a", "removed")], [THEIRS]),
    "renamed since": (squash(OURS), [file_shape("b", "renamed", previous="a")], [THEIRS]),
    "a list that may be cut": (squash(OURS), [file_shape(f"{number}") for number in range(MOST_COMPARED)], [THEIRS]),
    "a rename behind the limit": (
        squash(file_shape("b", patch=BROUGHT)),
        [
            file_shape("a", "renamed", previous="b"),
            file_shape("big").model_copy(update={"additions": MOST_SHOWN + 1}),
        ],
        [file_shape("b", patch=PULLED)],
    ),
}


@pytest.mark.parametrize(("merge", "since", "pulled"), UNSURE.values(), ids=UNSURE)
def test_what_cannot_be_told_is_not_guessed(
    merge: CommitShape, since: list[FileShape], pulled: list[FileShape]
) -> None:
    """Where the lists leave open where a line came from, nothing is said."""
    assert squashed_lines("a", [4], squash=merge, since=since, pull_files=pulled) is None


COMPARED: Counter[str] = Counter()
"""How many lines were compared with the truth, over all examples: shown when they are done."""


@pytest.fixture(scope="module", autouse=True)
def shown() -> Iterator[None]:
    """Print how many lines were compared."""
    yield
    print(f"\nsquashed_lines: {dict(COMPARED)}")  # noqa: T201 -- shown by pytest -s


Edit = tuple[int, int, int]
EDITS = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 3), st.integers(0, 4)), max_size=4)


class Play:
    """A branch with a pull request that is squashed into it, and what comes after; ``texts`` are what lines may be."""

    def __init__(self, clone: Clone, texts: Sequence[str] | None) -> None:
        self.clone, self.texts, self.written = clone, texts, 0

    def lines(self, count: int) -> list[str]:
        """Make lines: such as never were, or of the few texts."""
        self.written += count
        numbers = range(self.written - count, self.written)
        return [self.texts[n * 7 % 5] if self.texts else f"the line that was written as number {n}" for n in numbers]

    def edits(self, lines: list[str], edits: Sequence[Edit]) -> list[list[str]]:
        """Return how lines look after each edit."""
        versions = [lines]
        for place, removed, added in edits:
            old = versions[-1]
            versions.append([*old[:place], *self.lines(added), *old[place + removed :]])
        return versions[1:]

    def told(
        self, ours: Sequence[Edit], theirs: Sequence[Edit], later: Sequence[Edit], *, renames: bool
    ) -> tuple[str, list[str], str, str, str]:
        """Write the history: the base, their commits on the branch, ours in the pull request, the squash and more.

        The branch changes the first half of the file, the pull request the second. Returns the base, our commits,
        the branch before the squash, the squash, and the end.
        """
        upper, lower = [*self.lines(10), "=" * 40, "-" * 40, "=" * 41], self.lines(10)
        uppers, lowers = self.edits(upper[:10], theirs), self.edits(lower, ours)
        main = [[*part, *upper[10:]] for part in uppers] or [upper]
        pull = lowers or [lower]
        after = self.edits([*main[-1], *pull[-1]], later)
        files = [[*upper, *lower], *([*part, *lower] for part in main), *([*upper, *part] for part in pull)]
        files += [[*main[-1], *pull[-1]], *after]
        squash = 1 + len(main) + len(pull)
        commits = []
        for number, rows in enumerate(files):
            parent = {0: None, 1 + len(main): 0, squash: len(main)}.get(number, number - 1)
            texts: dict[str, str | None] = {"f": "".join(f"{row}\n" for row in rows), "n": f"{number}"}
            commits.append(NewCommit(f"{number}", texts, [] if parent is None else [parent]))
        if renames:
            last = commits[-1]
            moved = NewCommit("moved", {"f": None, "g": last.files["f"]}, [len(commits) - 1])
            commits.append(moved)
        shas = self.clone.write(commits)
        return shas[0], shas[1 + len(main) : squash], shas[len(main)], shas[squash], shas[-1]


def blamed(clone: Clone, sha: str, path: str, on: str) -> dict[int, int]:
    """Return the lines that git blames on a commit, each with its number there."""
    shown = clone.git("blame", "--porcelain", sha, "--", path).decode()
    found = re.findall(rf"^{on} ([0-9]+) ([0-9]+)", shown, flags=re.MULTILINE)
    return {int(line): int(was) for was, line in found}


def added(files: Sequence[FileShape]) -> list[int]:
    """Return the lines that were added to the file."""
    return [line for file in files if file.filename == "f" and file.patch for line in read(file.patch).added]


@given(ours=EDITS, theirs=EDITS, later=EDITS, renames=st.booleans())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_writer_of_each_line_is_found_through_a_squash(
    clone: Clone, ours: list[Edit], theirs: list[Edit], later: list[Edit], *, renames: bool
) -> None:
    """Every line that is blamed on the squash is found at the head, where its blame names the commit that wrote it."""
    base, own, _, merged, end = Play(clone, None).told(ours, theirs, later, renames=renames)
    path = "g" if renames else "f"
    texts = clone.git("show", f"{end}:{path}").decode().splitlines()
    has = {sha: set(clone.git("show", f"{sha}:f").decode().splitlines()) for sha in own}
    writers = clone.writers(own[-1], "f")
    for line in blamed(clone, end, path, merged):
        found = squashed_lines(
            path,
            [line],
            squash=shape_of(clone, merged),
            since=files_of(clone, merged, end),
            pull_files=files_of(clone, base, own[-1]),
        )
        COMPARED["unique: told" if found else "unique: missed"] += 1
        assert found is not None
        assert (found.path, writers[found.lines[line] - 1]) == (
            "f",
            next(sha for sha in own if texts[line - 1] in has[sha]),
        )


@given(ours=EDITS, theirs=EDITS, later=EDITS)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_lines_of_one_text_are_found_where_git_says_they_were(
    clone: Clone, ours: list[Edit], theirs: list[Edit], later: list[Edit]
) -> None:
    """Where lines repeat, a line that is found is the one that git's blame says it was at the squash."""
    base, own, _, merged, end = Play(clone, ["a", "}", "", "b", "c"]).told(ours, theirs, later, renames=False)
    merge, pulled = shape_of(clone, merged), files_of(clone, base, own[-1])
    brought, there = added(merge.files or ()), added(pulled)
    lines = blamed(clone, end, "f", merged)
    since = files_of(clone, merged, end)
    for line, was in lines.items():
        found = squashed_lines("f", [line], squash=merge, since=since, pull_files=pulled, also=[*lines])
        COMPARED["repeated: told" if found else "repeated: missed"] += 1
        assert found is None or found.lines == {line: there[brought.index(was)]}
