from __future__ import annotations

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from resolver.errors import GithubAnswerError, GithubDownError, GithubError, GithubRefusedError
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
)

LOOKED_UP = "/repos/acme/widgets/installation"
NOT_GRANTED = refused(422, "The permissions requested are not granted to this installation.")
NOT_INSTALLED = refused(
    422, "There is at least one repository that does not exist or is not accessible to the parent installation."
)


def answering(grants: Callable[[Sent], Reply] = lambda _: grant()) -> Scripted:
    """Answer with a comment to whoever has a token; the App is installed nowhere else."""
    return Scripted(lambda sent: told(404) if sent.path.endswith(LOOKED_UP) else told(200, issue_comment()), grants)


def test_a_token_reads_one_repository_and_no_more() -> None:
    """It is asked for with the App's own token, for that repository's id and for reading only."""
    transport = answering()
    client(transport).issue_comment(PLACE, 11)
    asked, used = transport.sent
    assert asked.method == "POST"
    assert asked.path == "/app/installations/77/access_tokens"
    assert asked.headers["authorization"].startswith("bearer ey")
    body = json.loads(asked.body or b"")
    assert body["repository_ids"] == [9001]
    assert set(body["permissions"].values()) == {"read"}
    assert used.headers["authorization"] == f"token {TOKEN}"


def test_a_token_is_kept_and_renewed_early() -> None:
    """Five minutes before its end there is another one."""
    clock = MovedClock()
    transport = answering(lambda _: grant(at=clock.now))
    github = client(transport, clock)
    for _ in range(3):
        github.issue_comment(PLACE, 11)
    clock.move(minutes=54, seconds=59)
    github.issue_comment(PLACE, 11)
    assert transport.granted == 1
    clock.move(seconds=1)
    github.issue_comment(PLACE, 11)
    assert transport.granted == 2


def test_the_end_of_a_token_is_by_githubs_clock() -> None:
    """A clock that is hours behind does not use a token that has long expired."""
    clock = MovedClock()
    transport = answering(lambda _: grant(at=clock.now + timedelta(hours=7)))
    github = client(transport, clock)
    github.issue_comment(PLACE, 11)
    clock.move(minutes=56)
    github.issue_comment(PLACE, 11)
    assert transport.granted == 2


def test_each_repository_has_a_token_of_its_own() -> None:
    """In one installation, too."""
    other = Place(9002, "acme/gadgets", 77)
    places = {9001: PLACE, 9002: other}
    transport = answering(lambda sent: grant(places[json.loads(sent.body or b"")["repository_ids"][0]]))
    github = client(transport)
    github.issue_comment(PLACE, 11)
    github.issue_comment(other, 11)
    assert transport.granted == 2
    assert transport.paths == [f"/repos/acme/{name}/issues/comments/11" for name in ("widgets", "gadgets")]


def test_the_repository_is_asked_for_by_its_present_name() -> None:
    """The answer that brings the token says what it is called now."""
    transport = answering(lambda _: grant(Place(9001, "acme/gadgets", 77)))
    client(transport).issue_comment(PLACE, 11)
    assert transport.paths == ["/repos/acme/gadgets/issues/comments/11"]


def test_a_token_for_another_repository_is_not_used() -> None:
    """The one that was asked for has to be among those that it is good for."""
    transport = answering(lambda _: grant(Place(9002, "acme/widgets", 77)))
    with pytest.raises(GithubRefusedError, match="repository acme/widgets is not in installation 77"):
        client(transport).issue_comment(PLACE, 11)
    assert transport.paths == [LOOKED_UP]


def test_where_the_answer_names_no_repository_it_is_looked_at() -> None:
    """Its id has to be the one that is meant; its name is used from then on."""

    def script(sent: Sent) -> Reply:
        if sent.path == "/repos/acme/widgets":
            return told(200, {"id": 9001, "full_name": "acme/gadgets"})
        return told(200, issue_comment())

    transport = Scripted(script, lambda _: grant(listed=False))
    assert client(transport).issue_comment(PLACE, 11) is not None
    assert transport.paths == ["/repos/acme/widgets", "/repos/acme/gadgets/issues/comments/11"]


