"""Repositories of one workspace, of several, and of another one than before: who sees what of which feedback."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import permutations

import pytest

from resolver.model.answers import Answer, Confidence
from resolver.settle import NOT_TOLD
from store import Store
from tests.support.builders import AGENT, OUTSIDER, Delivery, Repo, issue_comment, minute, review_comment
from tests.support.world import REPO, World, policy

EXACT, INFERRED, UNRESOLVED = Confidence.EXACT, Confidence.INFERRED, Confidence.UNRESOLVED
IMPROVE = "/agents improve please handle the empty case"
BOTH = {REPO.name: {"one", "two"}}


def answers(world: World, *workspaces: str) -> dict[str, Answer]:
    """Return the answer that each workspace has for the only feedback in it."""
    found = {}
    for workspace in workspaces:
        (feedback,) = world.all_feedback(workspace).values()
        assert feedback.workspace == workspace
        assert feedback.resolution is not None
        found[workspace] = feedback.resolution.answer
    return found


def shown(answer: Answer) -> str:
    """Return everything that an answer says of evidence."""
    candidates = (f"{one.span_id} {one.agent_name} {one.reason}" for one in answer.candidates)
    findings = (f"{one.detail} {' '.join(one.evidence)}" for one in answer.findings)
    return "\n".join((str(answer.span_id), str(answer.diagnostic), *candidates, *findings))


def thread(first: str, second: str) -> list[Delivery]:
    """Return a thread of two agents' comments, and a maintainer's reply to it."""
    return [
        review_comment(REPO, id=1, author=AGENT, body=f"leaks\n{first}", at=minute(1)),
        review_comment(REPO, id=2, in_reply_to_id=1, author=AGENT, body=f"indeed\n{second}", at=minute(2)),
        review_comment(REPO, id=3, in_reply_to_id=1, body=IMPROVE, at=minute(3)),
    ]


def test_a_repository_of_two_workspaces_has_its_feedback_in_both(store: Store) -> None:
    """Each workspace has the feedback for itself, and finds its own run; statuses are each one's own."""
    world = World(store, policy(homes=BOTH))
    marks = world.run("builder", workspace="one")
    world.deliver(
        review_comment(REPO, id=1, author=AGENT, body=f"leaks\n{marks.hidden_comment}", at=minute(1)),
        review_comment(REPO, id=3, in_reply_to_id=1, body=IMPROVE, at=minute(3)),
    )
    found = answers(world, "one", "two")
    assert (found["one"].confidence, found["one"].span_id) == (EXACT, "span-builder")
    assert (found["two"].confidence, found["two"].span_id) == (UNRESOLVED, None)
    assert "builder" not in shown(found["two"])
    assert world.all_feedback("default") == {}


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_beside_another_workspaces_run_nothing_is_exact(store: Store, order: Iterable[int]) -> None:
    """Two workspaces' runs wrote in one thread: neither may be sure, nor does it learn of the other's run."""
    world = World(store, policy(homes=BOTH))
    one = world.run("builder", workspace="one", span="span-of-one")
    two = world.run("tester", workspace="two", span="span-of-two")
    deliveries = thread(one.hidden_comment, two.hidden_comment)
    world.deliver(*(deliveries[index] for index in order))
    found = answers(world, "one", "two")
    assert (found["one"].confidence, found["one"].span_id) == (INFERRED, "span-of-one")
    assert found["two"].confidence is not EXACT
    assert "span-of-two" not in shown(found["one"]) + str(found["one"].candidates)
    assert "tester" not in shown(found["one"])
    assert "span-of-one" not in shown(found["two"])
    assert "builder" not in shown(found["two"])


def test_one_span_in_two_workspaces_is_two_runs(store: Store) -> None:
    """A span names a run within its workspace: the same name in the other one is another run."""
    world = World(store, policy(homes=BOTH))
    marks = world.run("builder", workspace="one", span="same")
    world.run("tester", workspace="two", span="same")
    world.deliver(
        review_comment(REPO, id=1, author=AGENT, body=f"leaks\n{marks.hidden_comment}", at=minute(1)),
        review_comment(REPO, id=3, in_reply_to_id=1, body=IMPROVE, at=minute(3)),
    )
    found = answers(world, "one", "two")
    assert (found["one"].confidence, found["one"].span_id) == (EXACT, "same")
    # The second one's run "same" worked on this number, and is inferred from that alone.
    assert found["two"].confidence is not EXACT


