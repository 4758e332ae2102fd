from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from resolver.errors import GithubAnswerError, GithubDownError, GithubRefusedError, UnfitError
from resolver.github.client import HttpGithub
from resolver.github.port import UNSAID, Github
from resolver.model.asking import Place
from tests.support import builders
from tests.support.builders import AGENT, Repo, minute
from tests.support.github import Review, StandIn, faults
from tests.support.scripted import (
    BEGIN,
    PLACE,
    MovedClock,
    Reply,
    Scripted,
    client,
    grant,
    issue_comment,
    over_http,
    refused,
    told,
    window,
)

NODE = "PRR_kwDOAAAAAAAAAAH0"
EDITED = datetime(2026, 10, 1, 10, 30, tzinfo=UTC)


@pytest.fixture
def github(stand_in: StandIn) -> Iterator[HttpGithub]:
    """A client of the stand-in."""
    made = over_http(stand_in.url)
    yield made
    made.close()


@pytest.fixture
def review(stand_in: StandIn) -> Review:
    """A review that was never edited."""
    repository = stand_in.repositories[9001]
    repository.add_pull(42, head_sha="a" * 40, base_sha="b" * 40)
    return repository.add_review(42, 500, body="Looks good", user=AGENT)


def failing(kind: str | None, message: str = "canary", data: object = None) -> dict[str, object]:
    """Make GitHub's answer to a question that it does not answer; an error about the query itself has no type."""
    return {"data": data, "errors": [{"message": message} | ({} if kind is None else {"type": kind, "path": ["node"]})]}


def node(value: object) -> Reply:
    """Make GitHub's answer."""
    return told(200, {"data": {"node": value}})


def test_when_a_review_was_edited(stand_in: StandIn, github: Github, review: Review) -> None:
    """REST names the review, and GraphQL tells: never, or when it was last; each time anew."""
    shape = github.review(PLACE, 42, 500)
    assert shape is not None
    assert shape.node_id == review.node_id
    assert github.review_edited(PLACE, shape.node_id) is None
    review.edited_at = "2026-10-01T10:30:00Z"
    assert github.review_edited(PLACE, shape.node_id) == EDITED
    first, _ = stand_in.asked("/graphql$")
    assert first.json()["variables"] == {"id": review.node_id}
    assert review.node_id not in first.json()["query"]


def test_an_edit_that_a_delivery_tells_is_told_when_it_is_asked_for(stand_in: StandIn, github: Github) -> None:
    """What is dismissed afterwards was edited all the same."""
    place = Repo()
    stand_in.tell(builders.review(place, id=7, body="Fine", at=minute(1)))
    review = stand_in.repositories[9001].reviews[7]
    assert github.review_edited(PLACE, review.node_id) is None
    stand_in.tell(builders.review(place, "edited", id=7, body="Oh", was="Fine", at=minute(1), updated_at=minute(9)))
    stand_in.tell(builders.review(place, "dismissed", id=7, body="Oh", at=minute(1), state="dismissed"))
    edited = github.review_edited(PLACE, review.node_id)
    assert edited == datetime.fromisoformat(minute(9))


@pytest.mark.usefixtures("review")
def test_a_review_that_graphql_does_not_have_is_not_said_to_be_unedited(github: Github) -> None:
    """It would be a guess."""
    assert github.review_edited(PLACE, "PRR_kwDOnowhere") is UNSAID


def test_a_review_of_a_repository_that_is_not_seen(stand_in: StandIn, github: Github) -> None:
    """The token is good for one repository, and so is the answer."""
    other = stand_in.repository(id=9002, name="acme/gadgets")
    stand_in.add_repository(77, other)
    there = other.add_review(1, 500, edited_at="2026-10-01T10:30:00Z")
    assert github.review_edited(PLACE, there.node_id) is UNSAID
    assert github.review_edited(Place(9002, "acme/gadgets", 77), there.node_id) == EDITED


def test_a_permission_that_is_missing(stand_in: StandIn, github: Github, review: Review) -> None:
    """It is named."""
    stand_in.installations[77].permissions = {"metadata": "read", "contents": "read"}
    with pytest.raises(GithubRefusedError, match="pull_requests: read"):
        github.review_edited(PLACE, review.node_id)


def test_an_enterprise_server_without_graphql(stand_in: StandIn, github: Github, review: Review) -> None:
    """It does not say, and will not; what REST tells is asked as ever."""
    stand_in.fault = faults.status(404).on("/graphql$")
    assert github.review_edited(PLACE, review.node_id) is UNSAID
    assert github.review(PLACE, 42, 500) is not None


def test_who_is_down_is_asked_later(stand_in: StandIn, github: Github, review: Review) -> None:
    """That nobody answers is not an answer."""
    for fault in (faults.status(502), faults.cut(), faults.secondary_limit(retry_after=1)):
        stand_in.fault = fault.on("/graphql$")
        with pytest.raises(GithubDownError):
            github.review_edited(PLACE, review.node_id)


