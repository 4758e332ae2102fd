"""Lines and files that were commented on go to who wrote them, by blame and commits that GitHub was asked for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.asking import Scene, asking, at
from tests.support.clone import NewCommit
from tests.support.github import StandIn
from tests.support.places import Marks, lines, make_place
from tests.support.together import Stories, Story, Told

stories = Stories()


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """Run one service for all tests of this file. Who may give feedback is not asked here."""
    folder = tmp_path_factory.mktemp("service")
    with StandIn() as github, asking(folder, github, feedback_authors="maintainer") as scene:
        yield stories.tell(scene)


@stories.test
def test_a_remark_on_a_file_is_decided_by_the_commits_that_touched_it(scene: Scene) -> Story:
    """The commits of the pull request are fetched with their paths: those of the file decide, the others do not."""
    place = make_place(scene)
    coder, fixer = place.run("coder"), place.run("fixer")
    base, *_, head = place.write(
        [
            NewCommit("Begin", {"src/app.py": lines(4), "src/two.py": lines(4), "src/by_hand.py": lines(4)}),
            NewCommit(coder.message(), {"src/app.py": lines(4, l2="coder"), "src/two.py": lines(4, l1="coder")}),
            NewCommit(coder.message("Again"), {"src/app.py": lines(4, l2="coder", l3="coder")}),
            NewCommit("By hand", {"src/by_hand.py": lines(4, l2="a person")}),
            NewCommit(fixer.message(), {"src/two.py": lines(4, l1="coder", l3="fixer"), "src/new.py": lines(2)}),
        ]
    )
    place.pull(head=head, base=base)
    for number, path in ((61, "src/app.py"), (62, "src/two.py"), (63, "src/new.py"), (64, "src/by_hand.py")):
        scene.send(place.line(number, head, base, path=path, subject_type="file"))
    yield

    place.until(61, "commit_file", coder)
    place.until(63, "commit_artifact", fixer)
    place.until(62, "commit_artifact", fixer, "inferred")
    assert place.answer(64)["confidence"] == "unresolved"
    assert place.blamed() == []


@stories.test
def test_a_line_is_of_whoever_wrote_or_removed_it(scene: Scene) -> Story:
    """Added, context and removed lines, ranges, outdated comments and renamed files: each goes to its commit's run."""
    place = make_place(scene)
    starter, coder, fixer = place.run("starter"), place.run("coder"), place.run("fixer")
    app = {"l2": "line 2 by starter"}
    app_1 = {**app, "l4": "line 4 by coder"} | {f"l{number}": f"line {number} by coder" for number in (13, 14, 15)}
    app_2 = {**app_1, "l6": "line 6 by fixer", "l15": "line 15 by fixer"}
    app_3 = {**app_2, "l8": "line 8 by hand"}
    _, base, first, _, head = place.write(
        [
            NewCommit(
                "Begin",
                {
                    "src/app.py": lines(12),
                    "src/util.py": lines(6, "util"),
                    "src/old.py": lines(9, "old"),
                    "src/gone.py": lines(4, "gone"),
                },
            ),
            NewCommit(
                starter.message(),
                {"src/app.py": lines(12, **app), "src/old.py": lines(9, "old", l4="old 4 by starter")},
            ),
            NewCommit(
                coder.message(),
                {
                    "src/app.py": lines(15, **app_1),
                    "src/util.py": lines(6, "util").replace("util 3\n", ""),
                    "src/gone.py": None,
                },
            ),
            NewCommit(
                fixer.message(),
                {
                    "src/app.py": lines(15, **app_2),
                    "src/old.py": None,
                    "src/new.py": lines(9, "old", l4="old 4 by starter", l5="old 5 by fixer"),
                },
            ),
            NewCommit("By hand", {"src/app.py": lines(15, **app_3)}),
        ]
    )
    place.pull(head=head, base=base)
    written: dict[int, Marks | None] = {}

    def comment(id: int, run: Marks | None, **more: object) -> None:  # noqa: A002
        written[id] = run
        scene.send(place.line(id, head, base, **more))  # type: ignore[arg-type]

    comment(101, coder, line=4)
    comment(102, fixer, line=6)
    comment(103, starter, line=2)
    comment(104, None, line=8)
    comment(105, None, line=3)
    comment(106, coder, line=14, start_line=13)
    comment(107, fixer, line=15)
    comment(108, fixer, line=5, path="src/new.py")
    comment(109, starter, line=4, path="src/new.py")
    comment(110, coder, line=3, side="LEFT", path="src/util.py")
    comment(111, coder, line=2, side="LEFT", path="src/gone.py")
    comment(112, fixer, line=6, side="LEFT")
    comment(113, None, line=8, side="LEFT")
    comment(114, coder, original=(first, 15))
    comment(115, coder, original=(first, 14), original_start_line=13)
    yield

    for id_, run in written.items():
        place.until(id_, "line_blame", run, "unresolved" if run is None else "exact")


