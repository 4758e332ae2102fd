"""Who removed a line is told from the patches of the commits on the way, as the history says, or not at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resolver.github.shapes import CommitShape, FileShape
from resolver.model.github import BlameRange, Lines
from resolver.tracing.alignments import MOST_STEPS
from resolver.tracing.listed import MOST_COMMITTED, MOST_SHOWN
from resolver.tracing.patches import read
from resolver.tracing.removed import first_parents, removers
from tests.support.clone import Clone, CloneBlamer, NewCommit
from tests.support.shaped import commit_shape, file_shape, files_of, shape_of

BASE, ONE, TWO, THREE = (digit * 40 for digit in "0123")
FIRST = "@@ -1,2 +1 @@\n-one\n two"
"""Removes line 1 of two."""


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    """Make an empty repository."""
    return Clone(tmp_path_factory.mktemp("clone")).make()


def chain(*files: Sequence[FileShape] | None) -> list[CommitShape]:
    """Make commits that follow each other, with the files that each changed."""
    shas = (BASE, ONE, TWO, THREE)
    return [commit_shape(shas[index + 1], [shas[index]], told) for index, told in enumerate(files)]


def who(path: str, commits: Sequence[CommitShape], first: int = 1, last: int = 1, text: str | None = None) -> object:
    """Ask who removed some lines: pairs of a line and the commit's first digit."""
    found = removers(path, commits, base=BASE, first=first, last=last, text=text)
    return found and [(line, one.sha[0]) for one in found for line in range(one.first, one.last + 1)]


def test_first_parents_lead_from_the_head_to_the_base() -> None:
    """Commits in any order are put on the way by first parents; those that a merge brought are left out."""
    one, two, side = (
        commit_shape(ONE, [BASE], None),
        commit_shape(TWO, [ONE, THREE], None),
        commit_shape(THREE, [BASE], None),
    )

    assert first_parents(BASE, TWO, [side, two, one]) == (ONE, TWO)
    assert first_parents(BASE, BASE, [one]) == ()
    assert first_parents(BASE, TWO, [side, two]) is None
    assert first_parents(BASE, THREE, [commit_shape(THREE, [], None)]) is None
    assert first_parents(BASE, ONE, [commit_shape(ONE, [TWO], None), commit_shape(TWO, [ONE], None)]) is None


def test_each_line_is_of_the_commit_that_removed_it() -> None:
    """Lines are numbered as at the base, wherever they stood when they went; those of one commit are one range."""
    commits = chain(
        [file_shape("a", patch="@@ -1,4 +1,3 @@\n-one\n two\n three\n four")],
        [file_shape("other", patch=FIRST)],
        [file_shape("a", patch="@@ -1,3 +1,2 @@\n-two\n-three\n+drei\n four")],
    )

    assert removers("a", commits, base=BASE, first=1, last=3, text="three\r") == (
        BlameRange(1, 1, ONE),
        BlameRange(2, 3, THREE),
    )
    assert who("a", commits, 1, 4) is None
    assert who("a", commits, 3, 3, "drei") is None


def test_a_renamed_file_is_followed() -> None:
    """A file is found under the name that it has at the end, or had at the base, and followed from there."""
    renamed = [file_shape("b", "renamed", previous="a")]
    commits = chain(renamed, [file_shape("b", patch=FIRST)], [file_shape("c", "renamed", previous="b")])

    assert who("c", commits, text="one") == who("a", commits, text="one") == [(1, "2")]
    assert who("c", commits[:2]) is None
    deleted = chain(renamed, [file_shape("b", "removed", "@@ -1,2 +0,0 @@\n-one\n-two")])
    assert who("a", deleted, 1, 2) == who("b", deleted, 1, 2) == [(1, "2"), (2, "2")]
    assert who("a", deleted, 1, 3) is None


def test_a_rename_that_changed_lines_removes_them() -> None:
    """Lines that went as the file was renamed are of that commit."""
    assert who("b", chain([file_shape("b", "renamed", FIRST, previous="a")])) == [(1, "1")]


