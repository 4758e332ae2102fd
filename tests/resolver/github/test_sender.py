from __future__ import annotations

from datetime import timedelta

import pytest

from resolver.errors import GithubAnswerError, GithubDownError, GithubRefusedError
from resolver.model.asking import Place
from tests.support.scripted import (
    BEGIN,
    PLACE,
    TOKEN,
    MovedClock,
    Reply,
    Scripted,
    Sent,
    client,
    grant,
    issue_comment,
    refused,
    told,
    window,
)

COMMENT = "/repos/acme/widgets/issues/comments/11"


def in_turn(*replies: Reply) -> Scripted:
    """Answer with one after another."""
    waiting = list(replies)
    return Scripted(lambda _: waiting.pop(0))


def redirecting(*locations: str, status: int = 301) -> Scripted:
    """Lead on to one place after another, then answer."""
    return in_turn(*(told(status, None, location=one) for one in locations), told(200, issue_comment()))


@pytest.mark.parametrize("failure", [500, 502, 503, 504, 520, GithubDownError("no connection")])
def test_what_fails_once_is_asked_once_more(failure: int | GithubDownError) -> None:
    """After a short pause; GitHub's own failures are mostly over by then."""
    transport = in_turn(told(failure) if isinstance(failure, int) else failure, told(200, issue_comment()))
    found = client(transport).issue_comment(PLACE, 11)
    assert found is not None
    assert transport.paths == [COMMENT, COMMENT]
    assert len(transport.slept) == 1
    assert 0.2 <= transport.slept[0] <= 0.5


@pytest.mark.parametrize("failure", [503, GithubDownError("no connection")])
def test_what_fails_twice_is_down(failure: int | GithubDownError) -> None:
    """Nobody waits for it any longer; nobody knows when it will be back."""
    transport = Scripted(lambda _: told(failure) if isinstance(failure, int) else failure)
    with pytest.raises(GithubDownError) as down:
        client(transport).issue_comment(PLACE, 11)
    assert down.value.retry_at is None
    assert transport.paths == [COMMENT, COMMENT]


def test_a_failure_that_says_when_to_ask_again_is_believed() -> None:
    """Nothing of that installation is asked until then, not even a token; others are."""
    clock = MovedClock()
    transport = Scripted(lambda _: told(503, None, retry_after="30"))
    github = client(transport, clock)
    for _ in range(3):
        with pytest.raises(GithubDownError) as down:
            github.issue_comment(PLACE, 11)
        assert down.value.retry_at == BEGIN + timedelta(seconds=30)
    assert transport.paths == [COMMENT]
    assert transport.slept == []
    other = Place(9002, "other/thing", 78)
    transport.script = lambda _: told(200, issue_comment())
    transport.grants = lambda _: grant(other)
    assert github.issue_comment(other, 11) is not None
    clock.move(seconds=30)
    assert github.issue_comment(PLACE, 11) is not None


def test_a_limit_is_no_refusal() -> None:
    """Who asks too much has to wait, and needs no other permission."""
    reset = BEGIN + timedelta(minutes=10)
    transport = Scripted(lambda _: refused(403, "API rate limit exceeded", **window(0, reset_at=reset)))
    github = client(transport)
    for _ in range(2):
        with pytest.raises(GithubDownError) as down:
            github.issue_comment(PLACE, 11)
        assert down.value.retry_at == reset
    assert transport.paths == [COMMENT]


def test_redelivery_is_asked_once() -> None:
    """Where the answer is lost, the delivery may have been sent again already."""
    transport = in_turn(GithubDownError("no connection"))
    with pytest.raises(GithubDownError):
        client(transport).redeliver(7)
    assert transport.paths == ["/app/hook/deliveries/7/attempts"]


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_renamed_repository_is_found_by_its_number(status: int) -> None:
    """GitHub leads there; the token goes along."""
    transport = redirecting("https://api.github.com/repositories/9001/issues/comments/11", status=status)
    found = client(transport).issue_comment(PLACE, 11)
    assert found is not None
    assert transport.paths == [COMMENT, "/repositories/9001/issues/comments/11"]
    assert all(sent.headers["authorization"] == f"token {TOKEN}" for sent in transport.sent[1:])


