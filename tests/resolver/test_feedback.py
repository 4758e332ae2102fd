"""What becomes feedback, whose, and which states it goes through."""

from __future__ import annotations

import itertools
from functools import partial

import pytest

from resolver.model.feedback import Status
from store import Store
from tests.support.builders import (
    AGENT,
    MAINTAINER,
    OUTSIDER,
    Delivery,
    Person,
    commit_comment,
    discussion,
    discussion_comment,
    issue,
    issue_comment,
    minute,
    pull_request,
    review,
    review_comment,
    sha,
)
from tests.support.world import REPO, World, policy

IMPROVE = "/agents improve please"
OTHER = Person(id=601, login="second", association="MEMBER")


def created(body: str = IMPROVE, author: Person = MAINTAINER) -> Delivery:
    """Write a comment."""
    return issue_comment(REPO, id=1, author=author, body=body, at=minute(1))


def edited(body: str, at: int, *, was: str, sender: Person = MAINTAINER, author: Person = MAINTAINER) -> Delivery:
    """Edit that comment."""
    return issue_comment(
        REPO, "edited", id=1, author=author, body=body, at=minute(at), created_at=minute(1), was=was, sender=sender
    )


def deleted(body: str = IMPROVE, at: int = 1) -> Delivery:
    """Delete that comment."""
    return issue_comment(REPO, "deleted", id=1, body=body, at=minute(at), created_at=minute(1))


@pytest.mark.parametrize(
    "said",
    [
        issue_comment(REPO, id=1, body=IMPROVE),
        review(REPO, id=1, body=IMPROVE),
        review_comment(REPO, id=1, body=IMPROVE),
        commit_comment(REPO, id=1, commit=sha("a"), body=IMPROVE),
        discussion_comment(REPO, id=1, body=IMPROVE),
    ],
    ids=lambda said: said.event,
)
def test_where_feedback_may_stand(world: World, said: Delivery) -> None:
    """The command counts in every kind of comment and in a review; the rest of the text is the instruction."""
    world.deliver(said)
    state = world.feedback().state
    assert (state.status, state.authorized, state.instruction) == (Status.NEW, True, "please")


@pytest.mark.parametrize(
    "said",
    [issue(REPO, body=IMPROVE), pull_request(REPO, author=MAINTAINER, body=IMPROVE), discussion(REPO, body=IMPROVE)],
    ids=lambda said: said.event,
)
def test_where_feedback_may_not_stand(world: World, said: Delivery) -> None:
    """The body of an issue, pull request or discussion is no feedback."""
    world.deliver(said)
    assert world.all_feedback() == {}


def test_the_author_counts_not_the_sender(world: World) -> None:
    """Who sent the delivery of a new comment does not matter: its author does."""
    world.deliver(issue_comment(REPO, id=1, author=OUTSIDER, sender=MAINTAINER, body=IMPROVE))
    assert world.feedback().state.status is Status.IGNORED


def test_a_bot_needs_to_be_named(world: World, store_two: Store) -> None:
    """A bot's command is ignored, whatever its association, unless the list names it."""
    bot = Person(id=700, login="helper[bot]", type="Bot", association="MEMBER")
    world.deliver(created(author=bot))
    assert world.feedback().state.status is Status.IGNORED
    named = World(store_two, policy=policy(authors={"helper[bot]"}))
    named.deliver(created(author=bot))
    assert named.feedback().state.status is Status.NEW


def test_editing_the_command_away_withdraws_and_restoring_renews(world: World) -> None:
    """Removing the command withdraws the feedback, putting it back makes it new; every version is kept."""
    world.deliver(created())
    world.deliver(edited("never mind", 2, was=IMPROVE))
    assert world.feedback().state.status is Status.WITHDRAWN
    world.deliver(edited("/agents improve again", 3, was="never mind"))
    feedback = world.feedback()
    assert (feedback.state.status, feedback.state.instruction) == (Status.NEW, "again")
    with world.facts() as facts:
        bodies = [revision.body for revision in facts.feedback_revisions(feedback.id)]
    assert bodies == ["/agents improve again", "never mind", IMPROVE]


def test_deleting_withdraws(world: World) -> None:
    """Deleting the comment withdraws the feedback; its text is kept."""
    world.deliver(created(), deleted())
    assert (world.feedback().state.status, world.feedback().state.body) == (Status.WITHDRAWN, IMPROVE)


