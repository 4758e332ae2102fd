"""Who may give feedback where GitHub can be asked: by the permission that it tells, closed until it does."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from resolver.model.asking import Access, Need, Permission, Want
from resolver.model.feedback import Feedback, Status
from resolver.model.github import GHOST, User
from resolver.observe import Observation
from store import Store
from tests.support.builders import MAINTAINER, Delivery, Person, issue_comment, minute
from tests.support.world import NOW, REPO, World, policy

IMPROVE = "/agents improve please"
EDITOR = Person(id=602, login="editor", association="MEMBER")


@pytest.fixture
def world(store: Store) -> World:
    """A service that may ask GitHub."""
    return World(store, replace(policy(), asks=True))


def at(time: str) -> datetime:
    """Read a time of the story."""
    return datetime.fromisoformat(time)


def given(minutes: int = 1, *, id: int = 1, author: Person = MAINTAINER) -> Delivery:  # noqa: A002
    """Give feedback."""
    return issue_comment(REPO, id=id, author=author, body=IMPROVE, at=minute(minutes))


def edited(minutes: int, *, sender: Person) -> Delivery:
    """Let somebody change the feedback."""
    return issue_comment(
        REPO, "edited", id=1, body=IMPROVE + " today", at=minute(minutes), created_at=minute(1), was=IMPROVE,
        sender=sender,
    )  # fmt: skip


def tell(world: World, access: Access, *, of: Person = MAINTAINER, when: str | None = None) -> None:
    """Let GitHub say what an account may do."""
    asked_at = world.now if when is None else at(when)
    world.keep(Observation(permissions=(Permission(REPO.id, of.id, access, asked_at),)))


def permission_wants(world: World) -> list[Want]:
    """Return the accounts that GitHub is to be asked about, in the order in which they are handed out."""
    found = []
    while (claimed := world.store.claim_want(world.now)) is not None:
        found.append(claimed.want)
    return [want for want in found if want.need is Need.PERMISSION]


def status(world: World) -> tuple[Status, bool]:
    """Return what became of the only feedback."""
    feedback = world.feedback()
    return feedback.state.status, feedback.state.authorized


@pytest.mark.parametrize("association", ["OWNER", "MEMBER", "NONE"])
def test_until_github_has_answered_nobody_may(world: World, association: str) -> None:
    """Whatever the association, feedback is ignored at first, and GitHub is to be asked about its author at once."""
    author = replace(MAINTAINER, association=association)
    world.deliver(given(author=author))
    assert status(world) == (Status.IGNORED, False)
    assert permission_wants(world) == [Want(Need.PERMISSION, REPO.id, id=author.id, login=author.login)]


@pytest.mark.parametrize(("access", "expected"), [("admin", True), ("write", True), ("read", False), ("none", False)])
def test_write_or_better_may(world: World, access: str, *, expected: bool) -> None:
    """Once GitHub has told what the account may do, feedback counts from write permission on, and is resolved."""
    world.run("coder", at=minute(0))
    world.deliver(given(author=replace(MAINTAINER, association="NONE")))
    tell(world, Access(access))
    assert status(world) == (Status.NEW if expected else Status.IGNORED, expected)
    assert (world.feedback().resolution is not None) is expected


def test_an_answer_holds_for_five_minutes(world: World) -> None:
    """Texts written up to five minutes after an answer are judged by it; a later one is asked about anew."""
    world.now = at(minute(1))
    world.deliver(given(1))
    tell(world, Access.WRITE)
    world.store.claim_want(world.now)
    world.now = at(minute(6))
    world.deliver(given(6, id=2))
    assert [one.state.authorized for one in everything(world)] == [True, True]
    world.now = at(minute(7))
    world.deliver(given(7, id=3))
    assert [one.state.authorized for one in everything(world)] == [True, True, False]
    assert [want.id for want in permission_wants(world)] == [MAINTAINER.id]


def test_what_was_judged_once_stays_so(world: World) -> None:
    """An account that loses its permission loses it for what it writes from then on, also when a text comes again."""
    world.now = at(minute(1))
    world.deliver(given(1))
    tell(world, Access.WRITE)
    world.now = at(minute(30))
    tell(world, Access.NONE)
    world.deliver(given(1).again(), given(30, id=2))
    assert [one.state.status for one in everything(world)] == [Status.NEW, Status.IGNORED]


def test_an_edit_by_another_takes_both_accounts(world: World) -> None:
    """Where somebody else edited the feedback, it counts once GitHub has said that both may write."""
    world.now = at(minute(2))
    world.deliver(given(1), edited(2, sender=EDITOR))
    tell(world, Access.WRITE)
    assert status(world) == (Status.IGNORED, False)
    assert [want.id for want in permission_wants(world)] == [MAINTAINER.id, EDITOR.id]
    tell(world, Access.ADMIN, of=EDITOR)
    assert status(world) == (Status.NEW, True)


def test_an_edit_by_one_who_may_only_read_does_not_count(world: World) -> None:
    """The editor is judged by GitHub's word too."""
    world.now = at(minute(2))
    world.deliver(given(1), edited(2, sender=EDITOR))
    tell(world, Access.WRITE)
    tell(world, Access.READ, of=EDITOR)
    assert status(world) == (Status.IGNORED, False)


def test_an_edit_by_nobody_that_is_known_never_counts(world: World) -> None:
    """What GitHub shows as edited, without saying by whom, is authorised by nobody, and nobody is asked about."""
    (seen, reading), *_ = world.prepared(given(1)).objects
    by_nobody = replace(seen, revision=replace(seen.revision, edited=True, editor=GHOST, updated_at=at(minute(3))))
    tell(world, Access.WRITE, when=minute(3))
    world.deliver(issue_comment(REPO, id=9, body="hello", at=minute(1)))
    world.keep(Observation(objects=(by_nobody,)))
    assert status(world) == (Status.IGNORED, False)
    assert reading.sightings == ()
    assert User(0, "ghost") == GHOST


def test_bots_may_not(world: World) -> None:
    """A bot gives no feedback, and GitHub is not asked about it."""
    world.deliver(given(author=Person(id=77, login="helper[bot]", type="Bot", association="MEMBER")))
    assert status(world) == (Status.IGNORED, False)
    assert permission_wants(world) == []


def test_the_operators_list_decides_alone(store: Store) -> None:
    """Where WHICHRUN_FEEDBACK_AUTHORS names the author, GitHub is not asked."""
    world = World(store, replace(policy(authors={MAINTAINER.login}), asks=True))
    world.deliver(given(author=replace(MAINTAINER, association="NONE")))
    assert status(world) == (Status.NEW, True)
    assert permission_wants(world) == []


def test_a_text_dated_ahead_of_our_clock_is_judged_by_what_github_says_now(world: World) -> None:
    """A clock that is behind GitHub's neither closes the door for good nor asks for ever."""
    world.now = NOW
    late = (NOW + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    world.deliver(issue_comment(REPO, id=1, body=IMPROVE, at=late))
    assert len(permission_wants(world)) == 1
    tell(world, Access.WRITE)
    assert status(world) == (Status.NEW, True)
    assert permission_wants(world) == []


def everything(world: World) -> list[Feedback]:
    """Return all feedback, by the comments' ids."""
    return sorted(world.all_feedback().values(), key=lambda one: one.object.ref.id)