@pytest.mark.parametrize(
    "location",
    [
        "https://evil.example/repositories/9001/issues/comments/11",
        "http://api.github.com/repositories/9001/issues/comments/11",
        "https://api.github.com/repositories/9002/issues/comments/11",
        "https://api.github.com/repositories/9001/issues/comments/12",
        "",
    ],
)
def test_a_redirect_to_elsewhere_is_no_answer(location: str) -> None:
    """Nothing is sent there."""
    transport = redirecting(location)
    with pytest.raises(GithubAnswerError, match="leads where nothing was asked"):
        client(transport).issue_comment(PLACE, 11)
    assert transport.paths == [COMMENT]


def test_redirects_end() -> None:
    """Three are followed."""
    place = "https://api.github.com/repositories/9001/issues/comments/11"
    assert client(redirecting(place, place, place)).issue_comment(PLACE, 11) is not None
    with pytest.raises(GithubAnswerError, match="more than 3"):
        client(redirecting(place, place, place, place)).issue_comment(PLACE, 11)


def test_what_is_posted_is_never_redirected() -> None:
    """Neither the question for blame nor that for a token."""
    moved = told(307, None, location="https://api.github.com/repositories/9001/graphql")
    with pytest.raises(GithubAnswerError):
        client(Scripted(lambda _: moved)).blame(PLACE, "a" * 40, "src/app.py")
    with pytest.raises(GithubAnswerError):
        client(Scripted(lambda _: told(), grants=lambda _: moved)).issue_comment(PLACE, 11)


def test_the_time_by_githubs_clock() -> None:
    """It is what the last answer said, even one that refuses, and goes on with the own clock."""
    clock = MovedClock()
    theirs = BEGIN + timedelta(hours=3)
    transport = Scripted(lambda _: told(401, None, at=theirs))
    github = client(transport, clock)
    with pytest.raises(GithubAnswerError):
        github.server_time()
    with pytest.raises(GithubRefusedError):
        github.app()
    clock.move(seconds=5)
    assert github.server_time() == theirs + timedelta(seconds=5)


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (refused(401, "Bad credentials"), "does not accept the token"),
        (refused(403, "This installation has been suspended"), "the App's installation is suspended"),
        (refused(403, "Resource not accessible by integration"), r"refuses this to the App's installation \(403\)"),
        (
            refused(403, "Resource not accessible", x_accepted_github_permissions="pull_requests=read; issues=read"),
            "needs the permission pull_requests: read or issues: read",
        ),
        (
            refused(403, "No", x_accepted_github_permissions="contents=read,metadata=read; <b>=x"),
            "needs the permission contents: read and metadata: read$",
        ),
    ],
)
def test_a_refusal_says_what_the_operator_has_to_know(reply: Reply, words: str) -> None:
    """It names the permission that is missing, where GitHub does."""
    with pytest.raises(GithubRefusedError, match=words):
        client(Scripted(lambda _: reply)).issue_comment(PLACE, 11)


@pytest.mark.parametrize("status", [404, 410, 451])
def test_what_is_not_there_is_none(status: int) -> None:
    """Gone, or taken down: there is no such thing."""
    assert client(Scripted(lambda _: told(status))).issue_comment(PLACE, 11) is None


@pytest.mark.parametrize("status", [300, 400, 409, 418, 422])
def test_a_status_that_means_nothing_here_is_no_answer(status: int) -> None:
    """It is not taken for nothing."""
    with pytest.raises(GithubAnswerError, match=f"status {status}"):
        client(Scripted(lambda _: told(status))).issue_comment(PLACE, 11)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"null", b"[]", b'"x"', b'{"id": 11}', b'{"id": "11"}', b"\xff", b"[" * 100_000, b'{"id": NaN}'],
)
def test_a_body_of_another_shape_is_no_answer(body: bytes) -> None:
    """It is said which field does not fit, and not what it holds."""

    def script(_: Sent) -> Reply:
        return type(told())(200, {}, body)

    with pytest.raises(GithubAnswerError) as answer:
        client(Scripted(script)).issue_comment(PLACE, 11)
    assert answer.value.__context__ is None
    assert '"11"' not in str(answer.value)


def test_an_answer_about_something_else_is_none_of_ours() -> None:
    """Another comment's text would be taken for this one's."""
    with pytest.raises(GithubAnswerError, match="something else"):
        client(Scripted(lambda _: told(200, issue_comment(12)))).issue_comment(PLACE, 11)
