"""Repositories whose installation is another one by now, and no delivery has told."""

from __future__ import annotations

import json

import pytest

from resolver.errors import GithubAnswerError, GithubDownError, GithubRefusedError
from resolver.github.client import HttpGithub
from tests.support.github import StandIn, faults
from tests.support.scripted import (
    PLACE,
    MovedClock,
    Reply,
    Scripted,
    Sent,
    client,
    grant,
    issue_comment,
    over_http,
    refused,
    told,
)

GONE = refused(404, "Not Found")
ELSEWHERE = refused(
    422, "There is at least one repository that does not exist or is not accessible to the parent installation."
)
LOOKED_UP = "/repos/acme/widgets/installation"


def moved(installation: Reply, *, old: Reply = GONE, new: Reply | None = None) -> Scripted:
    """Answer for an installation 77 that does not have the repository, and a lookup that names another, or does not."""

    def grants(sent: Sent) -> Reply:
        return old if "/installations/77/" in sent.path else grant() if new is None else new

    return Scripted(lambda sent: installation if sent.path == LOOKED_UP else told(200, issue_comment()), grants)


@pytest.fixture
def github(stand_in: StandIn) -> HttpGithub:
    """A client of the stand-in."""
    return over_http(stand_in.url)


@pytest.mark.parametrize("known", [False, True], ids=["never asked", "asked before"])
def test_an_app_that_was_installed_anew(stand_in: StandIn, github: HttpGithub, *, known: bool) -> None:
    """Removed and installed again, it has another number; the old one is said to be gone."""
    if known:
        assert github.issue_comment(PLACE, 11) is not None
    stand_in.uninstall(77)
    stand_in.install(88, "acme", repositories=[stand_in.repositories[9001]])
    assert github.issue_comment(PLACE, 11) is not None
    assert len(stand_in.asked("/installation$")) == 1
    assert stand_in.asked("/installations/88/access_tokens$")[0].json()["repository_ids"] == [9001]


def test_a_repository_that_moved_to_another_account(stand_in: StandIn, github: HttpGithub) -> None:
    """The old installation is still there; the old name leads to the new one."""
    repository = stand_in.repositories[9001]
    stand_in.remove_repository(77, repository)
    stand_in.install(50, "other", repositories=[repository])
    repository.rename("other/widgets")
    assert github.issue_comment(PLACE, 11) is not None
    assert [one.target for one in stand_in.asked("/comments/11")] == ["/repos/other/widgets/issues/comments/11"]


def test_a_name_that_another_repository_took(stand_in: StandIn, github: HttpGithub) -> None:
    """Its installation is asked for the repository that is meant, which is not there: nothing else is read."""
    stand_in.uninstall(77)
    stand_in.repositories[9001].rename("other/widgets")
    taker = stand_in.repository(id=9999, name="acme/widgets")
    taker.add_issue_comment(5, 11, body="another's")
    stand_in.install(88, "acme", repositories=[taker])
    with pytest.raises(GithubRefusedError, match="installation 77 is gone"):
        github.issue_comment(PLACE, 11)
    assert stand_in.asked("/comments/11") == []


def test_an_app_that_is_not_installed_any_more(stand_in: StandIn, github: HttpGithub) -> None:
    """The refusal stands, and says what it said."""
    stand_in.uninstall(77)
    with pytest.raises(GithubRefusedError, match="installation 77 is gone"):
        github.issue_comment(PLACE, 11)
    assert len(stand_in.asked("/installation$")) == 1


def test_who_is_down_while_the_installation_is_looked_up(stand_in: StandIn, github: HttpGithub) -> None:
    """It is asked later: no refusal is kept."""
    stand_in.uninstall(77)
    stand_in.install(88, "acme", repositories=[stand_in.repositories[9001]])
    stand_in.fault = faults.status(502).on("/installation$")
    with pytest.raises(GithubDownError):
        github.issue_comment(PLACE, 11)
    stand_in.fault = None
    assert github.issue_comment(PLACE, 11) is not None


@pytest.mark.parametrize("old", [GONE, ELSEWHERE])
def test_the_installation_is_looked_up_once_and_the_token_kept(old: Reply) -> None:
    """As the App, and for that one repository; an hour later both are asked for anew."""
    clock = MovedClock()
    transport = moved(told(200, {"id": 78}), old=old)
    github = client(transport, clock)
    for _ in range(3):
        assert github.issue_comment(PLACE, 11) is not None
    asked = [sent.path for sent in transport.sent]
    assert asked[:4] == [
        "/app/installations/77/access_tokens",
        LOOKED_UP,
        "/app/installations/78/access_tokens",
        "/repos/acme/widgets/issues/comments/11",
    ]
    assert len(asked) == 6
    assert transport.sent[1].headers["authorization"].startswith("bearer ey")
    assert json.loads(transport.sent[2].body or b"")["repository_ids"] == [9001]
    clock.move(hours=1)
    transport.grants = lambda _: grant(at=clock.now)  # what was gone is back: it comes first again
    assert github.issue_comment(PLACE, 11) is not None
    assert transport.sent[-2].path == "/app/installations/77/access_tokens"


@pytest.mark.parametrize(
    ("installation", "new"),
    [
        (told(404), None),
        (told(200, {"id": 77}), None),
        (told(200, {"id": 78}), GONE),
        (told(200, {"id": 78}), ELSEWHERE),
    ],
)
@pytest.mark.parametrize(
    ("old", "words"), [(GONE, "installation 77 is gone"), (ELSEWHERE, "acme/widgets is not in installation 77")]
)
def test_where_no_other_installation_helps_the_refusal_stands(
    installation: Reply, new: Reply | None, old: Reply, words: str
) -> None:
    """It is kept for a minute, and nothing is looked up meanwhile; no other error comes along with it."""
    transport = moved(installation, old=old, new=new)
    github = client(transport)
    for _ in range(3):
        with pytest.raises(GithubRefusedError, match=words) as refusal:
            github.issue_comment(PLACE, 11)
        assert (refusal.value.__cause__, refusal.value.__context__) == (None, None)
    assert transport.paths == [LOOKED_UP]


@pytest.mark.parametrize(
    ("installation", "new", "kind", "words"),
    [
        (told(200, {}), None, GithubAnswerError, "id is missing"),
        (refused(401, "Bad"), None, GithubRefusedError, "does not accept the App's credentials"),
        (told(200, {"id": 78}), refused(403, "This installation has been suspended"), GithubRefusedError, "suspended"),
    ],
)
def test_what_goes_wrong_on_the_way_is_said(
    installation: Reply, new: Reply | None, kind: type[Exception], words: str
) -> None:
    """It is another thing to mend than the old installation."""
    with pytest.raises(kind, match=words):
        client(moved(installation, new=new)).issue_comment(PLACE, 11)


@pytest.mark.parametrize("old", [refused(403, "This installation has been suspended"), refused(403, "Forbidden")])
def test_an_installation_that_refuses_is_still_the_one(old: Reply) -> None:
    """Another one is looked for only where the repository is not in it."""
    transport = moved(told(200, {"id": 78}), old=old)
    with pytest.raises(GithubRefusedError):
        client(transport).issue_comment(PLACE, 11)
    assert transport.paths == []
