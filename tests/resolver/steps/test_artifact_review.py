"""Step 5: the review that owns the comment, or the comment replied to."""

from __future__ import annotations

from resolver.model.answers import Confidence
from tests.support.builders import Person, commit, minute, push, review, review_comment, sha
from tests.support.world import REPO, World

REVIEWER = Person(id=504, login="review-bot")
IMPROVE = "/agents improve please handle the empty case"


def test_a_reply_to_an_unsigned_comment_of_a_signed_review(world: World) -> None:
    """The comment replied to carries no claim, but the review that owns it does."""
    coder, reviewer = world.run("coder").commit_trailers, world.run("pr-reviewer").hidden_comment
    world.deliver(
        push(REPO, commits=[commit(sha("head"), f"Add it\n\n{coder}")]),
        review(REPO, id=100, author=REVIEWER, body=f"Verdict: changes {reviewer}", at=minute(1)),
        review_comment(REPO, id=1, review_id=100, author=REVIEWER, body="this leaks", at=minute(2)),
        review_comment(REPO, id=2, review_id=101, in_reply_to_id=1, body=IMPROVE, at=minute(3)),
    )
    answer = world.answer()
    assert (answer.confidence, answer.mode, answer.span_id) == (Confidence.EXACT, "artifact_review", "span-pr-reviewer")


def test_an_unsigned_comment_belongs_to_its_signed_review(world: World) -> None:
    """Asked for an agent's bare inline comment, its signed review answers."""
    reviewer = world.run("pr-reviewer").hidden_comment
    world.deliver(
        review(REPO, id=100, author=REVIEWER, body=reviewer, at=minute(1)),
        review_comment(REPO, id=1, review_id=100, author=REVIEWER, body="this leaks", at=minute(1)),
    )
    answer = world.ask_url(f"{REPO.url}/pull/42#discussion_r1")
    assert (answer.confidence, answer.mode, answer.span_id) == (Confidence.EXACT, "artifact_review", "span-pr-reviewer")


def test_a_missing_review_of_an_account_that_signs_makes_nothing_exact(world: World) -> None:
    """A bare comment by an account that signs may belong to a signed review that was never delivered."""
    coder, reviewer = world.run("coder").commit_trailers, world.run("pr-reviewer").hidden_comment
    world.deliver(
        push(REPO, commits=[commit(sha("head"), f"Add it\n\n{coder}")]),
        review_comment(REPO, id=1, review_id=100, author=REVIEWER, body="this leaks", at=minute(2)),
        review_comment(REPO, id=2, review_id=101, in_reply_to_id=1, body=IMPROVE, at=minute(3)),
    )
    assert world.answer().confidence is Confidence.EXACT
    world.deliver(review_comment(REPO, id=9, review_id=102, author=REVIEWER, body=reviewer, at=minute(9)))
    assert (world.answer().confidence, world.answer().span_id) == (Confidence.INFERRED, "span-coder")
    world.deliver(review(REPO, id=100, author=REVIEWER, body="Looks bad to me.", at=minute(1)))
    assert (world.answer().confidence, world.answer().span_id) == (Confidence.EXACT, "span-coder")
