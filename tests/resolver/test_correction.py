"""What a person says of feedback: it stands against any delivery, until somebody says otherwise."""

from __future__ import annotations

import itertools

import pytest

from resolver.authority import Authority
from resolver.correction import MANUAL, Corrected, Correction, correct
from resolver.errors import ConflictError, RefusedError
from resolver.feedback import state_of
from resolver.locks import repository_lock
from resolver.model.answers import Candidate, Confidence, Outcome
from resolver.model.feedback import Feedback, Status
from store import Store
from tests.support.builders import AGENT, OUTSIDER, Delivery, issue_comment, minute, pull_request, review_comment
from tests.support.world import REPO, World, policy

IMPROVE = "/agents improve please"


def say(world: World, feedback: Feedback, span_id: str | None, reason: str = "I was there") -> Corrected:
    """Correct the answer to some feedback."""
    with world.store.transaction(repository_lock(feedback.object.ref.repository_id)) as ledger:
        present = ledger.feedback(feedback.id)
        assert present is not None
        return correct(ledger, present, Correction(span_id=span_id, reason=reason, by="maya"), at=world.now)


def reply(text: str = IMPROVE, *, action: str = "created", at: int = 5, was: str | None = None) -> Delivery:
    """Tell of feedback that replies to review comment 1."""
    return review_comment(
        REPO, action, id=2, in_reply_to_id=1, review_id=101, body=text, at=minute(at), created_at=minute(5), was=was
    )


def evidence(world: World) -> list[Delivery]:
    """Return what makes such feedback exact when nobody has corrected it: all of it late."""
    mark = world.marks("coder", span="span-coder", number=42).hidden_comment
    return [
        review_comment(REPO, id=1, author=AGENT, review_id=100, body=f"leaks {mark}", at=minute(3)),
        issue_comment(REPO, id=3, author=AGENT, body=f"done {mark}", at=minute(4)),
        pull_request(REPO, author=AGENT, body=f"A change. {mark}", at=minute(1)),
    ]


@pytest.mark.parametrize("span_id", ["span-reviewer", None])
@pytest.mark.parametrize("order", list(itertools.permutations(range(4)))[::5])
def test_a_correction_stands_whatever_arrives_later(store: Store, span_id: str | None, order: tuple[int, ...]) -> None:
    """Evidence that would have made the answer exact changes nothing any more, in whatever order it comes."""
    world = World(store)
    world.run("reviewer", number=43)
    world.deliver(reply())
    corrected = say(world, world.feedback(), span_id).resolution
    for index in order:
        if index == 3:
            world.run("coder")
        else:
            world.deliver(evidence(world)[index])
    world.deliver(reply().again())
    assert world.feedback().resolution == corrected


def test_without_a_correction_the_same_evidence_counts(world: World) -> None:
    """The same deliveries do change the answer to feedback that nobody has corrected."""
    world.deliver(reply())
    assert world.answer().confidence is Confidence.UNRESOLVED
    world.run("coder")
    world.deliver(*evidence(world))
    assert (world.answer().confidence, world.answer().span_id) == (Confidence.EXACT, "span-coder")


def test_a_correction_explains_itself(world: World) -> None:
    """It has one finding, which says who decided, why, and what was answered before; the former run is a candidate."""
    world.run("coder")
    world.run("reviewer", number=43)
    world.deliver(*evidence(world), reply())
    corrected = say(world, world.feedback(), "span-reviewer")
    answer = corrected.resolution.answer
    (finding,) = answer.findings
    assert (finding.step, finding.outcome, finding.detail) == (
        MANUAL,
        Outcome.DECIDED,
        "corrected by maya: I was there",
    )
    assert finding.evidence == ("the answer before: artifact_parent_comment, exact, run span-coder",)
    assert answer.candidates == (Candidate("span-coder", "coder", "the answer before this correction"),)
    assert (answer.confidence, answer.mode, answer.diagnostic) == (Confidence.EXACT, MANUAL, "I was there")
    assert corrected.run is not None
    assert corrected.run.agent_name == "reviewer"
    assert world.answer() == answer


def test_a_former_run_that_nobody_registered_is_a_candidate_all_the_same(world: World) -> None:
    """The span of a claim whose run is unknown stays as a candidate, without a name."""
    world.deliver(*evidence(world), reply())
    former = world.answer().span_id
    answer = say(world, world.feedback(), None).resolution.answer
    assert former == "span-coder"
    assert answer.candidates == (Candidate("span-coder", None, "the answer before this correction"),)


def test_the_same_is_not_said_twice(world: World) -> None:
    """The newest answer is returned when it says the same already; after another answer it is said anew."""
    world.run("coder")
    world.deliver(reply())
    said = [say(world, world.feedback(), span_id) for span_id in ("span-coder", "span-coder", None, "span-coder")]
    assert [one.new for one in said] == [True, False, True, True]
    assert said[1].resolution == said[0].resolution
    assert said[1].run == said[0].run


def test_feedback_that_was_never_answered_can_be_corrected(world: World) -> None:
    """Where there is no answer before, the finding names none."""
    world.run("coder")
    comment = issue_comment(REPO, id=9, body=IMPROVE, at=minute(5))
    (seen, reading), *_ = world.prepared(comment).objects
    world.deliver(issue_comment(REPO, id=8, body="hello", at=minute(1)))
    with world.store.transaction() as ledger:
        ledger.put_object(seen, reading)
        state = state_of(seen.object, (seen.revision,), Authority(ledger, world.policy, world.clock, REPO.id))
        assert state is not None
        ledger.put_feedback(state, world.now)
    answer = say(world, world.feedback(), "span-coder").resolution.answer
    assert (answer.findings[0].evidence, answer.candidates) == ((), ())


def test_restored_feedback_is_answered_by_the_chain(world: World) -> None:
    """A correction goes with the text that it spoke of: taken back and restored, feedback is resolved afresh."""
    world.run("coder")
    world.deliver(*evidence(world), reply())
    say(world, world.feedback(), None)
    world.deliver(reply("never mind", action="edited", at=6, was=IMPROVE))
    assert world.feedback().resolution is None
    with pytest.raises(ConflictError, match="withdrawn"):
        say(world, world.feedback(), None)
    world.deliver(reply(IMPROVE, action="edited", at=7, was="never mind"))
    assert (world.feedback().state.status, world.answer().mode) == (Status.NEW, "artifact_parent_comment")


def test_ignored_feedback_cannot_be_corrected(store: Store) -> None:
    """What somebody without a say wrote has no answer, and a person gives it none either."""
    world = World(store, policy(authors={"maintainer"}))
    world.deliver(issue_comment(REPO, id=1, author=OUTSIDER, body=IMPROVE, at=minute(1)))
    with pytest.raises(ConflictError, match="ignored"):
        say(world, world.feedback(), None)


def test_a_run_that_nobody_registered_cannot_be_named(world: World) -> None:
    """A person's word is only taken for runs that are known."""
    world.deliver(reply())
    with pytest.raises(RefusedError, match="registered"):
        say(world, world.feedback(), "span-coder")
    assert world.answer().mode != MANUAL
