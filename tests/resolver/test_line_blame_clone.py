"""Who wrote a line is asked of a real repository: what git says is what is answered, or nothing is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resolver.model.answers import Confidence
from resolver.model.github import Blame, BlameRange, Lines
from resolver.questions import of_feedback
from tests.support.builders import commit, minute, pull_request, push, review_comment
from tests.support.clone import Clone, CloneBlamer, NewCommit
from tests.support.world import REPO, World

PATH = "src/app.py"
LINES = [f"line {number}" for number in range(1, 13)]
EVERY_PATH = st.sampled_from(["-L1,2", "--", "--help", ":(glob)**", "../app.py", "/", "", "a\0b", "\ud800", "src"])


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    """Make an empty repository."""
    return Clone(tmp_path / "clone").make()


def text(*lines: str) -> dict[str, str | None]:
    """Return a file of some lines."""
    return {PATH: "".join(f"{line}\n" for line in lines)}


def at(sha: str, first: int, last: int | None = None, *, side: str = "RIGHT", shown: str | None = None) -> Lines:
    """Ask about lines of the file."""
    return Lines(REPO.id, sha, PATH, side, first, last or first, shown)


def history(clone: Clone) -> list[str]:
    """Write three commits: the base, one that puts a line in place of line 5, one that removes line 9."""
    mended = [*LINES[:4], "five", *LINES[5:]]
    return clone.write(
        [
            NewCommit("base", text(*LINES)),
            NewCommit("mend", text(*mended), [0]),
            NewCommit("remove", text(*mended[:8], *mended[9:]), [1]),
        ]
    )


def of(blame: Blame | None) -> list[tuple[int, int, str]] | None:
    """Return the ranges of a blame."""
    return None if blame is None else [(one.first, one.last, one.sha) for one in blame.ranges]


def test_lines_are_blamed_on_who_last_changed_them(clone: Clone) -> None:
    """Each line is of the commit that last changed it; lines of one commit that follow each other are one range."""
    base, mend, head = history(clone)

    found = CloneBlamer(clone).blame(at(head, 4, 7, shown="line 7"), base=None)

    assert of(found) == [(4, 4, base), (5, 5, mend), (6, 7, base)]


def test_a_removed_line_is_blamed_on_who_removed_it(clone: Clone) -> None:
    """Lines are numbered as where the diff begins; who removed each is the next commit after the last that had it."""
    base, mend, head = history(clone)
    blamer = CloneBlamer(clone)

    assert of(blamer.blame(at(head, 5, side="LEFT", shown="line 5"), base=base)) == [(5, 5, mend)]
    assert of(blamer.blame(at(head, 9, side="LEFT"), base=base)) == [(9, 9, head)]


def test_a_line_that_is_still_there_was_removed_by_nobody(clone: Clone) -> None:
    """Where one of the lines still stands, nothing is said of any."""
    base, _, head = history(clone)

    assert CloneBlamer(clone).blame(at(head, 5, 6, side="LEFT"), base=base) is None


def test_another_text_is_another_line(clone: Clone) -> None:
    """Where the diff showed another text than stands there, the line is not the commented one."""
    base, _, head = history(clone)
    blamer = CloneBlamer(clone)

    assert blamer.blame(at(head, 5, shown="line 5"), base=None) is None
    assert blamer.blame(at(head, 5, side="LEFT", shown="five"), base=base) is None


def test_where_the_way_forks_nobody_removed_it_for_sure(clone: Clone) -> None:
    """A merge on the way leaves open which side removed the line."""
    base, left, right, head = clone.write(
        [
            NewCommit("base", text(*LINES)),
            NewCommit("left", text(*LINES[1:]), [0]),
            NewCommit("right", {"other.py": "1\n"}, [0]),
            NewCommit("merge", {"other.py": "1\n"}, [1, 2]),
        ]
    )

    assert CloneBlamer(clone).blame(at(head, 1, side="LEFT"), base=base) is None
    assert clone.touched([left, right, head])[head].added == ("other.py",)


def test_a_file_that_moved_lost_no_line(clone: Clone) -> None:
    """The commit that renamed the file removed none of its lines."""
    base, head = clone.write(
        [NewCommit("base", text(*LINES)), NewCommit("move", {PATH: None, "new.py": "\n".join(LINES) + "\n"}, [0])]
    )

    assert CloneBlamer(clone).blame(at(head, 3, side="LEFT"), base=base) is None
    moved = replace(at(head, 3), path="new.py")
    assert of(CloneBlamer(clone).blame(moved, base=None)) == [(3, 3, base)]


@pytest.mark.parametrize(
    "lines",
    [
        at("HEAD", 1),
        at("--help" + "0" * 34, 1),
        at("0" * 40, 1),
        at("a" * 39, 1),
        at("", 1),
    ],
    ids=lambda lines: lines.sha or "empty",
)
def test_what_is_no_commit_has_no_lines(clone: Clone, lines: Lines) -> None:
    """Anything but the 40 hexadecimals of a commit that is there is answered with nothing."""
    history(clone)

    assert CloneBlamer(clone).blame(lines, base=None) is None


@pytest.mark.parametrize(("first", "last"), [(0, 1), (-1, 1), (3, 2), (12, 12), (5, 10**30)])
def test_lines_that_are_not_there(clone: Clone, first: int, last: int) -> None:
    """Lines that the file has not are nobody's."""
    head = history(clone)[-1]

    assert CloneBlamer(clone).blame(at(head, first, last), base=None) is None


