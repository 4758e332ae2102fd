"""Step 6: the commits that last changed the commented lines, where somebody could say which those are."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from resolver.ask import Question
from resolver.model.answers import Answer, Confidence, Outcome
from resolver.model.github import Blame, BlameRange
from tests.support.builders import (
    AGENT,
    MAINTAINER,
    Delivery,
    commit,
    commit_comment,
    delivery,
    hunk,
    issue_comment,
    minute,
    pull_request,
    push,
    review_comment,
    sha,
)
from tests.support.world import REPO, World

IMPROVE = "/agents improve please handle the empty case"
PATH = "src/app.py"
EXACT, INFERRED, UNRESOLVED = Confidence.EXACT, Confidence.INFERRED, Confidence.UNRESOLVED
UNSIGNED = "the commit that last changed the line has no signed agent attribution"


def blame(*ranges: tuple[int, int, str], at: str = "head", path: str = PATH, side: str = "RIGHT") -> Blame:
    """Say which commits (by label) last changed which lines."""
    return Blame(REPO.id, sha(at), path, side, tuple(BlameRange(first, last, sha(of)) for first, last, of in ranges))


def three_commits(world: World) -> list[Delivery]:
    """Let the coder, the planner and a person (last) change the file, in a pull request of three commits."""
    coder, planner = world.run("coder").commit_trailers, world.run("planner").commit_trailers
    return [
        push(REPO, commits=[commit(sha("coder"), f"Add\n\n{coder}"), commit(sha("planner"), f"Tidy\n\n{planner}")]),
        push(REPO, commits=[commit(sha("head"), "By hand")], before=sha("planner"), at=minute(1)),
        pull_request(REPO, head=sha("head"), commits=3, at=minute(2)),
    ]


def on_lines(first: int, last: int, **more: Any) -> Delivery:  # noqa: ANN401
    """Give feedback on several lines."""
    told = review_comment(REPO, id=1, body=IMPROVE, at=minute(5), line=last, original_line=last, **more)
    told.payload["comment"] |= {"start_line": first, "original_start_line": first, "start_side": "RIGHT"}
    return delivery(told.event, told.payload)


def decided(answer: Answer) -> tuple[Confidence, str, str | None]:
    """Return how surely, by which step, which run is the answer."""
    return answer.confidence, answer.mode, answer.span_id


def named(answer: Answer) -> set[str | None]:
    """Return the candidates."""
    return {candidate.span_id for candidate in answer.candidates}


@pytest.mark.parametrize("agent", ["coder", "planner"])
def test_the_commit_that_last_changed_the_line(world: World, agent: str) -> None:
    """Of three commits that changed the file, the one that last changed the line decides, not the newest."""
    world.deliver(*three_commits(world))
    world.keep_blame(blame((1, 9, "head"), (10, 10, agent), (11, 20, "head")))
    world.deliver(review_comment(REPO, id=1, body=IMPROVE, at=minute(5)))
    assert decided(world.answer()) == (EXACT, "line_blame", f"span-{agent}")


def test_a_line_that_a_person_wrote(world: World) -> None:
    """A line that a commit without claims last changed is nobody's: no run is guessed."""
    world.deliver(*three_commits(world))
    world.keep_blame(blame((1, 20, "head")))
    world.deliver(review_comment(REPO, id=1, body=IMPROVE, at=minute(5), commit=sha("head")))
    assert decided(world.answer()) == (UNRESOLVED, "line_blame", None)
    assert world.answer().diagnostic == UNSIGNED


def test_a_persons_line_in_a_commit_that_an_agent_signed(world: World) -> None:
    """That the commented commit is an agent's says nothing of a line which it did not change."""
    coder = world.run("coder").commit_trailers
    world.deliver(
        push(REPO, commits=[commit(sha("hand"), "By hand"), commit(sha("head"), f"Add\n\n{coder}")]),
        pull_request(REPO, head=sha("head"), commits=2, at=minute(2)),
        review_comment(REPO, id=1, body=IMPROVE, at=minute(5)),
    )
    assert world.answer().span_id == "span-coder"
    world.keep_blame(blame((10, 10, "hand")))
    assert decided(world.answer()) == (UNRESOLVED, "line_blame", None)