@pytest.mark.parametrize(
    "reply",
    [
        told(200, failing(None, "Field 'lastEditedAt' doesn't exist on type 'PullRequestReview'")),
        told(200, failing("undefinedField")),
        told(200, failing("MAX_NODE_LIMIT_EXCEEDED")),
        told(200, failing("NOT_FOUND", data={"node": None})),
        told(200, failing("NOT_FOUND")),
        node(None),
        node({}),
        told(200, {"data": {}}),
        refused(400, "A query attribute must be specified and must be a string."),
        refused(404, "Not Found"),
        refused(422, "Unprocessable"),
    ],
)
def test_what_github_does_not_say_is_unsaid(reply: Reply) -> None:
    """Neither an edit, nor that there was none; and no reason to ask again."""
    transport = Scripted(lambda _: reply)
    assert client(transport).review_edited(PLACE, NODE) is UNSAID
    assert transport.paths == ["/graphql"]


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (told(200, failing(None, "Something went wrong while executing your query. (canary)")), GithubDownError),
        (told(200, failing(None, "We couldn't respond to your request in time. canary")), GithubDownError),
        (told(200, failing("SERVICE_UNAVAILABLE")), GithubDownError),
        (told(502, failing(None)), GithubDownError),
        (told(200, failing("FORBIDDEN")), GithubRefusedError),
        (told(200, failing("INSUFFICIENT_SCOPES")), GithubRefusedError),
        (refused(403, "Resource not accessible by integration"), GithubRefusedError),
        (refused(401, "Bad credentials"), GithubRefusedError),
        (told(200, {"data": None}), GithubAnswerError),
        (told(200, {}), GithubAnswerError),
        (told(200, []), GithubAnswerError),
        (told(418, {}), GithubAnswerError),
        (node({"lastEditedAt": "canary"}), GithubAnswerError),
        (node({"lastEditedAt": 7}), GithubAnswerError),
        (node("canary"), GithubAnswerError),
    ],
)
def test_what_failed_is_an_error(reply: Reply, kind: type[Exception]) -> None:
    """It is neither an edit nor nothing, and quotes nothing."""
    with pytest.raises(kind) as error:
        client(Scripted(lambda _: reply)).review_edited(PLACE, NODE)
    assert "canary" not in str(error.value)


@pytest.mark.parametrize("kind", ["RATE_LIMITED", "RATE_LIMIT"])
def test_a_limit_that_is_told_with_200(kind: str) -> None:
    """As for blame, nothing more is asked of that installation until it is reset."""
    reset = BEGIN + timedelta(minutes=7)
    transport = Scripted(lambda _: told(200, failing(kind), **window(0, reset_at=reset)))
    github = client(transport)
    with pytest.raises(GithubDownError) as down:
        github.review_edited(PLACE, NODE)
    assert down.value.retry_at == reset
    with pytest.raises(GithubDownError):
        github.blame(PLACE, "a" * 40, "a.py")
    assert len(transport.paths) == 1


def test_an_old_token_cannot_say_that_there_is_no_review() -> None:
    """It is renewed first, as for every other question."""
    clock = MovedClock()
    replies = iter([node({"lastEditedAt": None}), told(200, failing("NOT_FOUND")), node({"lastEditedAt": None})])
    transport = Scripted(lambda _: next(replies), lambda _: grant(at=clock.now))
    github = client(transport, clock)
    assert github.review_edited(PLACE, NODE) is None
    clock.move(minutes=2)
    assert github.review_edited(PLACE, NODE) is None
    assert (transport.granted, len(transport.paths)) == (2, 3)


@pytest.mark.parametrize(
    "node_id",
    ["", "a" * 201, "a b", 'a"', "a\n", "a\\", "a}", "$id", "\0", "é", "\N{FULLWIDTH DIGIT ONE}", None, 7, b"a"],
)
def test_a_node_id_that_is_none_is_not_sent(node_id: Any) -> None:  # noqa: ANN401 -- that is the fault
    """It travels in a variable; what GitHub gives nothing as a name is refused all the same."""
    transport = Scripted(lambda _: told(404))
    with pytest.raises(UnfitError):
        client(transport).review_edited(PLACE, node_id)
    assert transport.sent == []


@pytest.mark.parametrize("place", [Place(9001, "../..", 77), Place(0, "acme/widgets", 77), Place(1, "a/b", -7)])
def test_a_place_that_is_none_is_not_asked_about(place: Place) -> None:
    """Though its name is no part of the question."""
    transport = Scripted(lambda _: told(404))
    with pytest.raises(UnfitError):
        client(transport).review_edited(place, NODE)
    assert transport.sent == []


@pytest.mark.parametrize("node_id", ["MDE3OlB1bGxSZXF1ZXN0UmV2aWV3MQ==", "PRR_kwDOA-b_c84", "a/b+c=", "a" * 200])
def test_the_node_ids_that_github_has_given(node_id: str) -> None:
    """Old ones are Base64, newer ones its other alphabet behind a prefix."""
    assert client(Scripted(lambda _: node({"lastEditedAt": None}))).review_edited(PLACE, node_id) is None


def test_a_review_whose_node_id_was_not_told() -> None:
    """It is read all the same: what was kept before there was one has none."""
    shape = {**issue_comment(7), "state": "COMMENTED", "pull_request_url": "https://api.github.com/x/pulls/42"}
    found = client(Scripted(lambda _: told(200, shape))).review(PLACE, 42, 7)
    assert found is not None
    assert found.node_id is None


def test_it_is_asked_in_the_background_too() -> None:
    """Questions that can wait stop while a tenth of the limit is left."""
    reset = BEGIN + timedelta(minutes=7)
    transport = Scripted(lambda _: told(200, {"data": {"node": {"lastEditedAt": None}}}, **window(400, reset_at=reset)))
    github: Github = client(transport)
    waiting = github.in_background()
    assert waiting.review_edited(PLACE, NODE) is None
    with pytest.raises(GithubDownError, match="kept for feedback"):
        waiting.review_edited(PLACE, NODE)
    assert github.review_edited(PLACE, NODE) is None