@stories.test
def test_a_range_of_several_writers_is_of_none_of_them(scene: Scene) -> Story:
    """Lines of two runs are nobody's, with both named; lines of one run and of a person are the run's, inferred."""
    place = make_place(scene)
    coder, fixer = place.run("coder"), place.run("fixer")
    base, _, head = place.write(
        [
            NewCommit("Begin", {"src/app.py": lines(8)}),
            NewCommit(coder.message(), {"src/app.py": lines(8, l4="coder")}),
            NewCommit(fixer.message(), {"src/app.py": lines(8, l4="coder", l5="fixer")}),
        ]
    )
    place.pull(head=head, base=base)
    scene.send(
        place.line(71, head, base, start_line=4, line=5),
        place.line(72, head, base, start_line=3, line=4),
    )
    yield

    answer = place.until(71, "line_blame", None, "unresolved")
    assert {one["span_id"] for one in answer["candidates"]} == {coder.span, fixer.span}
    place.until(72, "line_blame", coder, "inferred")


@stories.test
def test_a_squashed_line_is_of_the_commit_before_the_squash(scene: Scene) -> Story:
    """Blame that ends at a squash goes on into the pull request that was squashed, to the commit that wrote a line."""
    place = make_place(scene)
    coder, fixer, third = place.run("coder", number=41), place.run("fixer", number=41), place.run("third")
    one = {"l2": "coder"}
    two = {**one, "l7": "fixer"}
    hand = {**two, "l3": "by hand"}
    begin, _, _, branch, _, squash, head = place.write(
        [
            NewCommit("Begin", {"src/app.py": lines(12)}),
            NewCommit(coder.message(), {"src/app.py": lines(12, **one)}),
            NewCommit(fixer.message(), {"src/app.py": lines(12, **two)}),
            NewCommit("By hand", {"src/app.py": lines(12, **hand)}),
            NewCommit("Main goes on", {"README.md": "More.\n"}, parents=[0]),
            NewCommit(f"Both (#41)\n\n{coder.trailers}\n\n{fixer.trailers}", {"src/app.py": lines(12, **hand)}),
            NewCommit(third.message(), {"src/app.py": lines(12, **hand, l5="third")}),
        ]
    )
    place.pull(
        number=41, head=branch, base=begin, merged=True, merge_commit_sha=squash, created_at=at(7), merged_at=at(9)
    )
    place.pull(head=head, base=squash)
    wanted = {81: (2, coder), 82: (7, fixer), 83: (5, third), 84: (3, None), 85: (4, None)}
    for number, (line, _) in wanted.items():
        scene.send(place.line(number, head, squash, line=line))
    yield

    for number, (_, run) in wanted.items():
        place.until(number, "line_blame", run, "unresolved" if run is None else "exact")


@stories.test
def test_a_squashed_line_is_found_under_its_former_name(scene: Scene) -> Story:
    """A file that was renamed after the squash, by the pull request that is commented on, is followed back to it."""
    place = make_place(scene)
    coder, fixer = place.run("coder", number=41), place.run("fixer", number=41)
    both = {"l2": "coder", "l7": "fixer"}
    begin, _, branch, squash, head = place.write(
        [
            NewCommit("Begin", {"src/old.py": lines(12)}),
            NewCommit(coder.message(), {"src/old.py": lines(12, l2="coder")}),
            NewCommit(fixer.message(), {"src/old.py": lines(12, **both)}),
            NewCommit(f"Both (#41)\n\n{coder.trailers}\n\n{fixer.trailers}", {"src/old.py": lines(12, **both)}, [0]),
            NewCommit("Rename it", {"src/old.py": None, "src/new.py": lines(12, **both, l5="by hand")}),
        ]
    )
    place.pull(
        number=41, head=branch, base=begin, merged=True, merge_commit_sha=squash, created_at=at(7), merged_at=at(9)
    )
    place.pull(head=head, base=squash)
    scene.send(
        place.line(81, head, squash, path="src/new.py", line=2),
        place.line(82, head, squash, path="src/new.py", line=7),
    )
    yield

    place.until(81, "line_blame", coder)
    place.until(82, "line_blame", fixer)