def test_a_claim_of_a_workspace_that_the_repository_is_not_of_is_refused(store: Store) -> None:
    """Pasted into another workspace's repository a claim counts for nothing, and casts no doubt either."""
    world = World(store, policy(homes={REPO.name: {"one"}}))
    one = world.run("builder", workspace="one", span="span-of-one")
    two = world.marks("tester", span="span-of-two", number=42, workspace="two")
    world.deliver(*thread(one.hidden_comment, two.hidden_comment))
    (feedback,) = world.all_feedback("one").values()
    assert feedback.resolution is not None
    assert (feedback.resolution.answer.confidence, feedback.resolution.answer.span_id) == (EXACT, "span-of-one")
    assert "span-of-two" not in shown(feedback.resolution.answer)
    with world.facts() as catalogue:
        assert catalogue.artifacts("two", "span-of-two", before=None, limit=9) == ()


def test_a_repository_that_is_given_away_is_the_others_from_then_on(store: Store) -> None:
    """What came before stays as it was; what comes then is the new workspace's, and runs of its are bound to it."""
    World(store).deliver(issue_comment(REPO, id=1, number=42, body=IMPROVE, at=minute(1)))
    world = World(store, policy(homes={REPO.name: {"one"}}))
    world.run("builder", workspace="one", at=minute(2))
    world.deliver(issue_comment(REPO, id=2, number=42, body=IMPROVE, at=minute(5)))
    assert len(world.all_feedback("default")) == 1
    (given,) = world.all_feedback("one").values()
    assert given.object.ref.id == 2
    assert given.resolution is not None
    assert (given.resolution.answer.confidence, given.resolution.answer.span_id) == (INFERRED, "span-builder")
    with world.facts() as catalogue:
        former = catalogue.feedback_list("default", repository=REPO.name, before=None, limit=9)
    assert [feedback.object.ref.id for _, feedback in former] == [1]
    edited = issue_comment(REPO, "edited", id=1, body="never mind", at=minute(6), created_at=minute(1), was=IMPROVE)
    world.deliver(edited)
    (kept,) = world.all_feedback("default").values()
    assert (kept.state.status, kept.state.body) == ("new", IMPROVE)
    with world.facts() as catalogue:
        assert [one.body for one in catalogue.feedback_revisions(kept.id)] == [IMPROVE]
    world.deliver(review_comment(REPO, id=9, author=AGENT, body="signed", at=minute(7)))
    assert world.all_feedback("default")[kept.object.url].resolution == kept.resolution


def test_what_nobody_assigns_stays_where_it_is(store: Store) -> None:
    """A service of another workspace takes nothing over: only a setting that names a repository moves it."""
    World(store).deliver(issue_comment(REPO, id=1, number=42, body=IMPROVE, at=minute(1)))
    other = World(store, replace(policy(homes={"elsewhere/*": {"one"}}), workspace="other"))
    other.deliver(issue_comment(REPO, id=2, number=42, body=IMPROVE, at=minute(2)))
    assert (len(other.all_feedback("default")), other.all_feedback("other")) == (2, {})


def test_a_name_goes_before_its_owner() -> None:
    """A repository that is named whole is not its owner's others; names are compared in any case."""
    rules = policy(homes={"acme/*": {"one"}, "acme/widgets": {"two", "three"}})
    assert rules.homes_of("Acme/Widgets") == frozenset({"two", "three"})
    assert rules.homes_of("acme/gears") == frozenset({"one"})
    assert rules.homes_of("beta/gears") is None
    assert rules.workspaces == {"default", "one", "two", "three"}


@pytest.mark.parametrize(("home", "told"), [("two", False), ("default", True)])
def test_what_happens_in_another_workspace_is_no_named_cause(store: Store, home: str, told: bool) -> None:  # noqa: FBT001
    """A claim that turns up in another workspace's repository changes an answer; by which delivery is not told."""
    other = Repo(id=REPO.id + 1, name="beta/tools")
    world = World(store, policy(homes={other.name: {home}}))
    mark = world.run("builder").hidden_comment
    world.deliver(
        review_comment(REPO, id=1, author=AGENT, body=f"leaks\n{mark}", at=minute(2)),
        review_comment(REPO, id=3, in_reply_to_id=1, body=IMPROVE, at=minute(3)),
    )
    assert answers(world, "default")["default"].confidence is EXACT
    first = issue_comment(other, id=1, author=OUTSIDER, body=mark, at=minute(1))
    world.deliver(first)
    (found,) = world.all_feedback().values()
    assert found.resolution is not None
    assert found.resolution.answer.confidence is not EXACT
    assert found.resolution.cause == (f"delivery {first.guid}" if told else NOT_TOLD)