def test_lines_of_two_runs(world: World) -> None:
    """Of two runs that wrote the lines neither is the answer; both are candidates."""
    world.deliver(*three_commits(world), on_lines(8, 10))
    world.keep_blame(blame((1, 8, "coder"), (9, 20, "planner")))
    assert decided(world.answer()) == (UNRESOLVED, "line_blame", None)
    assert named(world.answer()) == {"span-coder", "span-planner"}


def test_lines_of_one_run_in_two_commits(world: World) -> None:
    """Lines that one run wrote in several commits are surely that run's."""
    trailers = world.run("coder").commit_trailers
    commits = [commit(sha(one), f"{one}\n\n{trailers}") for one in ("a", "b", "head")]
    world.deliver(push(REPO, commits=commits), pull_request(REPO, head=sha("head"), commits=3), on_lines(8, 10))
    world.keep_blame(blame((1, 8, "a"), (9, 20, "b")))
    assert decided(world.answer()) == (EXACT, "line_blame", "span-coder")


@pytest.mark.parametrize("other", ["head", "never delivered"])
def test_lines_that_the_run_did_not_write_alone(world: World, other: str) -> None:
    """A run beside a person, or beside a commit that was never delivered, is no more than inferred."""
    world.deliver(*three_commits(world), on_lines(8, 10))
    world.keep_blame(blame((1, 8, other), (9, 20, "coder")))
    assert decided(world.answer()) == (INFERRED, "line_blame", "span-coder")


def test_lines_around_the_comment_do_not_matter(world: World) -> None:
    """Of a blame of the whole file only the commented lines count."""
    world.deliver(*three_commits(world), on_lines(8, 10))
    world.keep_blame(blame((1, 7, "planner"), (8, 10, "coder"), (11, 20, "head")))
    assert decided(world.answer()) == (EXACT, "line_blame", "span-coder")


def test_a_blame_of_some_of_the_lines(world: World) -> None:
    """Where of some commented lines nobody could say who wrote them, nothing is exact."""
    world.deliver(*three_commits(world), on_lines(8, 10))
    world.keep_blame(blame((9, 10, "coder")))
    assert world.answer().confidence is not EXACT


def test_a_commit_that_was_never_delivered(world: World) -> None:
    """A line that an unknown commit wrote is nobody's until that commit arrives, signed."""
    world.deliver(*three_commits(world), review_comment(REPO, id=1, body=IMPROVE, at=minute(5)))
    world.keep_blame(blame((1, 20, "old")))
    assert decided(world.answer()) == (UNRESOLVED, "line_blame", None)
    old = commit(sha("old"), f"Before\n\n{world.run('fixer').commit_trailers}")
    world.deliver(push(REPO, commits=[old], branch="main", at=minute(0)))
    assert decided(world.answer()) == (EXACT, "line_blame", "span-fixer")


@pytest.mark.parametrize("agent", ["coder", None])
def test_a_removed_line_is_about_who_removed_it(world: World, agent: str | None) -> None:
    """A comment on a removed line is about the commit that removed it, not about who wrote it.

    What was said of lines that another diff numbers does not count.
    """
    on_removed = review_comment(
        REPO, id=1, body=IMPROVE, at=minute(5), side="LEFT", diff_hunk=hunk(start=10, removed=["gone"])
    )
    world.deliver(*three_commits(world), on_removed)
    world.keep_blame(blame((1, 20, "planner")))
    assert world.answer().mode != "line_blame"
    other = replace(blame((10, 10, "head"), side="LEFT"), hunk=hunk(start=11, removed=["gone"]))
    world.keep_blame(other)
    assert world.answer().mode != "line_blame"
    shown = hunk(start=10, removed=["gone"])
    world.keep_blame(replace(blame((10, 10, agent or "head"), side="LEFT"), hunk=shown))
    assert world.answer().mode == "line_blame"
    assert decided(world.answer()) == (
        (EXACT, "line_blame", "span-coder") if agent else (UNRESOLVED, "line_blame", None)
    )


