"""Step 7: the commented commit."""

from __future__ import annotations

from resolver.model.answers import Confidence
from tests.support.builders import commit, commit_comment, hunk, minute, pull_request, push, review_comment, sha
from tests.support.world import REPO, World

IMPROVE = "/agents improve please handle the empty case"


def signed(world: World, label: str, agent: str = "coder", *paths: str) -> dict[str, object]:
    """Make a commit that an agent's run signed."""
    trailers = world.run(agent).commit_trailers
    return commit(sha(label), f"Add it\n\n{trailers}", modified=paths or ("src/app.py",))


def test_a_line_of_the_only_commit(world: World) -> None:
    """A fresh line comment on the only commit is about the run that signed it."""
    world.deliver(
        push(REPO, commits=[signed(world, "head")]),
        pull_request(REPO, head=sha("head")),
        review_comment(REPO, id=1, body=IMPROVE, at=minute(3)),
    )
    answer = world.answer()
    assert (answer.confidence, answer.mode, answer.span_id) == (Confidence.EXACT, "commit_artifact", "span-coder")


def test_a_line_of_a_persons_commit(world: World) -> None:
    """A commit without claims ends the walk: no run is guessed, though one started shortly before."""
    world.run("coder", at=minute(0))
    world.deliver(
        push(REPO, commits=[commit(sha("head"), "Fix it by hand")]),
        review_comment(REPO, id=1, body=IMPROVE, at=minute(3)),
    )
    answer = world.answer()
    assert (answer.confidence, answer.mode, answer.span_id) == (Confidence.UNRESOLVED, "commit_artifact", None)
    assert answer.diagnostic == "commented commit has no signed agent attribution"


def test_an_unknown_commit_is_answered_alike_until_it_arrives(world: World) -> None:
    """A commented commit that no push brought has no signed evidence; when it arrives, its run is reached."""
    world.deliver(review_comment(REPO, id=1, body=IMPROVE, at=minute(3)))
    assert (world.answer().confidence, world.answer().mode) == (Confidence.UNRESOLVED, "commit_artifact")
    world.deliver(push(REPO, commits=[signed(world, "head")]))
    assert (world.answer().confidence, world.answer().span_id) == (Confidence.EXACT, "span-coder")


def test_another_commit_that_touched_the_path_leaves_it_inferred(world: World) -> None:
    """Where a person's commit of the same pull request touched the file too, the line may be theirs."""
    world.deliver(
        push(REPO, commits=[signed(world, "a")], at=minute(0)),
        push(REPO, commits=[commit(sha("head"), "By hand")], before=sha("a"), at=minute(1)),
        pull_request(REPO, head=sha("head"), at=minute(2)),
        review_comment(REPO, id=1, body=IMPROVE, commit=sha("a"), at=minute(3)),
    )
    answer = world.answer()
    assert (answer.confidence, answer.mode, answer.span_id) == (Confidence.INFERRED, "commit_artifact", "span-coder")


def test_the_other_commit_may_arrive_late(world: World) -> None:
    """An exact answer is taken back when a commit arrives that touched the path too, in whatever order."""
    world.deliver(
        push(REPO, commits=[signed(world, "a")], at=minute(0)),
        pull_request(REPO, head=sha("a"), at=minute(0)),
        review_comment(REPO, id=1, body=IMPROVE, commit=sha("a"), at=minute(3)),
    )
    assert world.answer().confidence is Confidence.EXACT
    world.deliver(pull_request(REPO, "synchronize", head=sha("head"), commits=2, at=minute(2)))
    assert world.answer().confidence is Confidence.INFERRED
    world.deliver(push(REPO, commits=[commit(sha("head"), "By hand")], before=sha("a"), at=minute(1)))
    assert world.answer().confidence is Confidence.INFERRED