@pytest.mark.parametrize("reply", [told(200, {"id": 9002, "full_name": "acme/widgets"}), told(404)])
def test_another_repository_under_the_name_is_not_read(reply: Reply) -> None:
    """The one that is meant is not in the installation."""
    found = told(200, {"id": 77})
    transport = Scripted(lambda sent: found if sent.path == LOOKED_UP else reply, lambda _: grant(listed=False))
    with pytest.raises(GithubRefusedError, match="is not in installation 77"):
        client(transport).issue_comment(PLACE, 11)
    assert transport.paths == ["/repos/acme/widgets", LOOKED_UP]


@pytest.mark.parametrize("first", [NOT_GRANTED, refused(422, "Validation failed")])
def test_permissions_that_are_not_granted_are_not_insisted_on(first: Reply) -> None:
    """The token has those of the installation then; what they do not allow is refused when it is asked."""
    transport = answering(lambda sent: first if b"permissions" in (sent.body or b"") else grant())
    assert client(transport).issue_comment(PLACE, 11) is not None
    assert [json.loads(sent.body or b"").keys() for sent in transport.sent if sent.method == "POST"] == [
        {"repository_ids", "permissions"},
        {"repository_ids"},
    ]


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (refused(404, "Not Found"), "installation 77 is gone"),
        (refused(404, "Integration not found"), "GitHub does not accept the App's credentials"),
        (refused(403, "This installation has been suspended"), "the App's installation is suspended"),
        (refused(403, "Forbidden"), "GitHub refuses a token for installation 77"),
        (refused(401, "A JSON web token could not be decoded"), "GitHub does not accept the App's credentials"),
        (NOT_INSTALLED, "repository acme/widgets is not in installation 77"),
        (NOT_GRANTED, "repository acme/widgets is not in installation 77"),
    ],
)
def test_a_refusal_is_a_sentence_and_holds_for_ten_seconds(reply: Reply, words: str) -> None:
    """A hundred jobs do not ask a hundred times."""
    clock = MovedClock()
    transport = answering(lambda _: reply)
    github = client(transport, clock)
    for _ in range(100):
        with pytest.raises(GithubRefusedError, match=words):
            github.issue_comment(PLACE, 11)
    asked = len(transport.sent)
    assert transport.granted == (2 if reply is NOT_GRANTED else 1)
    assert transport.paths in ([], [LOOKED_UP])
    clock.move(seconds=9)
    with pytest.raises(GithubRefusedError, match=words):
        github.issue_comment(PLACE, 11)
    assert len(transport.sent) == asked
    clock.move(seconds=1)
    transport.grants = lambda _: grant(at=clock.now)
    assert github.issue_comment(PLACE, 11) is not None


def test_credentials_that_are_refused_are_so_for_every_repository() -> None:
    """The App itself asks anew whenever it is told to: ``doctor`` wants to know how it is now."""
    transport = Scripted(lambda _: refused(401, "Bad"), lambda _: refused(401, "Bad"))
    github = client(transport)
    for number in range(1, 50):
        with pytest.raises(GithubRefusedError, match="does not accept the App's credentials"):
            github.issue_comment(Place(number, "acme/widgets", number), 11)
    assert transport.granted == 1
    for _ in range(2):
        with pytest.raises(GithubRefusedError):
            github.app()
    assert transport.paths == ["/app", "/app"]


def test_an_installation_that_is_not_known_is_looked_up() -> None:
    """With the App's own token; and once, as long as the token lasts."""

    def script(sent: Sent) -> Reply:
        if sent.path.endswith("/installation"):
            return told(200, {"id": 78})
        return told(200, issue_comment())

    transport = Scripted(script)
    github = client(transport)
    place = Place(9001, "acme/widgets")
    github.issue_comment(place, 11)
    github.issue_comment(place, 11)
    assert [sent.path for sent in transport.sent] == [
        "/repos/acme/widgets/installation",
        "/app/installations/78/access_tokens",
        "/repos/acme/widgets/issues/comments/11",
        "/repos/acme/widgets/issues/comments/11",
    ]
    assert transport.sent[0].headers["authorization"].startswith("bearer ey")


def test_a_repository_without_installation() -> None:
    """The App is not there."""
    with pytest.raises(GithubRefusedError, match="the App is not installed on repository acme/widgets"):
        client(Scripted(lambda _: told(404))).issue_comment(Place(9001, "acme/widgets"), 11)


