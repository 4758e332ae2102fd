"""What GitHub is asked for to tell who removed lines: only of the diff that the comment was written on."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import cast

import pytest

from resolver.asking.asked import Asked
from resolver.asking.removing import LONGEST_WAY
from resolver.asking.tracing import removed
from resolver.errors import GithubAnswerError
from resolver.github.port import Github
from resolver.github.shapes import CommitShape, CompareShape, Parent
from resolver.model.asking import Need, Place, Want
from resolver.model.github import Blame, BlameRange
from resolver.observe.observation import Observation
from resolver.ports import Facts
from tests.support.clone import Clone, NewCommit
from tests.support.shaped import files_of, shape_of

PATH = "src/app.py"
BASE = ["a", "}", "b", "}", "c", "}", "d"]


@dataclass
class Told:
    """GitHub, as far as commits are asked for, with a clone behind it."""

    clone: Clone
    lost: str = ""

    def commit(self, _place: Place, sha: str) -> CommitShape | None:
        """Return a commit; None for the one that is lost."""
        return None if sha == self.lost else shape_of(self.clone, sha)

    def compare(self, _place: Place, base: str, head: str) -> CompareShape:
        """Return what lies between two commits."""
        begins = self.clone.git("merge-base", base, head).decode().strip()
        way = self.clone.git("rev-list", f"{begins}..{head}", "--").decode().split()
        commits = tuple(shape_of(self.clone, sha) for sha in way)
        files = files_of(self.clone, begins, head)
        return CompareShape(merge_base_commit=Parent(sha=begins), total_commits=len(way), commits=commits, files=files)


@pytest.fixture
def clone(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    """Make an empty repository."""
    return Clone(tmp_path_factory.mktemp("clone")).make()


def no_facts() -> AbstractContextManager[Facts]:
    """Say that nothing is looked up."""
    raise AssertionError


def ask(clone: Clone, want: Want, *, lost: str = "") -> Observation | None:
    """Ask who removed lines."""
    github = cast("Github", Told(clone, lost))
    return removed(Asked(github, Place(1, "acme/widgets"), lambda: datetime(2026, 9, 1, tzinfo=UTC), no_facts), want)


def written(clone: Clone, *versions: list[str]) -> list[str]:
    """Write versions of the file upon each other."""
    commits = [
        NewCommit(f"{number}", {PATH: "".join(f"{row}\n" for row in rows)}, [number - 1] if number else [])
        for number, rows in enumerate(versions)
    ]
    return clone.write(commits)


def wanted(clone: Clone, base: str, sha: str, line: int, first: int | None = None) -> Want:
    """Want to know who removed lines that the diff from a commit shows."""
    hunk = clone.hunk(base, sha, PATH, line=line, side="LEFT")
    assert hunk is not None
    return Want(Need.REMOVED, 1, number=42, sha=sha, path=PATH, base=base, first=first or line, last=line, text=hunk)


def ranges(told: Observation | None) -> tuple[BlameRange, ...] | None:
    """Return who removed which lines."""
    return None if told is None else told.blames[0].ranges


def stacked(clone: Clone) -> list[str]:
    """Write a base, a commit that moves all lines, and two that each remove one of three equal lines."""
    moved = ["new 1", "new 2", *BASE]
    return written(clone, BASE, moved, [*moved[:3], *moved[4:]], [*moved[:3], "b", "c", "}", "d"])


def test_removed_lines_are_told_with_the_diff_that_numbers_them(clone: Clone) -> None:
    """Of the diff that the comment shows, the commit that removed the line is told, and the diff with it."""
    shas = stacked(clone)
    want = wanted(clone, shas[1], shas[3], 4)

    assert ask(clone, want) == Observation(
        blames=(Blame(1, shas[3], PATH, "LEFT", (BlameRange(4, 4, shas[2]),), want.text),)
    )


def test_a_diff_that_begins_elsewhere_numbers_other_lines(clone: Clone) -> None:
    """A pull request that was set on another base since: the same number and text are another line's there."""
    shas = stacked(clone)
    want = wanted(clone, shas[1], shas[3], 4)
    other = wanted(clone, shas[0], shas[3], 4)

    assert ask(clone, replace(want, base=shas[0])) is None
    assert ranges(ask(clone, other)) == (BlameRange(4, 4, shas[3]),)
    assert ask(clone, replace(want, first=3, last=3)) is None
    assert ask(clone, replace(want, text="}")) is ask(clone, replace(want, text="")) is None
    with pytest.raises(GithubAnswerError):
        ask(clone, replace(want, text=None))


def test_each_of_several_lines_is_told(clone: Clone) -> None:
    """Lines of one comment may be of several commits; a kept one among them leaves all untold."""
    shas = written(clone, ["a", "b", "c", "d", "e"], ["a", "c", "d", "e"], ["a", "d", "f"])

    found = ranges(ask(clone, wanted(clone, shas[0], shas[2], 3, first=2)))
    assert found == (BlameRange(2, 2, shas[1]), BlameRange(3, 3, shas[2]))
    assert ask(clone, wanted(clone, shas[0], shas[2], 5, first=3)) is None


def test_a_line_that_was_put_back_was_removed_by_nobody(clone: Clone) -> None:
    """What stands at both ends of the diff is not told of, though a commit between them had it not."""
    shas = written(clone, ["a", "b", "c"], ["a", "c"], ["a", "b", "d"])
    want = wanted(clone, shas[0], shas[2], 3)

    assert ranges(ask(clone, want)) == (BlameRange(3, 3, shas[2]),)
    assert ask(clone, replace(want, first=2)) is None
    kept = (want.text or "").removesuffix("\n-c")
    assert kept.endswith("\n b")
    assert ask(clone, replace(want, first=2, last=2, text=kept)) is None


@pytest.mark.parametrize("path", [PATH, "src/main.py"])
def test_a_file_that_was_renamed_is_found_by_either_name(clone: Clone, path: str) -> None:
    """GitHub names the file as it is called where the diff ends; its former name is understood too."""
    rows = [f"line {number}" for number in range(9)]
    text = ["".join(f"{row}\n" for row in rows[:end]) for end in (9, 8)]
    shas = clone.write(
        [
            NewCommit("0", {PATH: text[0]}),
            NewCommit("1", {PATH: None, "src/main.py": text[0]}, [0]),
            NewCommit("2", {"src/main.py": text[1]}, [1]),
        ]
    )
    want = replace(wanted(clone, shas[0], shas[2], 9), path=path)

    assert ranges(ask(clone, want)) == (BlameRange(9, 9, shas[2]),)
    assert ask(clone, replace(want, path="src/other.py")) is None


def test_a_commit_that_github_lost(clone: Clone) -> None:
    """Where a commit on the way is not to be had, nothing is told."""
    shas = stacked(clone)

    assert ask(clone, wanted(clone, shas[1], shas[3], 4), lost=shas[2]) is None


def test_a_way_that_is_too_long(clone: Clone) -> None:
    """Of more commits than are asked for, nothing is told."""
    versions = [[f"{number}", "a", "b"] for number in range(LONGEST_WAY + 1)]
    shas = written(clone, *versions, ["a"])

    assert ranges(ask(clone, wanted(clone, shas[1], shas[-1], 3))) == (BlameRange(3, 3, shas[-1]),)
    assert ask(clone, wanted(clone, shas[0], shas[-1], 3)) is None
