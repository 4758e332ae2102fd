from __future__ import annotations

import json
from datetime import timedelta

import pytest

from resolver.errors import GithubAnswerError, GithubDownError, GithubRefusedError
from resolver.model.github import BlameRange
from tests.support.clone import Clone, NewCommit
from tests.support.github import StandIn
from tests.support.scripted import (
    BEGIN,
    PLACE,
    MovedClock,
    Reply,
    Scripted,
    client,
    grant,
    over_http,
    refused,
    told,
    window,
)

SHA = "a" * 40


def answer(*ranges: tuple[int, int, str]) -> dict[str, object]:
    """Make GitHub's answer."""
    told_ranges = [{"startingLine": first, "endingLine": last, "commit": {"oid": sha}} for first, last, sha in ranges]
    return {"data": {"repository": {"object": {"blame": {"ranges": told_ranges}}}}}


def failing(kind: str, data: object = None) -> dict[str, object]:
    """Make GitHub's answer to a question that it does not answer."""
    return {"data": data, "errors": [{"type": kind, "path": ["repository"], "message": "canary"}]}


@pytest.mark.parametrize("path", ["src/app.py", 'a "b" {c} $d.py', "\u00fc/\N{SNOWMAN}.py", "../x", "-rf"])
def test_who_last_changed_each_line(stand_in: StandIn, clone: Clone, path: str) -> None:
    """As git has it, whatever the file is called: its path is a variable."""
    if path.startswith(".."):
        path = "x"
    first, second = clone.write(
        [NewCommit("First", {path: "1\n2\n3\n4\n"}), NewCommit("Second", {path: "1\nzwei\n3\n4\n5\n"}, parents=[0])]
    )
    ranges = over_http(stand_in.url).blame(PLACE, second, path)
    assert ranges == (
        BlameRange(1, 1, first),
        BlameRange(2, 2, second),
        BlameRange(3, 4, first),
        BlameRange(5, 5, second),
    )
    (asked,) = stand_in.asked("/graphql$")
    assert asked.target == "/graphql"
    assert asked.json()["variables"] == {"owner": "acme", "name": "widgets", "oid": second, "path": path}
    assert path not in asked.json()["query"]


def test_no_such_commit_or_file(stand_in: StandIn, clone: Clone) -> None:
    """GitHub says so in two ways."""
    (sha,) = clone.write([NewCommit("First", {"a.py": "1\n"})])
    github = over_http(stand_in.url)
    assert github.blame(PLACE, SHA, "a.py") is None
    assert github.blame(PLACE, sha, "b.py") is None
    assert github.blame(PLACE, sha, "../a.py") is None


def test_a_permission_that_is_missing(stand_in: StandIn, clone: Clone) -> None:
    """It is named."""
    (sha,) = clone.write([NewCommit("First", {"a.py": "1\n"})])
    stand_in.installations[77].permissions = {"metadata": "read", "issues": "read"}
    with pytest.raises(GithubRefusedError, match="contents: read"):
        over_http(stand_in.url).blame(PLACE, sha, "a.py")


@pytest.mark.parametrize("kind", ["RATE_LIMITED", "RATE_LIMIT"])
def test_a_limit_that_is_told_with_200(kind: str) -> None:
    """GraphQL answers so; nothing more is asked of that installation until the limit is reset."""
    clock = MovedClock()
    reset = BEGIN + timedelta(minutes=7)
    transport = Scripted(lambda _: told(200, failing(kind), **window(0, reset_at=reset)))
    github = client(transport, clock)
    with pytest.raises(GithubDownError) as down:
        github.blame(PLACE, SHA, "a.py")
    assert down.value.retry_at == reset
    with pytest.raises(GithubDownError):
        github.issue_comment(PLACE, 11)
    assert len(transport.paths) == 1


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (told(200, failing("NOT_FOUND", {"repository": None})), None),
        (told(200, failing("NOT_FOUND")), None),
        (told(200, {"data": {"repository": None}}), None),
        (told(200, {"data": {"repository": {"object": None}}}), None),
        (told(200, {"data": {"repository": {"object": {}}}}), None),
        (told(200, failing("FORBIDDEN")), GithubRefusedError),
        (refused(403, "Resource not accessible by integration"), GithubRefusedError),
        (refused(401, "Bad credentials"), GithubRefusedError),
        (told(200, failing("SOMETHING")), GithubAnswerError),
        (told(200, {"data": None, "errors": [{"message": "Something went wrong"}]}), GithubAnswerError),
        (told(200, {"data": None, "errors": [{"type": "NOT_FOUND"}, {"message": "x"}]}), GithubAnswerError),
        (told(200, {"data": None}), GithubAnswerError),
        (told(200, {}), GithubAnswerError),
        (told(200, []), GithubAnswerError),
        (told(404, {}), GithubAnswerError),
        (told(200, answer((0, 1, SHA))), GithubAnswerError),
        (told(200, answer((2, 1, SHA))), GithubAnswerError),
        (told(200, answer((1, 2, SHA), (2, 3, SHA))), GithubAnswerError),
        (told(200, answer((1, 2, "HEAD"))), GithubAnswerError),
    ],
)
def test_answers_that_hold_no_blame(reply: Reply, kind: type[Exception] | None) -> None:
    """Nothing there is None; what is refused, or is none of GitHub's answers, is an error that quotes nothing."""
    transport = Scripted(lambda _: reply)
    if kind is None:
        assert client(transport).blame(PLACE, SHA, "a.py") is None
        return
    with pytest.raises(kind) as error:
        client(transport).blame(PLACE, SHA, "a.py")
    assert "canary" not in str(error.value)


def test_ranges_are_put_in_order() -> None:
    """A file without lines has none."""
    github = client(Scripted(lambda _: told(200, answer((3, 4, "b" * 40), (1, 2, SHA)))))
    assert github.blame(PLACE, SHA, "a.py") == (BlameRange(1, 2, SHA), BlameRange(3, 4, "b" * 40))
    assert client(Scripted(lambda _: told(200, answer()))).blame(PLACE, SHA, "a.py") == ()


def test_an_old_token_cannot_say_that_there_is_no_blame() -> None:
    """It is renewed first, as for every other question; a renamed repository is asked for by its new name then."""
    clock = MovedClock()
    names = iter(["acme/widgets", "acme/gadgets"])
    transport = Scripted(
        lambda sent: told(200, answer((1, 2, SHA)) if b"gadgets" in (sent.body or b"") else failing("NOT_FOUND")),
        lambda _: grant(type(PLACE)(9001, next(names), 77), at=clock.now),
    )
    github = client(transport, clock)
    assert github.blame(PLACE, SHA, "a.py") is None
    clock.move(minutes=2)
    assert github.blame(PLACE, SHA, "a.py") == (BlameRange(1, 2, SHA),)
    assert json.loads(transport.sent[-1].body or b"")["variables"]["name"] == "gadgets"