def test_a_token_that_is_not_taken_any_more_is_renewed_once() -> None:
    """GitHub may end one before its time."""
    tokens = iter(["ghs_old", "ghs_new"])
    transport = Scripted(
        lambda sent: refused(401, "Bad") if "old" in sent.headers["authorization"] else told(200, issue_comment()),
        lambda _: grant(token=next(tokens)),
    )
    github = client(transport)
    assert github.issue_comment(PLACE, 11) is not None
    assert github.issue_comment(PLACE, 11) is not None
    assert transport.granted == 2
    assert len(transport.paths) == 3


def test_a_token_that_is_never_taken_is_refused() -> None:
    """Two are enough."""
    transport = Scripted(lambda _: refused(401, "Bad credentials"))
    with pytest.raises(GithubRefusedError, match="does not accept the token"):
        client(transport).issue_comment(PLACE, 11)
    assert transport.granted == 2
    assert len(transport.paths) == 2


def test_an_old_token_cannot_say_that_there_is_nothing() -> None:
    """GitHub says 404 of a repository that left the installation, too: the token is renewed first."""
    clock = MovedClock()
    transport = Scripted(lambda _: told(404), lambda _: grant(at=clock.now))
    github = client(transport, clock)
    assert github.issue_comment(PLACE, 11) is None
    assert transport.granted == 1
    clock.move(minutes=2)
    assert github.issue_comment(PLACE, 11) is None
    assert transport.granted == 2
    transport.grants = lambda _: NOT_INSTALLED
    clock.move(minutes=2)
    with pytest.raises(GithubRefusedError, match="is not in installation 77"):
        github.issue_comment(PLACE, 11)


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"token": "", "expires_at": "2026-10-02T13:00:00Z"},
        {"token": "a b", "expires_at": "2026-10-02T13:00:00Z"},
        {"token": "a\r\nhost: evil", "expires_at": "2026-10-02T13:00:00Z"},
        {"token": "ghs_x", "expires_at": "tomorrow"},
        {"token": "ghs_x", "expires_at": "2026-10-02T13:00:00Z", "repositories": [{"id": 9001, "full_name": "../.."}]},
    ],
)
def test_a_token_that_is_none_is_no_answer(value: object) -> None:
    """Nothing of it gets into a header or a path."""
    transport = answering(lambda _: told(201, value))
    with pytest.raises(GithubAnswerError):
        client(transport).issue_comment(PLACE, 11)
    assert transport.paths == []


def test_a_token_that_ends_at_once_is_used_once() -> None:
    """It is renewed before every question, which is slow, but right."""
    transport = answering(lambda _: grant(minutes=-5))
    github = client(transport)
    assert github.issue_comment(PLACE, 11) is not None
    assert github.issue_comment(PLACE, 11) is not None
    assert transport.granted == 2


@pytest.mark.parametrize("reply", [grant(), NOT_INSTALLED, GithubDownError("no", retry_at=BEGIN), told(201, {})])
def test_one_thread_renews_and_the_others_share_what_becomes_of_it(reply: Reply) -> None:
    """Whether it is a token or an error; no error object is raised in two threads."""
    threads = 8
    waiting = threading.Barrier(threads)
    go = threading.Event()

    def grants(_: Sent) -> Reply:
        go.wait(5)
        return reply

    transport = answering(grants)
    github = client(transport)

    def ask() -> object:
        waiting.wait(5)
        try:
            return github.issue_comment(PLACE, 11)
        except GithubError as error:
            return error

    with ThreadPoolExecutor(threads) as pool:
        asking = [pool.submit(ask) for _ in range(threads)]
        threading.Timer(0.5, go.set).start()
        outcomes = [one.result(10) for one in asking]
    assert transport.granted == 1
    assert len({type(one) for one in outcomes}) == 1
    assert len({str(one) for one in outcomes}) == 1
    if isinstance(outcomes[0], GithubDownError):
        assert all(isinstance(one, GithubDownError) and one.retry_at == BEGIN for one in outcomes)
    if isinstance(outcomes[0], GithubError):
        assert len({id(one) for one in outcomes}) == threads


def test_a_renewal_that_is_broken_off_leaves_nobody_waiting() -> None:
    """The next one asks again."""
    transport = answering(lambda _: KeyError("a fault of ours"))
    github = client(transport)
    with pytest.raises(KeyError):
        github.issue_comment(PLACE, 11)
    transport.grants = lambda _: grant()
    assert github.issue_comment(PLACE, 11) is not None