@pytest.mark.parametrize("base", [None, "main", "--output=x", "f" * 40])
def test_a_base_that_is_none(clone: Clone, base: str | None) -> None:
    """Without a known commit where the diff begins, nobody can say who removed a line."""
    head = history(clone)[-1]

    assert CloneBlamer(clone).blame(at(head, 5, side="LEFT"), base=base) is None


@given(path=EVERY_PATH | st.text(max_size=20), side=st.sampled_from(["RIGHT", "LEFT", "", "-L"]))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_path_is_an_option(clone: Clone, path: str, side: str) -> None:
    """Whatever the path and side, the answer is nothing: no error, and nothing that git would do for an option."""
    base, _, head = history(clone)
    files = sorted(clone.folder.iterdir())

    assert CloneBlamer(clone).blame(Lines(1, head, path, side, 1, 1), base=base) is None
    assert sorted(clone.folder.iterdir()) == files


EDITS = st.lists(st.tuples(st.integers(0, 11), st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=5)


@given(edits=EDITS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_history_is_told_as_it_was(clone: Clone, edits: list[tuple[int, int, int]]) -> None:
    """Lines that are all different are blamed on whoever put them in, and removed ones on whoever took them out."""
    contents = [list(LINES)]
    for number, (place, removed, added) in enumerate(edits):
        lines = contents[-1]
        new = [f"{number} {count}" for count in range(added)]
        contents.append([*lines[:place], *new, *lines[place + removed :]])
    commits = [
        NewCommit(f"{number}", text(*lines) | {"n": f"{number}"}, [number - 1] if number else [])
        for number, lines in enumerate(contents)
    ]
    shas, blamer = clone.write(commits), CloneBlamer(clone)
    head, last = shas[-1], contents[-1]

    if last:
        found = blamer.blame(at(head, 1, len(last), shown=last[-1]), base=None)
        told = [] if found is None else [one.sha for one in found.ranges for _ in range(one.first, one.last + 1)]
        assert told == clone.writers(head, PATH)
        assert told == [next(shas[i] for i, lines in enumerate(contents) if line in lines) for line in last]
    for number, line in enumerate(LINES, start=1):
        removers = [shas[i] for i, lines in enumerate(contents) if line not in lines]
        expected = [(number, number, removers[0])] if removers else None
        assert of(blamer.blame(at(head, number, side="LEFT", shown=line), base=shas[0])) == expected


def test_the_hunk_of_a_comment_ends_with_its_line(clone: Clone) -> None:
    """The hunk is cut as GitHub cuts it: its last line is the commented one; a line that no hunk shows has none."""
    base, _, head = history(clone)

    shown = clone.hunk(base, head, PATH, line=5)

    assert shown is not None
    assert shown.split("\n")[1:] == [" line 2", " line 3", " line 4", "-line 5", "+five"]
    assert str(clone.hunk(base, head, PATH, line=5, side="LEFT")).endswith("\n-line 5")
    assert clone.hunk(base, head, PATH, line=300) is None


def test_the_blame_of_a_clone_decides(clone: Clone, world: World) -> None:
    """Between two runs' commits the commented line is the first run's: once the clone was asked, that is exact."""
    coder, fixer = world.run("coder"), world.run("fixer")
    one, other = [*LINES[:2], "new", *LINES[2:]], [*LINES[:2], "new", *LINES[2:], "newer"]
    shas = clone.write(
        [
            NewCommit("base", text(*LINES)),
            NewCommit(f"Add\n\n{coder.commit_trailers}", text(*one), [0]),
            NewCommit(f"Mend\n\n{fixer.commit_trailers}", text(*other), [1]),
        ]
    )
    signed = (f"Add\n\n{coder.commit_trailers}", f"Mend\n\n{fixer.commit_trailers}")
    commits = [commit(sha, message) for sha, message in zip(shas[1:], signed, strict=True)]
    hunk = clone.hunk(shas[0], shas[2], PATH, line=3)
    told = {"commit": shas[2], "path": PATH, "line": 3, "original_line": 3, "diff_hunk": hunk}
    world.deliver(
        push(REPO, commits=commits),
        pull_request(REPO, head=shas[2], base=shas[0], commits=2, at=minute(1)),
        review_comment(REPO, id=1, body="/agents improve it", at=minute(3), **told),  # type: ignore[arg-type]
    )
    assert world.answer().confidence is not Confidence.EXACT

    feedback = world.feedback()
    with world.facts() as facts:
        lines = of_feedback(facts, feedback.object, feedback.state, workspace="default", repository=REPO.name).lines
    assert lines is not None
    assert replace(lines, hunk=None) == Lines(REPO.id, shas[2], PATH, "RIGHT", 3, 3, "new")
    blame = CloneBlamer(clone).blame(lines, base=shas[0])
    assert blame == Blame(REPO.id, shas[2], PATH, "RIGHT", (BlameRange(3, 3, shas[1]),))
    world.keep_blame(blame)

    answer = world.answer()
    assert (answer.confidence, answer.mode, answer.span_id) == (Confidence.EXACT, "line_blame", "span-coder")
