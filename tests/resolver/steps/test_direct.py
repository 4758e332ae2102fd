"""Step 1: a claim in the asking text itself."""

from __future__ import annotations

import pytest

from resolver.ask import Question
from resolver.model.answers import Confidence
from tests.support.builders import (
    AGENT,
    MAINTAINER,
    OUTSIDER,
    commit,
    commit_comment,
    discussion_comment,
    issue_comment,
    minute,
    push,
    review,
    review_comment,
    sha,
)
from tests.support.world import REPO, World

IMPROVE = "/agents improve please handle the empty case\n"


@pytest.mark.parametrize("source", ["issue_comment", "review", "review_comment", "discussion_comment"])
def test_a_pasted_claim_points_at_its_run(world: World, source: str) -> None:
    """A maintainer who pastes a run's claim into the feedback means that run, wherever the feedback stands."""
    number = 7 if source == "discussion_comment" else 42
    body = IMPROVE + world.run("coder", number=number).hidden_comment
    tell = {
        "issue_comment": lambda: issue_comment(REPO, id=1, body=body),
        "review": lambda: review(REPO, id=1, body=body),
        "review_comment": lambda: review_comment(REPO, id=1, body=body),
        "discussion_comment": lambda: discussion_comment(REPO, id=1, body=body),
    }
    world.deliver(tell[source]())
    answer = world.answer()
    assert (answer.confidence, answer.mode, answer.span_id) == (Confidence.EXACT, "direct", "span-coder")


def test_a_pasted_claim_may_be_a_copy(world: World) -> None:
    """A claim that an agent posted first counts in the feedback's own text all the same."""
    mark = world.run("coder").hidden_comment
    world.deliver(
        issue_comment(REPO, id=1, author=AGENT, body=f"Done. {mark}", at=minute(1)),
        issue_comment(REPO, id=2, body=IMPROVE + mark, at=minute(2)),
    )
    assert (world.answer().confidence, world.answer().mode) == (Confidence.EXACT, "direct")


def test_claims_of_two_runs_decide_nothing(world: World) -> None:
    """Feedback that carries claims of two runs is unresolved, with both as candidates."""
    marks = world.run("coder").hidden_comment + "\n" + world.run("planner").hidden_comment
    world.deliver(issue_comment(REPO, id=1, body=IMPROVE + marks))
    answer = world.answer()
    assert (answer.confidence, answer.mode, answer.span_id) == (Confidence.UNRESOLVED, "direct", None)
    assert {candidate.span_id for candidate in answer.candidates} == {"span-coder", "span-planner"}


@pytest.mark.parametrize(
    "wrap", ["```\n{}\n```", "> {}", "    {}", "`{}`", "<!--\n{}"], ids=["fence", "quote", "indent", "code", "open"]
)
def test_a_claim_in_code_or_a_quote_is_none(world: World, wrap: str) -> None:
    """A claim that is only shown, in code, in a quote or behind an unclosed comment, points at nothing."""
    mark = world.run("coder", number=None).hidden_comment
    world.deliver(issue_comment(REPO, id=1, number=50, body=IMPROVE + "\n" + wrap.format(mark)))
    assert world.answer().mode == "unresolved"


def test_a_claim_for_another_number_is_refused_and_said(world: World) -> None:
    """A claim signed for another number does not count, and the finding says why."""
    mark = world.run("coder", number=41).hidden_comment
    world.deliver(issue_comment(REPO, id=1, number=42, body=IMPROVE + mark))
    answer = world.answer()
    assert answer.confidence is Confidence.UNRESOLVED
    assert "number 41" in answer.findings[0].detail


def test_a_claim_for_another_repository_is_refused(world: World) -> None:
    """A claim signed for another repository does not count here."""
    world.run("coder")
    mark = world.marks("coder", span="span-coder", number=42, repository="acme/gadgets").hidden_comment
    world.deliver(issue_comment(REPO, id=1, body=IMPROVE + mark))
    assert world.answer().mode != "direct"


def test_a_strangers_feedback_is_not_resolved(world: World) -> None:
    """Feedback of somebody who may not give any is kept as ignored, without an answer."""
    world.deliver(issue_comment(REPO, id=1, author=OUTSIDER, body=IMPROVE + world.run("coder").hidden_comment))
    feedback = world.feedback()
    assert (feedback.state.status, feedback.resolution) == ("ignored", None)


def test_a_commits_own_trailer(world: World) -> None:
    """Asked of a commit, the claim in its message answers, and the mode says so."""
    trailers = world.run("coder").commit_trailers
    world.deliver(push(REPO, commits=[commit(sha("a"), f"Add it\n\n{trailers}")]))
    answer = world.ask_url(f"{REPO.url}/commit/{sha('a')}")
    assert (answer.confidence, answer.mode, answer.span_id) == (Confidence.EXACT, "commit_trailer", "span-coder")


def test_a_squash_merge_of_two_runs_decides_nothing(world: World) -> None:
    """A commit whose message carries claims of two runs, far apart, is of neither alone."""
    one, other = world.run("coder").commit_trailers, world.run("planner").commit_trailers
    message = f"Squash (#42)\n\n* first\n\n    {one.replace(chr(10), chr(10) + '    ')}\n\n* second\n\n{other}\n\nmore"
    world.deliver(push(REPO, commits=[commit(sha("a"), message)]))
    answer = world.ask_url(f"{REPO.url}/commit/{sha('a')}")
    assert (answer.confidence, answer.mode) == (Confidence.UNRESOLVED, "commit_trailer")
    assert {candidate.span_id for candidate in answer.candidates} == {"span-coder", "span-planner"}


def test_a_text_that_is_asked_about(world: World) -> None:
    """A question may bring its text along: a comment's body, or a commit message."""
    marks = world.run("coder")
    body = world.ask(Question(repository=REPO.name, number=42, body=marks.hidden_comment))
    message = world.ask(Question(repository=REPO.name, commit_message=f"Add it\n\n{marks.commit_trailers}"))
    assert (body.mode, body.span_id) == ("direct", "span-coder")
    assert (message.mode, message.span_id) == ("commit_trailer", "span-coder")


def test_a_run_nobody_registered_is_named_until_it_is(world: World) -> None:
    """A claim of an unregistered run is unresolved, with the span; registering the run makes it exact."""
    mark = world.run("coder", register=False).hidden_comment
    world.deliver(commit_comment(REPO, id=1, commit=sha("a"), body=IMPROVE + mark))
    before = world.answer()
    assert (before.confidence, before.mode, before.span_id) == (Confidence.UNRESOLVED, "direct", "span-coder")
    world.run("coder")
    assert (world.answer().confidence, world.answer().span_id) == (Confidence.EXACT, "span-coder")


def test_without_a_key_nothing_is_exact(world: World) -> None:
    """Where there is no key, an unsigned claim is taken, and gives no more than inferred."""
    open_world = World(world.store, secrets="")
    mark = open_world.run("coder").hidden_comment
    open_world.deliver(issue_comment(REPO, id=1, author=MAINTAINER, body=IMPROVE + mark))
    answer = open_world.answer()
    assert (answer.confidence, answer.mode, answer.span_id) == (Confidence.INFERRED, "direct", "span-coder")