GONE = file_shape("a", patch=FIRST)
PURE = file_shape("b", "renamed", previous="a")
UNSURE: dict[str, tuple[str, list[CommitShape]]] = {
    "no commits": ("a", []),
    "another base": ("a", [commit_shape(TWO, [ONE], [GONE])]),
    "no parents": ("a", [commit_shape(TWO, [], [GONE])]),
    "a gap on the way": ("a", [commit_shape(ONE, [BASE], []), commit_shape(THREE, [TWO], [GONE])]),
    "the base is the second parent": ("a", [commit_shape(ONE, [TWO, BASE], [GONE])]),
    "a merge removed it": ("a", [commit_shape(ONE, [BASE, TWO], [GONE])]),
    "files are not known": ("a", chain(None, [GONE])),
    "the file was not touched": ("other", chain([GONE])),
    "no patch": ("a", chain([file_shape("a")], [GONE])),
    "no patch of a removed file": ("a", chain([file_shape("a", "removed")])),
    "an empty patch": ("a", chain([file_shape("a", patch="")], [GONE])),
    "a cut patch": ("a", chain([file_shape("a", patch=FIRST.removesuffix("\n two"))])),
    "a hunk is missing at the end": ("a", chain([GONE.model_copy(update={"deletions": 2})])),
    "a large rename": ("b", chain([PURE.model_copy(update={"additions": 9})], [file_shape("b", patch=FIRST)])),
    "a rename that does not tell": (
        "b",
        chain([PURE.model_copy(update={"additions": None})], [file_shape("b", patch=FIRST)]),
    ),
    "a rename from nowhere": ("b", chain([file_shape("b", "renamed")], [file_shape("b", patch=FIRST)])),
    "another rename from nowhere": ("a", chain([file_shape("b", "renamed")], [GONE])),
    "a rename behind the limit": (
        "b",
        chain(
            [PURE, file_shape("big").model_copy(update={"additions": MOST_SHOWN + 1})], [file_shape("b", patch=FIRST)]
        ),
    ),
    "a list that may be cut": ("a", chain([file_shape(f"{number}") for number in range(MOST_COMMITTED)], [GONE])),
    "a file listed twice": ("a", chain([GONE, GONE])),
    "a word that is not known": ("a", chain([file_shape("a", "mangled", FIRST)])),
    "a new file": ("a", chain([file_shape("a", "added", "@@ -0,0 +1 @@\n+one")], [GONE])),
    "a copy": ("a", chain([file_shape("a", "copied", FIRST, previous="b")])),
    "added where one stood": (
        "a",
        chain([file_shape("a", patch="@@ -1 +1,2 @@\n one\n+two")], [file_shape("a", "added", FIRST)]),
    ),
    "renamed from what is still there": (
        "b",
        chain([PURE], [file_shape("b", patch=FIRST)], [file_shape("a", "added", "@@ -0,0 +1 @@\n+one")]),
    ),
    "a name that two files had in turn": (
        "b",
        chain(
            [PURE],
            [file_shape("b", "removed", "@@ -1,2 +0,0 @@\n-one\n-two")],
            [file_shape("b", "renamed", previous="c")],
        ),
    ),
}


@pytest.mark.parametrize(("path", "commits"), UNSURE.values(), ids=UNSURE)
def test_what_cannot_be_told_is_not_guessed(path: str, commits: list[CommitShape]) -> None:
    """Where the commits leave open who removed the line, nobody did."""
    assert who(path, commits) is None


def test_a_removed_file_has_no_more_lines_than_its_patch_shows() -> None:
    """A line behind the end of a file that was removed is none that somebody removed."""
    commits = chain([file_shape("a", "removed", "@@ -1 +0,0 @@\n-one")])

    assert who("a", commits) == [(1, "1")]
    assert who("a", commits, 2, 2) is None


@pytest.mark.parametrize(("first", "last"), [(0, 1), (-1, -1), (2, 1), (1, 2**31), (2**31, 2**31)])
def test_lines_that_cannot_be(first: int, last: int) -> None:
    """Lines that no file has, or more than were removed, were removed by nobody, and cost nothing."""
    assert who("a", chain([GONE]), first, last) is None


def test_a_merge_that_kept_the_line_is_passed() -> None:
    """A merge on the way moves a line like any commit, as long as another one removes it."""
    moved = file_shape("a", patch="@@ -1,2 +1,3 @@\n+zero\n one\n two")
    merge = commit_shape(ONE, [BASE, THREE], [moved])
    gone = commit_shape(TWO, [ONE], [file_shape("a", patch="@@ -1,3 +1,2 @@\n zero\n-one\n two")])

    assert who("a", [merge, gone], text="one") == [(1, "2")]