def test_a_commit_of_another_pull_request_does_not_count(world: World) -> None:
    """Commits pushed to another branch do not touch this pull request."""
    world.deliver(
        push(REPO, commits=[signed(world, "head")]),
        push(REPO, commits=[commit(sha("b"), "By hand")], branch="other"),
        pull_request(REPO, head=sha("head")),
        pull_request(REPO, number=43, id=43, head=sha("b"), branch="other"),
        review_comment(REPO, id=1, body=IMPROVE, at=minute(3)),
    )
    assert world.answer().confidence is Confidence.EXACT


def test_a_signed_commit_that_did_not_touch_the_path(world: World) -> None:
    """A commented commit that left the file alone did not write the line: its run is no more than inferred."""
    world.deliver(
        push(REPO, commits=[signed(world, "head", "coder", "docs/other.md")]),
        pull_request(REPO, head=sha("head")),
        review_comment(REPO, id=1, body=IMPROVE, at=minute(3)),
    )
    answer = world.answer()
    assert answer.confidence is not Confidence.EXACT
    assert answer.mode != "commit_artifact"


def test_a_context_line_is_not_the_commits(world: World) -> None:
    """A line that the diff left as it was is others' work: the commit's run is a candidate, and no more."""
    world.deliver(
        push(REPO, commits=[signed(world, "head")]),
        pull_request(REPO, head=sha("head")),
        review_comment(REPO, id=1, body=IMPROVE, at=minute(3), diff_hunk=hunk(context=["as", "before"])),
    )
    answer = world.answer()
    assert (answer.confidence, answer.mode, answer.span_id) == (Confidence.UNRESOLVED, "commit_artifact", None)
    assert [candidate.span_id for candidate in answer.candidates] == ["span-coder"]


def test_the_commit_commented_on_counts_not_where_github_moved_it(world: World) -> None:
    """After a later push, the comment still is about the commit that it was written on."""
    world.deliver(
        push(REPO, commits=[signed(world, "a")], at=minute(0)),
        push(REPO, commits=[signed(world, "head", "planner", "other.py")], before=sha("a"), at=minute(1)),
        pull_request(REPO, head=sha("head"), at=minute(2)),
        review_comment(REPO, id=1, body=IMPROVE, commit=sha("head"), original_commit=sha("a"), line=None, at=minute(3)),
    )
    assert (world.answer().confidence, world.answer().span_id) == (Confidence.EXACT, "span-coder")


def test_several_runs_in_the_commit(world: World) -> None:
    """A commented squash merge of two runs is of neither alone."""
    message = "Squash\n\n" + world.run("coder").commit_trailers + "\n\n" + world.run("planner").commit_trailers
    world.deliver(
        push(REPO, commits=[commit(sha("head"), message)]), review_comment(REPO, id=1, body=IMPROVE, at=minute(3))
    )
    answer = world.answer()
    assert (answer.confidence, answer.mode, answer.span_id) == (Confidence.UNRESOLVED, "commit_artifact", None)
    assert {candidate.agent_name for candidate in answer.candidates} == {"coder", "planner"}


def test_a_comment_on_a_commit_as_a_whole(world: World) -> None:
    """A commit comment without a line is about the commit, and so about its run."""
    world.deliver(
        push(REPO, commits=[signed(world, "head")]), commit_comment(REPO, id=1, commit=sha("head"), body=IMPROVE)
    )
    assert (world.answer().confidence, world.answer().mode) == (Confidence.EXACT, "commit_artifact")


def test_the_same_commit_by_the_same_run_pushed_twice(world: World) -> None:
    """A commit that is pushed again (another branch, a forced push back) is one commit."""
    one = signed(world, "head")
    world.deliver(
        push(REPO, commits=[one]),
        push(REPO, commits=[one], branch="copy"),
        push(REPO, commits=[one], before=sha("x"), forced=True),
        pull_request(REPO, head=sha("head")),
        review_comment(REPO, id=1, body=IMPROVE, at=minute(3)),
    )
    assert world.answer().confidence is Confidence.EXACT
