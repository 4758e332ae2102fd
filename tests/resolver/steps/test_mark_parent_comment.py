"""Marks in the comment replied to."""

from __future__ import annotations

from store import Store
from tests.support.builders import AGENT, MAINTAINER, commit, minute, push, review, review_comment, sha
from tests.support.marked import COMMENT, IMPROVE, SESSION, TRAILER, WORKFLOW, believing, decided
from tests.support.world import REPO, World


def _reply_to_a_marked_comment(world: World) -> None:
    """Let the coder's marked commit be remarked on by a marked comment, and a maintainer answer that."""
    world.run("coder", sessions=(SESSION,))
    world.deliver(
        push(REPO, commits=[commit(sha("head"), TRAILER, modified=("src/app.py",))]),
        review(REPO, id=4200, author=AGENT, body="", at=minute(1)),
        review_comment(REPO, id=70, author=AGENT, body=f"Why twice?\n\n{COMMENT}", at=minute(1)),
        review_comment(REPO, id=71, in_reply_to_id=70, body=IMPROVE, review_id=4300, at=minute(3)),
    )


def test_a_reply_is_about_the_session_that_is_replied_to(store: Store) -> None:
    """The comment replied to names a session: the feedback is about its run, not about the line's commit."""
    world = believing(store)
    world.run("reviewer", sessions=(WORKFLOW,))
    _reply_to_a_marked_comment(world)
    assert decided(world.answer()) == ("claimed", "mark_parent_comment", "span-reviewer")


def test_a_session_of_no_run_ends_the_search(store: Store) -> None:
    """A comment by a session that nobody registered is somebody's, so the commit below it is not asked."""
    world = believing(store)
    _reply_to_a_marked_comment(world)
    assert world.answer().span_id is None
    world.run("reviewer", sessions=(WORKFLOW,))
    assert decided(world.answer()) == ("claimed", "mark_parent_comment", "span-reviewer")


def test_the_review_that_owns_the_parent(store: Store) -> None:
    """A bare comment of a marked review leads to the review's run."""
    world = believing(store)
    world.run("reviewer", sessions=(WORKFLOW,))
    world.deliver(
        review(REPO, id=900, author=AGENT, body=f"Two remarks.\n\n{COMMENT}", at=minute(1)),
        review_comment(REPO, id=70, author=AGENT, body="Why twice?", review_id=900, at=minute(1)),
        review_comment(REPO, id=71, in_reply_to_id=70, body=IMPROVE, review_id=4300, at=minute(3)),
    )
    assert decided(world.answer()) == ("claimed", "mark_parent_comment", "span-reviewer")


def test_a_parent_that_was_never_delivered_leaves_it_a_guess(store: Store) -> None:
    """Where the comment replied to is not known, the mark of the commit is no more than inferred."""
    world = believing(store)
    world.run("coder", sessions=(SESSION,))
    world.deliver(
        push(REPO, commits=[commit(sha("head"), TRAILER, modified=("src/app.py",))]),
        review_comment(REPO, id=71, in_reply_to_id=70, body=IMPROVE, review_id=4300, at=minute(3)),
    )
    assert decided(world.answer()) == ("inferred", "mark_commit", "span-coder")
    assert (world.answer().diagnostic or "").startswith("not claimed: ")


def test_a_person_who_is_replied_to(store: Store) -> None:
    """A person's comment carries no mark: a reply to it is about the line, as of old."""
    world = believing(store)
    world.run("coder", sessions=(SESSION,))
    world.deliver(
        push(REPO, commits=[commit(sha("head"), TRAILER, modified=("src/app.py",))]),
        review_comment(REPO, id=70, author=MAINTAINER, body="Why twice?", at=minute(1)),
        review_comment(REPO, id=71, in_reply_to_id=70, body=IMPROVE, review_id=4300, at=minute(3)),
    )
    assert decided(world.answer()) == ("claimed", "mark_commit", "span-coder")
