"""Step 12: who wrote the body of the issue, pull request or discussion."""

from __future__ import annotations

from functools import partial

import pytest

from resolver.model.answers import Answer, Confidence
from tests.support.builders import (
    AGENT,
    MAINTAINER,
    OUTSIDER,
    Delivery,
    commit,
    discussion,
    discussion_comment,
    issue,
    issue_comment,
    minute,
    pull_request,
    push,
    review,
    review_comment,
    sha,
)
from tests.support.world import REPO, World

IMPROVE = "/agents improve please handle the empty case"
EXACT, INFERRED, UNRESOLVED = Confidence.EXACT, Confidence.INFERRED, Confidence.UNRESOLVED
CODER = (EXACT, "artifact_subject", "span-coder")

feedback = partial(issue_comment, REPO, id=1, body=IMPROVE, at=minute(9))


def body(world: World, agent: str = "coder", number: int = 42) -> str:
    """Write a text that an agent's run signed."""
    return f"A change. {world.run(agent, number=number).hidden_comment}"


def opened(world: World) -> Delivery:
    """Let the coder open the pull request."""
    return pull_request(REPO, author=AGENT, body=body(world), head=sha("head"), at=minute(0))


def decided(answer: Answer) -> tuple[Confidence, str, str | None]:
    """Return how surely, by which step, which run is the answer."""
    return answer.confidence, answer.mode, answer.span_id


@pytest.mark.parametrize("late", [True, False])
@pytest.mark.parametrize("kind", ["pull request", "issue", "discussion"])
def test_a_general_comment(world: World, kind: str, *, late: bool) -> None:
    """A general comment where one run alone signed anything is about that run, which wrote the body."""
    text = body(world)
    subject, asked = {
        "pull request": (pull_request(REPO, author=AGENT, body=text), feedback()),
        "issue": (issue(REPO, number=42, author=AGENT, body=text), feedback(on_pull=False)),
        "discussion": (
            discussion(REPO, number=42, author=AGENT, body=text),
            discussion_comment(REPO, id=1, number=42, body=IMPROVE, at=minute(9)),
        ),
    }[kind]
    for one in (asked, subject) if late else (subject, asked):
        world.deliver(one)
    assert decided(world.answer()) == CODER


@pytest.mark.parametrize("late", [True, False])
@pytest.mark.parametrize("what", ["comment", "review", "review comment", "commit"])
def test_another_run_signed_something(world: World, what: str, *, late: bool) -> None:
    """Where another run signed anything on the number before, the one that wrote the body is only inferred."""
    marks = world.run("planner")
    other = {
        "comment": issue_comment(REPO, id=5, author=AGENT, body=marks.hidden_comment, at=minute(3)),
        "review": review(REPO, id=5, author=AGENT, body=marks.hidden_comment, at=minute(3)),
        "review comment": review_comment(REPO, id=5, author=AGENT, body=marks.hidden_comment, at=minute(3)),
        "commit": push(REPO, commits=[commit(sha("head"), f"Add\n\n{marks.commit_trailers}")], at=minute(3)),
    }[what]
    world.deliver(opened(world))
    for one in (feedback(), other) if late else (other, feedback()):
        world.deliver(one)
    assert decided(world.answer()) == (INFERRED, "artifact_subject", "span-coder")


def test_the_same_run_signed_more(world: World) -> None:
    """What the run of the body signed besides, and what people wrote, takes nothing back."""
    marks = world.run("coder")
    world.deliver(
        opened(world),
        push(REPO, commits=[commit(sha("head"), f"Add\n\n{marks.commit_trailers}")], at=minute(1)),
        issue_comment(REPO, id=5, author=AGENT, body=marks.hidden_comment, at=minute(3)),
        issue_comment(REPO, id=6, author=MAINTAINER, body="Thanks.", at=minute(4)),
        feedback(),
    )
    assert decided(world.answer()) == CODER


def test_what_other_runs_do_later_or_elsewhere(world: World) -> None:
    """A run that signed after the feedback, or on another number, does not count."""
    later, elsewhere = world.run("planner").hidden_comment, body(world, "fixer", 43)
    world.deliver(
        opened(world),
        feedback(),
        issue_comment(REPO, id=5, author=AGENT, body=later, at=minute(20)),
        issue_comment(REPO, id=6, number=43, author=AGENT, body=elsewhere, at=minute(3)),
    )
    assert decided(world.answer()) == CODER


def test_a_claim_that_an_outsider_copied_here(world: World) -> None:
    """A stranger who pastes another number's claim does not make another run speak here."""
    mark = body(world, "fixer", 43)
    world.deliver(
        opened(world),
        issue_comment(REPO, id=6, number=43, author=AGENT, body=mark, at=minute(1)),
        issue_comment(REPO, id=7, author=OUTSIDER, body=mark, at=minute(2)),
        feedback(),
    )
    assert decided(world.answer()) == CODER


