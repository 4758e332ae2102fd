"""With App credentials, what an account may do in the repository decides whether it may give feedback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.asking import Scene, asking, at
from tests.support.builders import Person, issue_comment
from tests.support.github import StandIn
from tests.support.places import COMMAND, Place, make_place
from tests.support.service import until
from tests.support.together import Stories, Story, Told

stories = Stories()
WRITER = Person(id=611, login="writer")
SECOND = Person(id=612, login="second-writer", association="CONTRIBUTOR")
READER = Person(id=613, login="reader", association="OWNER")


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """Run one service for the tests that are told together; GitHub is asked who may give feedback."""
    with StandIn() as github, asking(tmp_path_factory.mktemp("service"), github) as scene:
        yield stories.tell(scene)


@pytest.fixture
def github() -> Iterator[StandIn]:
    """Run a GitHub of its own, for a test with a service of its own."""
    with StandIn() as stand_in:
        yield stand_in


def allow(place: Place, **roles: str) -> None:
    """Give accounts their roles; underscores are dashes."""
    place.there.permission |= {login.replace("_", "-"): role for login, role in roles.items()}


def give(place: Place, id: int, author: Person, body: str = COMMAND) -> None:  # noqa: A002 -- GitHub's own word
    """Let somebody give feedback."""
    place.scene.github.person(author)
    place.scene.send(issue_comment(place.repo, id=id, author=author, body=body, at=at(40)))


def edit(place: Place, id: int, author: Person, editor: Person) -> None:  # noqa: A002
    """Let somebody edit feedback."""
    for person in (author, editor):
        place.scene.github.person(person)
    place.scene.send(
        issue_comment(
            place.repo, "edited", id=id, author=author, sender=editor, body=f"{COMMAND}, and clear", was=COMMAND,
            at=at(42), created_at=at(40),
        )
    )  # fmt: skip


def verdict(place: Place, id: int) -> tuple[str, bool]:  # noqa: A002
    """Return status of a feedback, and whether it was authorised."""
    found = place.feedback(id)
    assert found is not None
    return found["status"], found["authorized"]


def becomes_new(place: Place, id: int, *, patience: float = 20) -> None:  # noqa: A002
    """Wait until a feedback is authorised, and resolved."""
    until(lambda: place.feedback(id), patience=patience)
    until(lambda: verdict(place, id) == ("new", True) and place.answers()[id] is not None, patience=patience)


def is_ignored(place: Place, id: int) -> None:  # noqa: A002
    """Assert that a feedback is kept, and nothing is made of it."""
    assert verdict(place, id) == ("ignored", False)
    assert place.answers()[id] is None


@stories.test
def test_who_may_write_may_give_feedback(scene: Scene) -> Story:
    """An account that may write, maintain or administer gives feedback, though it is associated with nothing."""
    place = make_place(scene)
    roles = ("write", "maintain", "admin")
    allow(place, **{f"has-{role}": role for role in roles})
    for number, role in enumerate(roles):
        give(place, 100 + number, Person(id=620 + number, login=f"has-{role}"))
    yield

    for number in range(len(roles)):
        becomes_new(place, 100 + number)


@stories.test
def test_who_may_not_write_may_not_though_associated(scene: Scene) -> Story:
    """An account that may read, triage or nothing, or that GitHub does not know, is ignored, owner or not."""
    place = make_place(scene)
    roles = ("read", "triage", "none")
    allow(place, **{f"has-{role}": role for role in roles})
    for number, role in enumerate(roles):
        give(place, 110 + number, Person(id=630 + number, login=f"has-{role}", association="OWNER"))
    give(place, 119, Person(id=639, login="without-role", association="MEMBER"))
    gone = Person(id=640, login="long-gone", association="COLLABORATOR")
    scene.send(issue_comment(place.repo, id=120, author=gone, body=COMMAND, at=at(40)))
    yield

    assert place.asked("/collaborators/has-read/permission$")
    assert place.asked("/collaborators/long-gone/permission$")
    for number in (110, 111, 112, 119, 120):
        is_ignored(place, number)


@stories.test
def test_an_account_that_took_a_name_is_another(scene: Scene) -> Story:
    """What GitHub says of a login counts only for the account of that number: the author bore the name before."""
    place = make_place(scene)
    allow(place, taken="admin")
    scene.github.person(Person(id=651, login="taken"))
    before = Person(id=650, login="taken", association="OWNER")
    scene.send(issue_comment(place.repo, id=130, author=before, body=COMMAND, at=at(40)))
    yield

    is_ignored(place, 130)


@stories.test
def test_a_bot_that_may_write_may_not_give_feedback(scene: Scene) -> Story:
    """Bots count only by name in WHICHRUN_FEEDBACK_AUTHORS, whatever they may do."""
    place = make_place(scene)
    bot = Person(id=660, login="helper[bot]", type="Bot", association="OWNER")
    place.there.permission[bot.login] = "admin"
    give(place, 140, bot)
    yield

    is_ignored(place, 140)


@stories.test
def test_an_account_is_asked_about_once(scene: Scene) -> Story:
    """For several pieces of feedback of one account in one repository GitHub is asked once within five minutes."""
    place = make_place(scene)
    allow(place, writer="write", reader="read")
    for number in range(5):
        give(place, 150 + number, WRITER)
        give(place, 160 + number, READER)
    yield

    for number in range(5):
        becomes_new(place, 150 + number)
        is_ignored(place, 160 + number)
    give(place, 155, WRITER)
    becomes_new(place, 155)
    assert len(place.asked("/collaborators/writer/permission$")) == 1
    assert len(place.asked("/collaborators/reader/permission$")) == 1


@stories.test
def test_a_text_without_the_command_asks_about_nobody(scene: Scene) -> Story:
    """Who writes no feedback is not asked about."""
    place = make_place(scene)
    give(place, 170, WRITER, body="Nice.")
    yield

    assert place.asked() == []


@stories.test
def test_an_editor_is_judged_too(scene: Scene) -> Story:
    """Feedback that somebody else edited counts when both may write; edited by one who may not, it does not."""
    place = make_place(scene)
    allow(place, writer="write", second_writer="admin", reader="read")
    for number, editor in ((180, SECOND), (181, READER), (182, WRITER)):
        give(place, number, WRITER)
        edit(place, number, WRITER, editor)
    edit(place, 183, READER, WRITER)
    yield

    becomes_new(place, 180)
    becomes_new(place, 182)
    assert verdict(place, 181) == ("ignored", False)
    assert verdict(place, 183) == ("ignored", False)


def test_nobody_is_let_in_while_github_is_down(github: StandIn, tmp_path: Path) -> None:
    """Until GitHub can be asked nobody's feedback counts, an owner's neither; then each is decided as GitHub says."""
    with asking(tmp_path, github) as scene:
        place = make_place(scene)
        allow(place, writer="write", reader="read")
        github.down()
        give(place, 200, WRITER)
        give(place, 201, READER)
        scene.wait_processed()
        for number in (200, 201):
            assert not verdict(place, number)[1]
            assert place.answers()[number] is None
        github.up()

        becomes_new(place, 200, patience=60)
        until(lambda: place.asked("/collaborators/reader/permission$"), patience=60)
        scene.settle()
        is_ignored(place, 201)


def test_a_list_of_authors_goes_before(github: StandIn, tmp_path: Path) -> None:
    """Where WHICHRUN_FEEDBACK_AUTHORS is set, it alone decides, and nobody is asked about."""
    with asking(tmp_path, github, feedback_authors="listed,614") as scene:
        place = make_place(scene)
        allow(place, writer="admin", listed="none")
        give(place, 210, Person(id=615, login="listed"))
        give(place, 211, Person(id=614, login="by-number"))
        give(place, 212, Person(id=611, login="writer", association="OWNER"))
        scene.settle(2.5)

        becomes_new(place, 210)
        becomes_new(place, 211)
        is_ignored(place, 212)
        assert place.asked("/collaborators/") == []


def test_without_credentials_the_association_holds(github: StandIn, tmp_path: Path) -> None:
    """Without the App's credentials the delivery's association decides, and GitHub is asked nothing."""
    with asking(tmp_path, github, github_app_id="", github_private_key_file="") as scene:
        place = make_place(scene)
        allow(place, writer="admin", reader="read")
        give(place, 220, READER)
        give(place, 221, WRITER)
        scene.settle(2.5)

        becomes_new(place, 220)
        is_ignored(place, 221)
        assert github.requests == []
