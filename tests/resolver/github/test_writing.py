"""Writing over HTTP, to the stand-in: what is sent, with which token, and what answers mean."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from resolver.answering.own import mark
from resolver.answering.targets import CHECKS, ISSUES, PULLS, Spot, Target, check_on
from resolver.errors import GithubAnswerError, GithubDownError, GithubRefusedError, UnfitError
from resolver.github.client import HttpGithub
from resolver.github.credentials import Credentials
from resolver.model.asking import Place
from tests.support.github import StandIn, faults, key_pair
from tests.support.github.answer import said
from tests.support.github.writing_routes import bot

PLACE = Place(9001, "acme/widgets", 77)
MARKER = "0" * 32
BODY = {"body": f"{mark(MARKER)}\n\nHello."}
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
ISSUE = Target(spot=Spot.ISSUE_COMMENT, permission=ISSUES, number=5)
EYES = Target(spot=Spot.ISSUE_REACTION, permission=ISSUES, comment_id=11)
CHECK = check_on("a" * 40, "whichrun / signed commits")
SENT = {
    "name": CHECK.name,
    "head_sha": CHECK.sha,
    "external_id": MARKER,
    "status": "in_progress",
    "output": {"title": "t", "summary": "s"},
}


class NoAnswers:
    """Keeps nothing."""

    def get(self, repository_id: int, question: str) -> tuple[bytes, str | None] | None:
        """Return nothing."""
        del repository_id, question
        return None

    def put(self, repository_id: int, question: str, body: bytes, etag: str | None) -> None:
        """Keep nothing."""


@pytest.fixture
def github(stand_in: StandIn) -> HttpGithub:
    """The App, which may write all that it takes; issue 5 is there."""
    stand_in.installations[77].permissions |= {"issues": "write", "pull_requests": "write", "checks": "write"}
    stand_in.repositories[9001].add_issue(5)

    def clock() -> datetime:
        return stand_in.clock()

    credentials = Credentials(stand_in.app.id, private_key=key_pair().private_pem.decode(), clock=clock)
    return HttpGithub(credentials, NoAnswers(), clock=clock, api_url=stand_in.url, sleep=lambda _: None)


def tokens(stand_in: StandIn) -> list[dict[str, str]]:
    """Return the permissions of each token that was asked for."""
    return [one.json()["permissions"] for one in stand_in.asked("access_tokens$", method="POST")]


def test_each_kind_takes_its_own_token(stand_in: StandIn, github: HttpGithub) -> None:
    """A token for one repository and one permission, kept for the next write of that kind."""
    writing = github.writing
    assert writing.react(PLACE, EYES)
    assert writing.make(PLACE, ISSUE, MARKER, BODY) is not None
    assert writing.make(PLACE, CHECK, MARKER, SENT) is not None
    assert tokens(stand_in) == [
        {ISSUES: "write", "metadata": "read"},
        {CHECKS: "write", "metadata": "read"},
    ]


def test_a_reaction_twice_is_one(stand_in: StandIn, github: HttpGithub) -> None:
    """GitHub says 200 instead of 201, and both are well; one on a comment that is gone is told."""
    assert github.writing.react(PLACE, EYES)
    assert github.writing.react(PLACE, EYES)
    assert [one.to for one in stand_in.repositories[9001].reactions] == ["issues/comments/11"]
    del stand_in.repositories[9001].issue_comments[11]
    assert not github.writing.react(PLACE, EYES)


@pytest.mark.parametrize("kind", ["comment", "thread", "check"])
def test_what_is_made_is_found_and_edited(stand_in: StandIn, github: HttpGithub, kind: str) -> None:
    """By its marker, with its id; an edit changes it, and says when it is gone."""
    repo = stand_in.repositories[9001]
    repo.add_pull(42, head_sha="a" * 40, base_sha="b" * 40)
    repo.add_review_comment(42, 21, path="a.py", commit_id="a" * 40)
    thread = Target(spot=Spot.REVIEW_COMMENT, permission=PULLS, number=42, comment_id=21)
    cases: dict[str, tuple[Target, Mapping[str, object], dict[str, object]]] = {
        "comment": (ISSUE, BODY, {"body": "Other."}),
        "thread": (thread, BODY, {"body": "Other."}),
        "check": (CHECK, SENT, {"status": "queued"}),
    }
    target, body, other = cases[kind]
    writing = github.writing
    assert writing.find(PLACE, target, MARKER, LONG_AGO) is None
    made = writing.make(PLACE, target, MARKER, body)
    assert made is not None
    assert writing.find(PLACE, target, MARKER, LONG_AGO) == made
    assert writing.find(PLACE, target, "1" * 32, LONG_AGO) is None
    assert writing.edit(PLACE, target, made, {**body, **other})
    repo.issue_comments.pop(made, None)
    repo.review_comments.pop(made, None)
    repo.check_runs.pop(made, None)
    assert not writing.edit(PLACE, target, made, body)


def test_another_page_is_read(stand_in: StandIn, github: HttpGithub) -> None:
    """What was made is found behind more comments than fit on a page, and not where it is older than asked for."""
    repo = stand_in.repositories[9001]
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    for number in range(120):
        repo.add_issue_comment(5, 1000 + number, body="Hm.", created_at=now)
    repo.add_issue_comment(5, 2000, user=bot(stand_in), body=BODY["body"], created_at=now)
    assert github.writing.find(PLACE, ISSUE, MARKER, LONG_AGO) == 2000
    assert github.writing.find(PLACE, ISSUE, MARKER, datetime.now(UTC) + timedelta(hours=1)) is None


def test_another_apps_check_run_is_not_ours(stand_in: StandIn, github: HttpGithub) -> None:
    """A check run with the very marker, by another App, is not found."""
    made = github.writing.make(PLACE, CHECK, MARKER, SENT)
    assert made is not None
    stand_in.repositories[9001].check_runs[made].app_id = 999
    assert github.writing.find(PLACE, CHECK, MARKER, LONG_AGO) is None


def test_what_is_made_is_sent_once(stand_in: StandIn, github: HttpGithub) -> None:
    """After a failure nobody knows whether it was made, so it is not sent again by itself; an edit is."""
    made = github.writing.make(PLACE, ISSUE, MARKER, BODY)
    assert made is not None
    stand_in.fault = faults.status(502)
    with pytest.raises(GithubDownError):
        github.writing.make(PLACE, ISSUE, MARKER, BODY)
    with pytest.raises(GithubDownError):
        github.writing.edit(PLACE, ISSUE, made, BODY)
    assert len(stand_in.asked("/5/comments$", method="POST")) == 2
    assert len(stand_in.asked(f"/comments/{made}$", method="PATCH")) == 2


def test_what_is_not_granted_is_not_tried(stand_in: StandIn, github: HttpGithub) -> None:
    """Without the permission there is no token, and no other token is used instead."""
    stand_in.installations[77].permissions["issues"] = "read"
    with pytest.raises(GithubRefusedError, match="installation 77 does not grant issues: write"):
        github.writing.make(PLACE, ISSUE, MARKER, BODY)
    assert tokens(stand_in) == [{ISSUES: "write", "metadata": "read"}]


def test_a_token_that_is_for_less_than_was_asked_for(stand_in: StandIn, github: HttpGithub) -> None:
    """Where a token comes with other permissions it is not used."""
    other = {"token": "ghs_x", "expires_at": "2036-10-01T00:00:00Z", "permissions": {"metadata": "read"}}
    stand_in.fault = faults.Fault(lambda *_: said(other, 201)).on("access_tokens$")
    with pytest.raises(GithubRefusedError, match="does not grant issues: write"):
        github.writing.make(PLACE, ISSUE, MARKER, BODY)
    assert stand_in.asked("/comments$", method="POST") == []


def test_a_token_that_was_revoked_is_renewed(stand_in: StandIn, github: HttpGithub) -> None:
    """A token that GitHub does not take any more is replaced, and the request sent again: it did nothing."""
    assert github.writing.make(PLACE, ISSUE, MARKER, BODY)
    stand_in.revoke_tokens(77)
    assert github.writing.make(PLACE, ISSUE, MARKER, BODY)
    assert len(tokens(stand_in)) == 2


def test_gone_is_told_from_unseen(stand_in: StandIn, github: HttpGithub) -> None:
    """Before something counts as gone, an old token is renewed: a repository taken out is refused, not gone."""
    made = github.writing.make(PLACE, ISSUE, MARKER, BODY)
    assert made is not None
    begun = stand_in.clock()
    stand_in.clock = lambda: begun + timedelta(minutes=2)
    stand_in.remove_repository(77, stand_in.repositories[9001])
    with pytest.raises(GithubRefusedError, match="not in installation 77"):
        github.writing.edit(PLACE, ISSUE, made, BODY)


def test_answers_that_cannot_be(stand_in: StandIn, github: HttpGithub) -> None:
    """An answer that is refused for its content, or of another shape, is an error; a hostile place is not asked."""
    stand_in.fault = faults.status(422).on("/5/comments$")
    with pytest.raises(GithubAnswerError, match="status 422"):
        github.writing.make(PLACE, ISSUE, MARKER, BODY)
    stand_in.fault = faults.other_shape([]).on("/5/comments$")
    with pytest.raises(GithubAnswerError, match="another shape"):
        github.writing.make(PLACE, ISSUE, MARKER, BODY)
    stand_in.forget()
    with pytest.raises(UnfitError):
        github.writing.make(Place(9001, "acme/..", 77), ISSUE, MARKER, BODY)
    with pytest.raises(UnfitError):
        github.writing.find(PLACE, check_on("../x", "name"), MARKER, LONG_AGO)
    assert stand_in.asked("/(comments|check-runs)", method=None) == []


def test_nothing_shows_a_token(github: HttpGithub) -> None:
    """Neither does the writer."""
    github.writing.make(PLACE, ISSUE, MARKER, BODY)
    assert "ghs_" not in repr(vars(github.writing))