def test_which_of_two_equal_lines_went_is_not_guessed() -> None:
    """Of two equal lines a patch names one; where another commit removed the other, either may have been meant."""
    commits = chain(
        [file_shape("a", patch="@@ -1,3 +1,2 @@\n }\n-}\n end")], [file_shape("a", patch="@@ -1,2 +1 @@\n-}\n end")]
    )

    assert who("a", commits, 2) is who("a", commits, 1) is None
    assert who("a", commits[:1], 2, 2) == [(2, "1")]


def test_a_hunk_too_large_is_not_compared() -> None:
    """Where the text that went stands in the hunk again, and the hunk is huge, nobody removed it for sure."""
    many = "".join(f"-{number}\n" for number in range(2000)), "".join(f"+{number}x\n" for number in range(2000))
    patch = f"@@ -1,2001 +1,2001 @@\n{many[0]}-}}\n{many[1]}+}}"
    commits = chain([file_shape("a", patch=patch)])

    assert who("a", commits, 2001, 2001) is None
    assert who("a", commits, 1, 2000) == [(line, "1") for line in range(1, 2001)]


def rows(sign: str, text: str, count: int) -> str:
    """Write rows of a patch that are all alike."""
    return f"\n{sign}{text}" * count


def test_a_question_that_takes_too_long_is_not_answered() -> None:
    """Hunks of equal lines that could each be any other are compared up to a bound for the whole question."""

    def ask(commits: int, size: int) -> object:
        shas = [f"{number:040x}" for number in range(commits + 1)]
        patches = [
            f"@@ -1,{size + number} +1,{size + number + 1} @@{rows(' ', 'x', size + number)}\n+x"
            for number in range(commits - 1)
        ]
        last = size + commits - 1
        files = [file_shape("a", patch=patch) for patch in patches]
        files.append(file_shape("a", "removed", f"@@ -1,{last} +0,0 @@{rows('-', 'x', last)}"))
        way = [commit_shape(shas[at + 1], [shas[at]], [file]) for at, file in enumerate(files)]
        return removers("a", way, base=shas[0], first=1, last=2, text="x")

    assert ask(5, 250) == (BlameRange(1, 2, f"{5:040x}"),)
    assert ask(30, 250) is None
    assert ask(2, 317) is None


def test_many_lines_on_a_long_way_are_not_followed() -> None:
    """Lines that are followed through many commits cost as much as those that are compared."""
    size = MOST_STEPS // 200
    moved = file_shape("a", patch="@@ -1 +1,2 @@\n+new\n x0")

    def ask(commits: int) -> object:
        shas = [f"{number:040x}" for number in range(commits + 2)]
        way = [commit_shape(shas[at + 1], [shas[at]], [moved]) for at in range(commits)]
        gone = "".join(f"\n-x{number}" for number in range(size))
        last = f"@@ -{commits},{size + 1} +{commits} @@\n new{gone}"
        way.append(commit_shape(shas[-1], [shas[-2]], [file_shape("a", patch=last)]))
        return removers("a", way, base=shas[0], first=2, last=size, text=None)

    assert ask(10) == (BlameRange(2, size, f"{11:040x}"),)
    assert ask(100) is None


@dataclass
class Story:
    """A history that knows each line: every text is written once, whatever file it is in."""

    trees: list[dict[str, list[str]]] = field(default_factory=list)
    written: int = 0

    def lines(self, count: int) -> list[str]:
        """Make lines that never were."""
        self.written += count
        return [f"the line that was written as number {self.written - index}" for index in range(count)]


NAMES = ("a", "b", "c", "d")
STEPS = st.lists(
    st.lists(
        st.tuples(
            *(
                st.sampled_from(["edit", "edit", "edit", "rename", "remove", "add"]),
                st.integers(0, 3),
                st.integers(0, 3),
            ),
            *(st.integers(0, 12), st.integers(0, 4), st.integers(0, 3)),
        ),
        min_size=1,
        max_size=2,
    ),
    min_size=1,
    max_size=6,
)
Step = tuple[str, int, int, int, int, int]


def told(steps: list[list[Step]]) -> Story:
    """Play the steps of each commit on two files of ten lines."""
    story = Story()
    story.trees.append({name: story.lines(10) for name in NAMES[:2]})
    for commit in steps:
        tree, touched = dict(story.trees[-1]), set[str]()
        for step in commit:
            _play(story, tree, step, touched)
        story.trees.append(tree)
    return story


