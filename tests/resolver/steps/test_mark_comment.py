"""Marks in the object asked about, and in the review that owns it."""

from __future__ import annotations

import pytest

from store import Store
from tests.support.builders import AGENT, MAINTAINER, OUTSIDER, Person, issue, issue_comment, review, review_comment
from tests.support.marked import COMMENT, WORKFLOW, believing, candidates, decided
from tests.support.world import REPO, World


def asked(world: World, author: Person = AGENT) -> tuple[str, str, str | None]:
    """Ask who made a comment that carries a workflow's mark."""
    world.deliver(
        issue(REPO, number=42), issue_comment(REPO, id=1, number=42, author=author, body=f"Done.\n\n{COMMENT}")
    )
    return decided(world.ask_url(f"{REPO.url}/issues/42#issuecomment-1"))


@pytest.mark.parametrize("author", [AGENT, MAINTAINER])
def test_a_workflows_comment_is_claimed(store: Store, author: Person) -> None:
    """The comment names its run of GitHub Actions, and a registered run named that: it is claimed to have made it."""
    world = believing(store)
    world.run("triager", sessions=(WORKFLOW,))
    assert asked(world, author) == ("claimed", "mark_comment", "span-triager")


def test_a_strangers_mark_is_no_tools(store: Store) -> None:
    """Anybody can paste a mark: from an account that no tool is known to post as it is a hint."""
    world = believing(store)
    world.run("triager", sessions=(WORKFLOW,))
    assert asked(world, OUTSIDER) == ("unresolved", "unresolved", None)
    answer = world.ask_url(f"{REPO.url}/issues/42#issuecomment-1")
    assert candidates(answer) == [("span-triager", "triager")]
    assert "is no account that is known to be a tool's" in answer.findings[-1].detail


def test_where_agents_are_named_only_theirs_count(store: Store) -> None:
    """With a list of agents' accounts, a maintainer's text carries nobody's marks."""
    world = believing(store, agents={"coder[bot]"})
    world.run("triager", sessions=(WORKFLOW,))
    assert asked(world, MAINTAINER) == ("unresolved", "unresolved", None)


def test_the_review_that_owns_a_bare_comment(store: Store) -> None:
    """A comment on a line that carries no mark is its review's, whose mark counts for it."""
    world = believing(store)
    world.run("reviewer", sessions=(WORKFLOW,))
    world.deliver(
        review(REPO, id=900, author=AGENT, body=f"Two remarks.\n\n{COMMENT}"),
        review_comment(REPO, id=70, author=AGENT, body="Why twice?", review_id=900),
    )
    answer = world.ask_url(f"{REPO.url}/pull/42#discussion_r70")
    assert decided(answer) == ("claimed", "mark_comment", "span-reviewer")


def test_feedback_itself_says_nothing_of_who_it_is_about(store: Store) -> None:
    """A maintainer whose own text carries a mark was helped by a tool: the feedback is not about that."""
    world = believing(store)
    world.run("triager", number=7, sessions=(WORKFLOW,))
    world.deliver(
        issue(REPO, number=42, body="It breaks."),
        issue_comment(REPO, id=1, number=42, body=f"/agents improve shorter\n\n{COMMENT}"),
    )
    assert decided(world.answer()) == ("unresolved", "unresolved", None)
    assert world.answer().candidates == ()
