"""Step 11: what was signed on the same pull request and path, or commit."""

from __future__ import annotations

from resolver.ask import Question
from resolver.model.answers import Confidence
from tests.support.builders import AGENT, commit, minute, pull_request, push, review, review_comment, sha
from tests.support.world import REPO, World

IMPROVE = "/agents improve please handle the empty case"


def test_a_review_of_the_only_signed_commit(world: World) -> None:
    """Feedback in a review as a whole is about the one run that signed something on the reviewed commit."""
    trailers = world.run("coder").commit_trailers
    world.deliver(
        push(REPO, commits=[commit(sha("head"), f"Add it\n\n{trailers}")], at=minute(0)),
        pull_request(REPO, head=sha("head"), at=minute(1)),
        review(REPO, id=1, body=IMPROVE, commit=sha("head"), at=minute(2)),
    )
    answer = world.answer()
    assert (answer.confidence, answer.mode, answer.span_id) == (Confidence.EXACT, "artifact_pr_context", "span-coder")


def test_a_review_where_two_runs_signed(world: World) -> None:
    """Where a reviewer signed on the same commit too, neither is the answer, both are candidates."""
    trailers, mark = world.run("coder").commit_trailers, world.run("pr-reviewer").hidden_comment
    world.deliver(
        push(REPO, commits=[commit(sha("head"), f"Add it\n\n{trailers}")], at=minute(0)),
        pull_request(REPO, head=sha("head"), at=minute(1)),
        review(REPO, id=2, author=AGENT, body=mark, commit=sha("head"), at=minute(2)),
        review(REPO, id=1, body=IMPROVE, commit=sha("head"), at=minute(3)),
    )
    answer = world.answer()
    assert (answer.confidence, answer.mode, answer.span_id) == (Confidence.UNRESOLVED, "artifact_pr_context", None)
    assert {candidate.span_id for candidate in answer.candidates} == {"span-coder", "span-pr-reviewer"}


def test_a_question_about_a_path(world: World) -> None:
    """Asked about a path, the run that signed the commits on it is the answer: they are asked before comments are."""
    trailers = world.run("coder").commit_trailers
    world.deliver(
        push(REPO, commits=[commit(sha("head"), f"Add it\n\n{trailers}")], at=minute(0)),
        pull_request(REPO, head=sha("head"), at=minute(1)),
    )
    about = world.ask(Question(repository=REPO.name, number=42, path="src/app.py"))
    other = world.ask(Question(repository=REPO.name, number=42, path="src/other.py"))
    assert (about.confidence, about.mode, about.span_id) == (Confidence.EXACT, "commit_file", "span-coder")
    assert other.mode not in {"artifact_pr_context", "commit_file"}


def test_a_path_whose_commits_are_unknown(world: World) -> None:
    """Where nobody knows which commits touched the path, the one run that commented on it is no more than inferred."""
    mark = world.run("pr-reviewer").hidden_comment
    world.deliver(review_comment(REPO, id=1, author=AGENT, body=mark, path="src/app.py", at=minute(1)))
    about = world.ask(Question(repository=REPO.name, number=42, path="src/app.py"))
    assert (about.confidence, about.mode) == (Confidence.INFERRED, "artifact_pr_context")


def test_a_persons_commit_on_the_path_leaves_it_inferred(world: World) -> None:
    """Where a person changed the path too, the one run that signed something on it is no more than inferred."""
    mark = world.run("pr-reviewer").hidden_comment
    world.deliver(
        push(REPO, commits=[commit(sha("head"), "By hand")]),
        pull_request(REPO, head=sha("head")),
        review_comment(REPO, id=1, author=AGENT, body=mark, path="src/app.py", at=minute(1)),
    )
    about = world.ask(Question(repository=REPO.name, number=42, path="src/app.py"))
    assert (about.confidence, about.mode) == (Confidence.INFERRED, "artifact_pr_context")


def test_what_was_signed_later_does_not_count(world: World) -> None:
    """An artifact that was posted after the feedback is no evidence for it."""
    mark = world.run("pr-reviewer", at=minute(3)).hidden_comment
    world.deliver(
        review(REPO, id=1, body=IMPROVE, commit=sha("head"), at=minute(2)),
        review(REPO, id=2, author=AGENT, body=mark, commit=sha("head"), at=minute(4)),
    )
    assert (world.answer().confidence, world.answer().mode) == (Confidence.UNRESOLVED, "unresolved")
