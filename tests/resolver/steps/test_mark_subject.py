"""Marks in the body of what a general comment is about."""

from __future__ import annotations

from store import Store
from tests.support.builders import AGENT, issue_comment, minute, pull_request, sha
from tests.support.marked import COMMENT, IMPROVE, WORKFLOW, believing, candidates, decided
from tests.support.world import REPO, World


def test_a_general_comment_is_about_the_body(store: Store) -> None:
    """The body names a session of a registered run; so it is claimed, before any guess from times."""
    world = believing(store)
    world.run("coder", number=7, sessions=(WORKFLOW,))
    world.run("guessed")
    world.deliver(
        pull_request(REPO, head=sha("head"), author=AGENT, body=f"A change.\n\n{COMMENT}"),
        issue_comment(REPO, id=1, body=IMPROVE, at=minute(9)),
    )
    assert decided(world.answer()) == ("claimed", "mark_subject", "span-coder")
    assert candidates(world.answer()) == [("span-guessed", "guessed")]


def test_as_hints_the_guess_stays(world: World) -> None:
    """Where marks are hints, the run of that time stays the answer, and the marked one is a candidate beside it."""
    world.run("coder", number=7, sessions=(WORKFLOW,))
    world.run("guessed")
    world.deliver(
        pull_request(REPO, head=sha("head"), author=AGENT, body=f"A change.\n\n{COMMENT}"),
        issue_comment(REPO, id=1, body=IMPROVE, at=minute(9)),
    )
    assert decided(world.answer()) == ("inferred", "inferred", "span-guessed")
    assert candidates(world.answer()) == [("span-coder", "coder")]


def test_an_edit_that_takes_the_mark_away(store: Store) -> None:
    """What the body said when the feedback was given counts, whatever it says later."""
    world = believing(store)
    world.run("coder", number=7, sessions=(WORKFLOW,))
    body = f"A change.\n\n{COMMENT}"
    world.deliver(
        pull_request(REPO, head=sha("head"), author=AGENT, body=body, at=minute(1)),
        issue_comment(REPO, id=1, body=IMPROVE, at=minute(9)),
        pull_request(REPO, "edited", head=sha("head"), author=AGENT, body="A change.", at=minute(20), was=body),
    )
    assert decided(world.answer()) == ("claimed", "mark_subject", "span-coder")