@stories.test
def test_a_squashed_line_is_found_where_little_else_is_left(scene: Scene) -> Story:
    """The file is followed commit by commit, as git does it: in one step it would not be known again."""
    place = make_place(scene)
    coder, fixer = place.run("coder", number=41), place.run("fixer", number=41)
    both = {"l2": "coder", "l7": "fixer"}
    first = {**both, **{f"l{number}": f"once {number}" for number in range(9, 17)}}
    second = {**first, **{f"l{number}": f"twice {number}" for number in (3, 4, 5, 17, 18, 19, 20)}}
    begin, _, branch, squash, _, head = place.write(
        [
            NewCommit("Begin", {"src/old.py": lines(20)}),
            NewCommit(coder.message(), {"src/old.py": lines(20, l2="coder")}),
            NewCommit(fixer.message(), {"src/old.py": lines(20, **both)}),
            NewCommit(f"Both (#41)\n\n{coder.trailers}\n\n{fixer.trailers}", {"src/old.py": lines(20, **both)}, [0]),
            NewCommit("Rename it", {"src/old.py": None, "src/new.py": lines(20, **first)}),
            NewCommit("Rewrite it", {"src/new.py": lines(20, **second)}),
        ]
    )
    place.pull(
        number=41, head=branch, base=begin, merged=True, merge_commit_sha=squash, created_at=at(7), merged_at=at(9)
    )
    place.pull(head=head, base=squash)
    assert place.clone.writers(head, "src/new.py")[1] == place.clone.writers(head, "src/new.py")[6] == squash
    scene.send(
        place.line(81, head, squash, path="src/new.py", line=2),
        place.line(82, head, squash, path="src/new.py", line=7),
    )
    yield

    place.until(81, "line_blame", coder)
    place.until(82, "line_blame", fixer)


@stories.test
def test_a_persons_line_in_a_squash_is_not_its_runs(scene: Scene) -> Story:
    """A squash that one run signed holds a person's lines too: they are never the run's, hard to trace or not."""
    plain, hard = make_place(scene), make_place(scene)
    runs = []
    for place, path in ((plain, "src/old.py"), (hard, "src/new.py")):
        coder = place.run("coder", number=41)
        both = {"l2": "coder", "l7": "by hand"}
        first = {**both, **{f"l{number}": f"once {number}" for number in range(9, 17)}}
        second = {**first, **{f"l{number}": f"twice {number}" for number in (3, 4, 5, 17, 18, 19, 20)}}
        begin, _, branch, squash, _, head = place.write(
            [
                NewCommit("Begin", {"src/old.py": lines(20)}),
                NewCommit(coder.message(), {"src/old.py": lines(20, l2="coder")}),
                NewCommit("By hand", {"src/old.py": lines(20, **both)}),
                NewCommit(f"Both (#41)\n\n{coder.trailers}", {"src/old.py": lines(20, **both)}, [0]),
                NewCommit("Maybe rename it", {"src/old.py": None, path: lines(20, **first)}),
                NewCommit("Rewrite it", {path: lines(20, **second)}),
            ]
        )
        place.pull(
            number=41, head=branch, base=begin, merged=True, merge_commit_sha=squash, created_at=at(7), merged_at=at(9)
        )
        place.pull(head=head, base=squash)
        scene.send(*(place.line(id_, head, squash, path=path, line=line) for id_, line in ((81, 2), (82, 7))))
        runs.append(coder)
    yield

    for place, coder in zip((plain, hard), runs, strict=True):
        place.until(82, "line_blame", None, "unresolved")
        assert "exact" not in {one["confidence"] for one in place.history(82)}
        place.until(81, "line_blame", coder)


@stories.test
def test_a_removed_line_is_found_where_main_was_merged_in(scene: Scene) -> Story:
    """The commit that removed a line is found though the branch took main in, after it or before it."""
    place = make_place(scene)
    coder, fixer = place.run("coder"), place.run("fixer")
    text = lines(20)
    without = text.replace("line 4\n", "")
    merged = without.replace("line 18\n", "line 18 of main\n")
    _, _, base, _, head = place.write(
        [
            NewCommit("Begin", {"src/app.py": text}),
            NewCommit(coder.message(), {"src/app.py": without}),
            NewCommit("Main goes on", {"src/app.py": text.replace("line 18\n", "line 18 of main\n")}, parents=[0]),
            NewCommit("Merge main", {"src/app.py": merged}, parents=[1, 2]),
            NewCommit(fixer.message(), {"src/app.py": merged.replace("line 9\n", "")}),
        ]
    )
    place.pull(head=head, base=base)
    scene.send(place.line(91, head, base, side="LEFT", line=4), place.line(92, head, base, side="LEFT", line=9))
    yield

    place.until(91, "line_blame", coder)
    place.until(92, "line_blame", fixer)