def _play(story: Story, tree: dict[str, list[str]], step: Step, touched: set[str]) -> None:
    """Play a step on files that were not touched in this commit, so that git sees each for what it is."""
    what, from_name, to_name, place, removed, added = step
    old, new = NAMES[from_name], NAMES[to_name]
    if {old, new} & touched or (old not in tree and what != "add") or (new in tree and what in {"add", "rename"}):
        return
    touched |= {old, new}
    if what == "add":
        tree[new] = story.lines(added + 1)
        return
    lines = tree.pop(old)
    # A rename that changes much would be none to git.
    most = len(lines) if what == "edit" else len(lines) // 4
    if what != "remove":
        changed = [*lines[:place], *story.lines(min(added, most)), *lines[place + min(removed, most) :]]
        tree[old if what == "edit" else new] = changed


def kept(clone: Clone, trees: Sequence[dict[str, list[str]]]) -> list[str]:
    """Write the trees as commits, one upon the other."""
    commits: list[NewCommit] = []
    for number, tree in enumerate(trees):
        gone = dict.fromkeys(trees[number - 1] if number else (), None)
        texts = {name: "".join(f"{line}\n" for line in lines) for name, lines in tree.items()}
        commits.append(NewCommit(f"{number}", {**gone, **texts}, [number - 1] if number else []))
    return clone.write(commits)


COMPARED: Counter[str] = Counter()
"""How many lines were compared with the truth, over all examples: shown when they are done."""


@pytest.fixture(scope="module", autouse=True)
def shown() -> object:
    """Print how many lines were compared."""
    yield
    print(f"\nremovers: {dict(COMPARED)}")  # noqa: T201 -- shown by pytest -s


@given(steps=STEPS)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_history_of_lines_that_differ_is_told_as_it_was(clone: Clone, steps: list[list[Step]]) -> None:
    """Each line that the whole diff shows as removed is of the first commit whose files have it no more.

    One that still stands, in a file that was renamed and changed so much that the diff shows another, is nobody's.
    """
    story = told(steps)
    shas = kept(clone, story.trees)
    commits = [shape_of(clone, sha) for sha in shas[1:]]
    has = [{line for lines in tree.values() for line in lines} for tree in story.trees]
    for file in files_of(clone, shas[0], shas[-1]):
        for line, text in (read(file.patch).removed if file.patch else {}).items():
            found = removers(file.filename, commits, base=shas[0], first=line, last=line, text=text)
            missing = [sha for sha, there in zip(shas, has, strict=True) if text not in there]
            expected = (BlameRange(line, line, missing[0]),) if missing else None
            COMPARED["unique: " + ("missed" if found != expected else "told" if found else "still stands")] += 1
            assert found in {None, expected}


EDITS = st.lists(
    st.tuples(st.integers(0, 12), st.integers(0, 3), st.lists(st.sampled_from(["a", "b", "}", ""]), max_size=2)),
    min_size=1,
    max_size=5,
)


@given(rows=st.lists(st.sampled_from(["a", "b", "c", "}", ""]), min_size=3, max_size=12), edits=EDITS)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_lines_of_one_text_are_told_as_git_blames_them(
    clone: Clone, rows: list[str], edits: list[tuple[int, int, list[str]]]
) -> None:
    """Where lines repeat, what is told is what git's blame in reverse says, where that says anything."""
    files = [rows]
    for place, removed, added in edits:
        files.append([*files[-1][:place], *added, *files[-1][place + removed :]])
    shas = kept(clone, [{"f": lines, "n": [f"{number}"]} for number, lines in enumerate(files)])
    commits = [shape_of(clone, sha) for sha in shas[1:]]
    for file in files_of(clone, shas[0], shas[-1])[:-1]:
        for line, text in read(file.patch or "").removed.items():
            found = removers("f", commits, base=shas[0], first=line, last=line, text=text)
            blame = CloneBlamer(clone).blame(Lines(1, shas[-1], "f", "LEFT", line, line, text), base=shas[0])
            expected = None if blame is None else blame.ranges
            COMPARED["repeated: " + ("told" if found else "missed" if expected else "git does not know")] += 1
            # Blame compares in the other direction, and may take another of two lines for the one that stands.
            assert found is None or expected in {None, found}
