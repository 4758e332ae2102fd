"""Marks beside what is signed, and in any order of arrival."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations
from pathlib import Path

import pytest

from resolver.model.answers import Answer
from resolver.model.runs import Run
from store import Store, open_store
from tests.support.builders import (
    AGENT,
    Delivery,
    commit,
    issue_comment,
    minute,
    pull_request,
    push,
    review,
    review_comment,
    sha,
)
from tests.support.databases import fresh_sqlite
from tests.support.marked import COMMENT, IMPROVE, SESSION, TRAILER, WORKFLOW, believing, decided
from tests.support.world import NOW, REPO, World

Part = Delivery | Run


def run(agent: str, *sessions: str, number: int = 42) -> Run:
    """Make a run."""
    return Run(
        "default", f"span-{agent}", REPO.name, agent, NOW.replace(year=2025), number=number, numbers=(number,),
        sessions=sessions,
    )  # fmt: skip


def on_a_line() -> list[Part]:
    """Tell of feedback on a line of a marked commit, replying to nobody."""
    return [
        run("coder", SESSION),
        push(REPO, commits=[commit(sha("head"), f"Add it\n\n{TRAILER}", modified=("src/app.py",))]),
        pull_request(REPO, head=sha("head")),
        review_comment(REPO, id=1, body=IMPROVE, at=minute(3)),
    ]


def in_reply() -> list[Part]:
    """Tell of a reply to a marked comment."""
    return [
        run("reviewer", WORKFLOW),
        review(REPO, id=4200, author=AGENT, body="", at=minute(1)),
        review_comment(REPO, id=70, author=AGENT, body=f"Why?\n\n{COMMENT}", at=minute(1)),
        review_comment(REPO, id=71, in_reply_to_id=70, review_id=4300, body=IMPROVE, at=minute(3)),
    ]


def on_the_whole() -> list[Part]:
    """Tell of a general comment on a marked pull request, at which another run was at work."""
    return [
        run("coder", WORKFLOW, number=7),
        run("other"),
        pull_request(REPO, head=sha("head"), author=AGENT, body=f"A change.\n\n{COMMENT}"),
        issue_comment(REPO, id=1, body=IMPROVE, at=minute(9)),
    ]


def take(world: World, parts: tuple[Part, ...]) -> Answer:
    """Let everything arrive in an order; return what it comes to."""
    for part in parts:
        if isinstance(part, Run):
            world.register(part)
        else:
            world.deliver(part)
    return world.answer()


@pytest.mark.parametrize("story", [on_a_line, in_reply, on_the_whole])
def test_the_order_of_arrival_does_not_show(story: Callable[[], list[Part]], tmp_path: Path) -> None:
    """Whatever comes first, the same deliveries and runs end in the same claimed answer."""
    answers = set()
    for number, parts in enumerate(permutations(story())):
        store = open_store(fresh_sqlite(tmp_path / f"{number}.db"))
        answers.add(take(believing(store), parts))
        store.close()
    assert len(answers) == 1
    assert {answer.confidence for answer in answers} == {"claimed"}


def test_signed_evidence_that_comes_later_replaces_a_claimed_answer(store: Store) -> None:
    """A claimed answer gives way to what is signed, whatever run that names, and does not come back."""
    world = believing(store)
    world.register(run("coder", SESSION))
    signed = world.run("planner", at=minute(0)).hidden_comment
    world.deliver(
        push(REPO, commits=[commit(sha("head"), f"Add it\n\n{TRAILER}", modified=("src/app.py",))]),
        pull_request(REPO, head=sha("head")),
        review_comment(REPO, id=71, in_reply_to_id=70, review_id=4300, body=IMPROVE, at=minute(3)),
    )
    assert decided(world.answer())[2] == "span-coder"
    world.deliver(
        review(REPO, id=4200, author=AGENT, body="", at=minute(1)),
        review_comment(REPO, id=70, author=AGENT, body=f"Why?\n\n{signed}", at=minute(1)),
    )
    assert decided(world.answer()) == ("exact", "artifact_parent_comment", "span-planner")


def test_a_run_that_signed_and_is_not_registered_is_waited_for(store: Store) -> None:
    """Signed evidence of an unknown run leaves no room for marks: the answer names the span, unresolved."""
    world = believing(store)
    world.register(run("coder", SESSION))
    trailers = world.run("planner", register=False).commit_trailers
    world.deliver(
        push(REPO, commits=[commit(sha("head"), f"Add it\n\n{TRAILER}\n{trailers}", modified=("src/app.py",))]),
        pull_request(REPO, head=sha("head")),
        review_comment(REPO, id=1, body=IMPROVE, at=minute(3)),
    )
    assert decided(world.answer()) == ("unresolved", "commit_artifact", "span-planner")


def test_runs_that_signed_and_disagree_are_the_candidates(store: Store) -> None:
    """Where two runs signed, a mark does not decide between them, nor stands beside them."""
    world = believing(store)
    world.register(run("coder", SESSION))
    message = "\n\n".join(["Squash", *(world.run(name).commit_trailers for name in ("one", "two")), TRAILER])
    world.deliver(
        push(REPO, commits=[commit(sha("head"), message, modified=("src/app.py",))]),
        pull_request(REPO, head=sha("head")),
        review_comment(REPO, id=1, body=IMPROVE, at=minute(3)),
    )
    answer = world.answer()
    assert decided(answer) == ("unresolved", "commit_artifact", None)
    assert {one.span_id for one in answer.candidates} == {"span-one", "span-two"}