def test_an_edit_by_another_hand_is_not_authorised(world: World) -> None:
    """Without a list, nothing vouches for an editor who is not the author: the edited feedback is ignored."""
    world.deliver(created(), edited("/agents improve differently", 2, was=IMPROVE, sender=OTHER))
    assert world.feedback().state.status is Status.IGNORED


def test_an_edit_by_another_named_hand_is_authorised(world: World) -> None:
    """With a list, author and editor both have to be on it."""
    listed = World(world.store, policy=policy(authors={"maintainer", "second"}))
    listed.deliver(created(), edited("/agents improve differently", 2, was=IMPROVE, sender=OTHER))
    assert listed.feedback().state.status is Status.NEW
    listed.deliver(edited("/agents improve badly", 3, was="/agents improve differently", sender=OUTSIDER))
    assert listed.feedback().state.status is Status.IGNORED


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_the_order_of_arrival_does_not_matter(world: World, order: tuple[int, ...]) -> None:
    """Created, edited, edited back and deleted end alike, in whatever order they come, and twice."""
    story = [created(), edited("no", 2, was=IMPROVE), edited(IMPROVE + "!", 3, was="no"), deleted(IMPROVE + "!", 3)]
    world.deliver(*(story[index] for index in order), *(story[index].again() for index in order))
    state = world.feedback().state
    assert (state.status, state.body) == (Status.WITHDRAWN, IMPROVE + "!")
    feedback_id = world.feedback().id
    with world.facts() as facts:
        assert len(facts.feedback_revisions(feedback_id)) == 3


def test_a_readers_status_holds_until_the_text_changes(world: World) -> None:
    """A status that a reader set survives repeats and unrelated deliveries, and falls with the text it was about."""
    world.deliver(created())
    feedback_id = world.feedback().id
    with world.store.transaction() as ledger:
        ledger.set_feedback_status(feedback_id, Status.ANALYZED, world.now)
    world.deliver(created().again(), issue_comment(REPO, id=5, author=AGENT, body="hello"))
    assert world.feedback().state.status is Status.ANALYZED
    world.deliver(edited("/agents improve more", 2, was=IMPROVE))
    assert world.feedback().state.status is Status.NEW


def test_feedback_is_given_when_the_command_was_first_written(world: World) -> None:
    """Rewording does not move the moment the feedback is about; withdrawing and giving it anew does."""
    world.deliver(created(), edited(IMPROVE + ", soon", 5, was=IMPROVE))
    assert world.feedback().state.given_at.minute == 1
    world.deliver(edited("no", 6, was=IMPROVE + ", soon"), edited(IMPROVE, 7, was="no"))
    assert world.feedback().state.given_at.minute == 7


def test_an_agents_own_text_in_code_is_no_feedback(world: World) -> None:
    """A comment that shows the command in code or in a quote gives no feedback."""
    world.deliver(created("Answer with `/agents improve`."), issue_comment(REPO, id=2, body="> /agents improve x"))
    assert world.all_feedback() == {}


def test_a_dismissal_does_not_vouch_for_an_edit(world: World) -> None:
    """A review that an outsider edited stays ignored when it is dismissed: the same text is still the outsider's."""
    said = partial(review, REPO, id=1, author=MAINTAINER, at=minute(1))
    world.deliver(said(body="fine"))
    world.deliver(
        said("edited", body=IMPROVE, updated_at=minute(2), sender=OUTSIDER, was="fine"),
        said("dismissed", body=IMPROVE, updated_at=minute(3), state="dismissed"),
    )
    assert world.feedback().state.status is Status.IGNORED


def test_a_text_that_changed_without_an_edit_is_nobodys(world: World) -> None:
    """Where the edit's delivery is missing, nothing says who wrote the command: it is ignored until it arrives."""
    said = partial(review, REPO, id=1, author=MAINTAINER, at=minute(1))
    world.deliver(
        said(body="fine"),
        said("dismissed", body=IMPROVE, updated_at=minute(3), state="dismissed"),
    )
    assert world.feedback().state.status is Status.IGNORED
    world.deliver(said("edited", body=IMPROVE, updated_at=minute(2), was="fine"))
    assert world.feedback().state.status is Status.NEW
