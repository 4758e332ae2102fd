"""Steps 3 and 4: the comment replied to, and the thread it stands in."""

from __future__ import annotations

from resolver.model.answers import Confidence
from tests.support.builders import AGENT, MAINTAINER, OUTSIDER, Person, commit, minute, push, review_comment, sha
from tests.support.world import REPO, World

REVIEWER = Person(id=504, login="review-bot", type="Bot")
IMPROVE = "/agents improve please handle the empty case"


def line_push(world: World) -> None:
    """Let the coder push the commented commit."""
    trailers = world.run("coder").commit_trailers
    world.deliver(push(REPO, commits=[commit(sha("head"), f"Add it\n\n{trailers}")]))


def test_a_reply_is_about_the_comment_replied_to(world: World) -> None:
    """A reply to a reviewer's signed comment is about the reviewer, though the coder signed the commit."""
    line_push(world)
    mark = world.run("pr-reviewer").hidden_comment
    world.deliver(
        review_comment(REPO, id=1, author=REVIEWER, body=f"this leaks {mark}", at=minute(2)),
        review_comment(REPO, id=2, in_reply_to_id=1, body=IMPROVE, at=minute(3)),
    )
    answer = world.answer()
    assert (answer.confidence, answer.mode) == (Confidence.EXACT, "artifact_parent_comment")
    assert answer.span_id == "span-pr-reviewer"


def test_another_run_in_the_thread_leaves_it_inferred(world: World) -> None:
    """GitHub names the first comment as the parent of every reply: of two runs the nearest before is inferred."""
    reviewer, coder = world.run("pr-reviewer").hidden_comment, world.run("coder").hidden_comment
    world.deliver(
        review_comment(REPO, id=1, author=REVIEWER, body=f"this leaks {reviewer}", at=minute(2)),
        review_comment(REPO, id=2, in_reply_to_id=1, author=AGENT, body=f"fixed {coder}", at=minute(3)),
        review_comment(REPO, id=3, in_reply_to_id=1, body=IMPROVE, at=minute(4)),
    )
    answer = world.answer()
    assert (answer.confidence, answer.mode, answer.span_id) == (Confidence.INFERRED, "artifact_thread", "span-coder")
    assert [candidate.span_id for candidate in answer.candidates] == ["span-pr-reviewer"]


def test_a_later_run_in_the_thread_does_not_count(world: World) -> None:
    """What a run writes in the thread after the feedback says nothing about it."""
    reviewer, coder = world.run("pr-reviewer").hidden_comment, world.run("coder").hidden_comment
    world.deliver(
        review_comment(REPO, id=1, author=REVIEWER, body=f"this leaks {reviewer}", at=minute(2)),
        review_comment(REPO, id=2, in_reply_to_id=1, author=AGENT, body=f"fixed {coder}", at=minute(5)),
        review_comment(REPO, id=3, in_reply_to_id=1, body=IMPROVE, at=minute(4)),
    )
    answer = world.answer()
    assert (answer.confidence, answer.mode) == (Confidence.EXACT, "artifact_parent_comment")


def test_a_persons_thread_that_one_run_answered(world: World) -> None:
    """In a thread that a person began, the one run that signed a reply is meant."""
    coder = world.run("coder").hidden_comment
    world.deliver(
        review_comment(REPO, id=1, author=OUTSIDER, body="why?", at=minute(2)),
        review_comment(REPO, id=2, in_reply_to_id=1, author=AGENT, body=f"because {coder}", at=minute(3)),
        review_comment(REPO, id=3, in_reply_to_id=1, body=IMPROVE, at=minute(4)),
    )
    answer = world.answer()
    assert (answer.confidence, answer.mode, answer.span_id) == (Confidence.EXACT, "artifact_thread", "span-coder")


def test_the_parents_text_at_the_time_counts(world: World) -> None:
    """Feedback is about the run that had written the parent when it was given, not about one that rewrote it since."""
    first, second = world.run("pr-reviewer").hidden_comment, world.run("coder").hidden_comment
    world.deliver(
        review_comment(REPO, id=1, author=REVIEWER, body=first, at=minute(1)),
        review_comment(REPO, id=2, in_reply_to_id=1, body=IMPROVE, at=minute(2)),
        review_comment(
            REPO, "edited", id=1, author=REVIEWER, body=second, at=minute(3), created_at=minute(1), was=first
        ),
    )
    assert world.answer().span_id == "span-pr-reviewer"


def test_an_unknown_parent_makes_nothing_exact(world: World) -> None:
    """A reply to a comment that was never delivered may be about whoever wrote it: the commit is only inferred."""
    line_push(world)
    world.deliver(review_comment(REPO, id=2, in_reply_to_id=1, body=IMPROVE, at=minute(3)))
    answer = world.answer()
    assert (answer.confidence, answer.mode, answer.span_id) == (Confidence.INFERRED, "commit_artifact", "span-coder")
    assert "never delivered" in (answer.diagnostic or "")


def test_the_parent_may_arrive_late(world: World) -> None:
    """When the parent arrives after all, the feedback reaches its run, and the history keeps both answers."""
    line_push(world)
    mark = world.run("pr-reviewer").hidden_comment
    world.deliver(review_comment(REPO, id=2, in_reply_to_id=1, body=IMPROVE, at=minute(3)))
    world.deliver(review_comment(REPO, id=1, author=REVIEWER, body=f"this leaks {mark}", at=minute(2)))
    answer = world.answer()
    assert (answer.confidence, answer.span_id) == (Confidence.EXACT, "span-pr-reviewer")
    feedback_id = world.feedback().id
    with world.facts() as facts:
        history = facts.resolutions(feedback_id, before=None, limit=10)
    assert [resolution.answer.mode for _, resolution in history] == ["artifact_parent_comment", "commit_artifact"]
    assert all(resolution.cause.startswith("delivery ") for _, resolution in history)


def test_a_reply_to_a_person_is_about_the_line(world: World) -> None:
    """A reply to a person's comment is about the line that the thread stands on."""
    line_push(world)
    world.deliver(
        review_comment(REPO, id=1, author=MAINTAINER, body="hm", at=minute(2)),
        review_comment(REPO, id=2, in_reply_to_id=1, body=IMPROVE, at=minute(3)),
    )
    answer = world.answer()
    assert (answer.confidence, answer.mode, answer.span_id) == (Confidence.EXACT, "commit_artifact", "span-coder")
