"""Reactions that say that feedback was captured, and check runs that say which run it is about."""

from __future__ import annotations

from dataclasses import replace

import pytest

from receiver.changes import Changes
from resolver.correction import Correction
from resolver.model.reports import SYSTEM
from tests.support.builders import commit_comment, discussion_comment, review
from tests.support.world import REPO
from tests.support.written import IMPROVE, PAGE, Answering


def test_captured_feedback_gets_eyes(answering: Answering) -> None:
    """A comment in the conversation and one on a line are reacted to, once, whatever becomes of the answer."""
    written = answering("reaction")
    written.remark(11)
    made = written.line_remark(20)
    written.write()
    written.asked.world.deliver(made.again())
    written.write()
    assert written.reactions == [("issues/comments/11", "eyes"), ("pulls/comments/20", "eyes")]
    assert len(written.asked.standing_in.asked("/reactions$", method="POST")) == 2
    assert written.comments == []


def test_a_review_is_answered_in_the_conversation(answering: Answering) -> None:
    """A review has no reactions in GitHub's REST API; its reply is a comment on the pull request."""
    written = answering("reply,reaction")
    written.opens()
    written.asked.world.deliver(review(REPO, id=900, body=IMPROVE, at=written.at()))
    written.write()
    assert [one.number for one in written.comments] == [42]
    assert written.reactions == []


@pytest.mark.parametrize("means", ["reply,reaction", "check"])
def test_what_cannot_be_answered_is_left(answering: Answering, means: str) -> None:
    """A discussion is not answered; a comment on a commit by a check run alone: a reply takes the right to push."""
    written = answering(means)
    world = written.asked.world
    world.deliver(discussion_comment(REPO, id=71, body=IMPROVE, at=written.at()))
    world.deliver(commit_comment(REPO, id=72, commit="c" * 40, body=IMPROVE, at=written.at()))
    written.write()
    assert [row[0] for row in written.rows()] == (["check"] if means == "check" else [])
    assert [one.head_sha for one in written.checks] == (["c" * 40] if means == "check" else [])
    assert [one for one in written.asked.standing_in.requests if one.method == "POST" and "/repos/" in one.target] == (
        written.asked.standing_in.asked("/check-runs$", method="POST")
    )


def test_a_check_run_says_it_and_follows_the_answer(answering: Answering) -> None:
    """It stands on the pull request's head, neither passes nor fails, and is changed rather than made twice."""
    written = answering("check")
    written.opens()
    written.remark(11)
    written.write()
    (run,) = written.checks
    feedback = written.asked.world.feedback()
    assert (run.name, run.head_sha) == (f"whichrun / feedback {feedback.id}", "a" * 40)
    assert (run.status, run.conclusion) == ("completed", "neutral")
    assert run.details_url == f"{PAGE}/feedback/{feedback.id}"
    assert run.output["title"] == "No run can be named"
    written.opens(head="d" * 40, action="synchronize")
    written.asked.world.run("coder")
    said = Correction(span_id="span-coder", reason="so", by="mona")
    Changes(written.asked.services, "default").correct(feedback.id, said, producer=SYSTEM)
    written.write()
    assert written.checks == [run]
    assert run.head_sha == "a" * 40
    assert run.output["title"] == "A run is named (by a person)"
    assert "`span-coder`" in run.output["summary"]


def test_an_issue_has_no_commit_to_hang_a_check_run_on(answering: Answering) -> None:
    """Feedback on an issue gets no check run."""
    written = answering("check")
    written.remark(11, on=9, on_pull=False)
    written.write()
    assert written.rows() == []


def test_no_means_no_writing(answering: Answering) -> None:
    """A service whose operator named no means keeps nothing to be written."""
    written = answering("reply")
    world = written.asked.world
    world.intake = replace(world.intake, policy=replace(world.policy, answers=frozenset()))
    written.remark(11)
    assert written.rows() == []