@pytest.mark.parametrize(
    "other",
    [
        blame((1, 20, "coder"), path="src/app.pyi"),
        blame((1, 20, "coder"), at="planner"),
        blame((1, 9, "coder"), (11, 20, "coder")),
        blame((1, 20, "coder"), side="LEFT"),
        Blame(REPO.id + 1, sha("head"), PATH, "RIGHT", (BlameRange(1, 20, sha("coder")),)),
    ],
    ids=["another path", "another commit", "other lines", "removed lines", "another repository"],
)
def test_what_was_said_of_other_lines_does_not_count(world: World, other: Blame) -> None:
    """A blame of another file, commit, line, side or repository says nothing about the line."""
    world.deliver(*three_commits(world))
    world.keep_blame(other)
    world.deliver(review_comment(REPO, id=1, body=IMPROVE, at=minute(5)))
    assert world.answer().mode != "line_blame"
    assert world.answer().confidence is not EXACT


def test_the_blame_may_come_before_all_else(world: World) -> None:
    """Blame first, then feedback, then the commits: the end is the same as in any other order."""
    world.keep_blame(blame((1, 20, "coder")))
    world.deliver(review_comment(REPO, id=1, body=IMPROVE, at=minute(5)))
    assert world.answer().confidence is UNRESOLVED
    world.deliver(*reversed(three_commits(world)))
    assert decided(world.answer()) == (EXACT, "line_blame", "span-coder")


def test_an_exact_answer_gives_way_to_who_wrote_the_line(world: World) -> None:
    """The only commit known to touch the file was signed, but the line turns out to be older."""
    world.deliver(
        push(REPO, commits=[commit(sha("head"), f"Add\n\n{world.run('coder').commit_trailers}")]),
        push(REPO, commits=[commit(sha("old"), f"Add\n\n{world.run('planner').commit_trailers}")], branch="main"),
        review_comment(REPO, id=1, body=IMPROVE, at=minute(5)),
    )
    assert decided(world.answer()) == (EXACT, "commit_artifact", "span-coder")
    world.keep_blame(blame((10, 10, "old")))
    assert decided(world.answer()) == (EXACT, "line_blame", "span-planner")


def test_a_line_of_an_earlier_pull_request(world: World) -> None:
    """A claim counts in every commit of the repository: a run of an earlier pull request is known by the line."""
    old = commit(sha("old"), f"Add\n\n{world.run('fixer', number=7).commit_trailers}")
    world.deliver(*three_commits(world), push(REPO, commits=[old], branch="main", at=minute(-60)))
    world.keep_blame(blame((10, 10, "old")))
    world.deliver(review_comment(REPO, id=1, body=IMPROVE, at=minute(5), diff_hunk=hunk(context=["as", "before"])))
    assert decided(world.answer()) == (EXACT, "line_blame", "span-fixer")


def test_a_squash_merge_of_two_runs(world: World) -> None:
    """A commit that carries claims of two runs decides nothing."""
    message = "Squash\n\n" + world.run("coder").commit_trailers + "\n\nand\n\n" + world.run("planner").commit_trailers
    world.deliver(push(REPO, commits=[commit(sha("head"), message)]), pull_request(REPO, head=sha("head")))
    world.keep_blame(blame((10, 10, "head")))
    world.deliver(review_comment(REPO, id=1, body=IMPROVE, at=minute(5)))
    assert decided(world.answer()) == (UNRESOLVED, "line_blame", None)
    assert named(world.answer()) == {"span-coder", "span-planner"}


def test_a_reply_is_about_the_comment_replied_to(world: World) -> None:
    """A signed comment that is replied to comes before the line that it stands on; a person's does not."""
    mark = world.run("pr-reviewer").hidden_comment
    world.deliver(*three_commits(world))
    world.keep_blame(blame((10, 10, "coder")))
    world.deliver(
        review_comment(REPO, id=8, author=AGENT, body=f"leaks {mark}", at=minute(3)),
        review_comment(REPO, id=9, author=MAINTAINER, body="hm", at=minute(3)),
        review_comment(REPO, id=1, in_reply_to_id=8, body=IMPROVE, at=minute(5)),
        review_comment(REPO, id=2, in_reply_to_id=9, body=IMPROVE, at=minute(5)),
    )
    ends = {url[-1]: feedback.resolution for url, feedback in world.all_feedback().items()}
    assert ends["1"] is not None
    assert ends["2"] is not None
    assert decided(ends["1"].answer) == (EXACT, "artifact_parent_comment", "span-pr-reviewer")
    assert decided(ends["2"].answer) == (EXACT, "line_blame", "span-coder")