def test_a_copied_body(world: World) -> None:
    """A body whose author pasted a claim that somebody else had posted before is nobody's."""
    mark = body(world)
    world.deliver(
        issue_comment(REPO, id=6, author=AGENT, body=mark, at=minute(-5)),
        pull_request(REPO, author=OUTSIDER, body=mark, at=minute(0)),
        feedback(),
    )
    assert world.answer().mode != "artifact_subject"


@pytest.mark.parametrize("at", [5, 20])
@pytest.mark.parametrize("last", ["feedback", "edit"])
def test_a_body_that_another_run_rewrote(world: World, at: float, last: str) -> None:
    """The body speaks for the run that it named when the feedback was given."""
    first, second = body(world), body(world, "planner")
    edit = pull_request(
        REPO, "edited", author=AGENT, body=second, at=minute(at), created_at=minute(0), was=first
    )  # fmt: skip
    told = [pull_request(REPO, author=AGENT, body=first, at=minute(0)), edit, feedback()]
    for one in told if last == "feedback" else reversed(told):
        world.deliver(one)
    assert (world.answer().mode, world.answer().span_id) == (
        "artifact_subject",
        "span-planner" if at == 5 else "span-coder",
    )
    assert at == 5 or world.answer().confidence is EXACT


def test_a_body_from_which_the_claim_was_taken(world: World) -> None:
    """A body that no longer carried a claim when the feedback was given names nobody."""
    first = body(world)
    world.deliver(
        pull_request(REPO, author=AGENT, body=first, at=minute(0)),
        pull_request(REPO, "edited", author=AGENT, body="By me.", at=minute(5), created_at=minute(0), was=first),
        feedback(),
    )
    assert world.answer().mode != "artifact_subject"


def test_a_body_whose_text_at_the_time_is_unknown(world: World) -> None:
    """Of a pull request that was first delivered later, nobody knows what its body said before: nothing is exact."""
    text = body(world)
    world.deliver(
        feedback(), pull_request(REPO, "closed", author=AGENT, body=text, at=minute(30), created_at=minute(0))
    )
    assert world.answer().confidence is not EXACT


def test_a_body_of_two_runs(world: World) -> None:
    """A body that two runs signed names neither."""
    world.deliver(pull_request(REPO, author=AGENT, body=body(world) + body(world, "planner")), feedback())
    assert decided(world.answer()) == (UNRESOLVED, "artifact_subject", None)
    assert {one.span_id for one in world.answer().candidates} == {"span-coder", "span-planner"}


def test_a_persons_body(world: World) -> None:
    """Below a person's body the walk goes on, to a guess from times."""
    world.run("coder")
    world.deliver(pull_request(REPO, author=MAINTAINER, body="A change."), feedback())
    assert decided(world.answer()) == (INFERRED, "inferred", "span-coder")


def test_a_reply_in_a_discussion(world: World) -> None:
    """A reply to a person is about that comment, so that the one who began the discussion is only inferred."""
    world.deliver(
        discussion(REPO, number=42, author=AGENT, body=body(world)),
        discussion_comment(REPO, id=5, number=42, author=MAINTAINER, body="Hm.", at=minute(2)),
        discussion_comment(REPO, id=1, number=42, parent_id=5, body=IMPROVE, at=minute(9)),
    )
    assert decided(world.answer()) == (INFERRED, "artifact_subject", "span-coder")


def test_a_comment_on_a_line_is_not_a_general_one(world: World) -> None:
    """A comment on a line of which nothing is known is not surely about who opened the pull request."""
    docs = commit(sha("head"), f"Add\n\n{world.run('coder').commit_trailers}", modified=("docs/guide.md",))
    world.deliver(opened(world), push(REPO, commits=[docs]), review_comment(REPO, id=1, body=IMPROVE, at=minute(9)))
    assert world.answer().confidence is not EXACT


def test_a_claim_for_the_issue_that_is_closed(world: World) -> None:
    """A body signed for issue 5, which it closes, speaks for that run."""
    text = f"Closes #5. {world.run('coder', number=5).hidden_comment}"
    world.deliver(pull_request(REPO, author=AGENT, body=text), feedback())
    assert decided(world.answer()) == CODER


def test_a_run_nobody_registered(world: World) -> None:
    """The run of the body is named though nobody registered it, and exact once somebody does."""
    mark = world.run("coder", register=False).hidden_comment
    world.deliver(pull_request(REPO, author=AGENT, body=mark), feedback())
    assert decided(world.answer()) == (UNRESOLVED, "artifact_subject", "span-coder")
    world.run("coder")
    assert decided(world.answer()) == CODER


def test_an_unsigned_claim(world: World) -> None:
    """Where there is no key, the run of the body is no more than inferred."""
    open_world = World(world.store, secrets="")
    open_world.deliver(opened(open_world), feedback())
    assert decided(open_world.answer()) == (INFERRED, "artifact_subject", "span-coder")