def test_where_the_comment_was_written_counts(world: World) -> None:
    """GitHub moves a comment along with later pushes, or says that it is outdated: its first place counts."""
    world.deliver(*three_commits(world))
    world.keep_blame(blame((10, 10, "coder"), at="planner"))
    world.keep_blame(blame((7, 7, "head"), (10, 10, "head")))
    for number, line in ((1, 7), (2, None)):
        world.deliver(
            review_comment(
                REPO, id=number, body=IMPROVE, at=minute(5), line=line, original_line=10, original_commit=sha("planner")
            )
        )
    answers = [one.resolution.answer for one in world.all_feedback().values() if one.resolution is not None]
    assert [decided(answer) for answer in answers] == [(EXACT, "line_blame", "span-coder")] * 2


@pytest.mark.parametrize(
    "elsewhere",
    [
        review_comment(REPO, id=1, body=IMPROVE, subject_type="file", line=None, original_line=None, at=minute(5)),
        issue_comment(REPO, id=1, body=IMPROVE, at=minute(5)),
    ],
    ids=["a whole file", "the pull request"],
)
def test_feedback_on_no_line(world: World, elsewhere: Delivery) -> None:
    """Feedback on a whole file, or in general, is about no line; the finding says that this does not apply."""
    world.deliver(*three_commits(world))
    world.keep_blame(blame((1, 20, "coder")))
    world.deliver(elsewhere)
    (finding,) = (one for one in world.answer().findings if one.step == "line_blame")
    assert (finding.outcome, bool(finding.detail)) == (Outcome.NOT_APPLICABLE, True)


def test_a_comment_on_a_line_of_a_commit(world: World) -> None:
    """A comment on a line of a commit, outside of any pull request, is about who wrote the line."""
    world.deliver(*three_commits(world))
    world.keep_blame(blame((3, 3, "coder")))
    world.deliver(commit_comment(REPO, id=1, commit=sha("head"), path=PATH, line=3, body=IMPROVE, at=minute(5)))
    assert decided(world.answer()) == (EXACT, "line_blame", "span-coder")


def test_a_question_about_a_line(world: World) -> None:
    """A question may name a line, of a file at a commit."""
    world.deliver(*three_commits(world))
    world.keep_blame(blame((3, 3, "coder"), (4, 4, "head")))
    about = partial(Question, repository=REPO.name, number=42, path=PATH, commit_sha=sha("head"), side="RIGHT")
    assert decided(world.ask(about(line=3))) == (EXACT, "line_blame", "span-coder")
    assert decided(world.ask(about(line=4))) == (UNRESOLVED, "line_blame", None)


def test_a_run_nobody_registered(world: World) -> None:
    """The run of the line is named though nobody registered it, and exact once somebody does."""
    trailers = world.run("coder", register=False).commit_trailers
    world.deliver(push(REPO, commits=[commit(sha("a"), f"Add\n\n{trailers}"), commit(sha("head"), "By hand")]))
    world.keep_blame(blame((10, 10, "a")))
    world.deliver(review_comment(REPO, id=1, body=IMPROVE, at=minute(5)))
    assert decided(world.answer()) == (UNRESOLVED, "line_blame", "span-coder")
    world.run("coder")
    assert decided(world.answer()) == (EXACT, "line_blame", "span-coder")


def test_an_unsigned_claim(world: World) -> None:
    """Where there is no key, the run of the line is no more than inferred."""
    open_world = World(world.store, secrets="")
    open_world.deliver(*three_commits(open_world))
    open_world.keep_blame(blame((10, 10, "coder")))
    open_world.deliver(review_comment(REPO, id=1, body=IMPROVE, at=minute(5)))
    assert decided(open_world.answer()) == (INFERRED, "line_blame", "span-coder")


def test_a_claim_that_does_not_count(world: World) -> None:
    """A commit whose claim is for another repository has no attribution here."""
    world.run("coder")
    mark = world.marks("coder", span="span-coder", number=42, repository="acme/gadgets").commit_trailers
    world.deliver(push(REPO, commits=[commit(sha("head"), f"Add\n\n{mark}")]))
    world.keep_blame(blame((10, 10, "head")))
    world.deliver(review_comment(REPO, id=1, body=IMPROVE, at=minute(5)))
    assert (world.answer().confidence, world.answer().span_id) == (UNRESOLVED, None)
