"""What other tools recorded of a commit: git-ai's notes and Agent Trace's file, in one question."""

from __future__ import annotations

import pytest

from resolver.errors import GithubAnswerError, GithubDownError, GithubRefusedError, UnfitError
from resolver.github.port import Records
from resolver.model.github import Kind
from tests.support.builders import OUTSIDER
from tests.support.clone import Clone, NewCommit
from tests.support.github import StandIn
from tests.support.github.reaction_routes import Reaction
from tests.support.scripted import PLACE, Reply, Scripted, client, over_http, refused, told

SHA = "a" * 40


def answer(**blobs: object) -> dict[str, object]:
    """Make GitHub's answer."""
    return {"data": {"repository": dict.fromkeys(("flat", "fanned", "deep", "traces")) | blobs}}


def failing(kind: str, data: object = None) -> dict[str, object]:
    """Make GitHub's answer to a question that it does not answer."""
    return {"data": data, "errors": [{"type": kind, "path": ["repository"], "message": "canary"}]}


def blob(text: str | None, *, cut: bool = False) -> dict[str, object]:
    """Make a file."""
    return {"text": text, "isTruncated": cut}


def test_a_commits_note_and_the_traces(stand_in: StandIn, clone: Clone) -> None:
    """Each as git has it; the commit's name is a variable, as all that is asked for."""
    (sha,) = clone.write([NewCommit("First", {"a.py": "1\n", ".agent-trace/traces.jsonl": "{}\n"})])
    clone.git("update-ref", "refs/heads/main", sha)
    who = ("-c", "user.name=x", "-c", "user.email=x@example.com")
    clone.git(*who, "notes", "--ref=ai", "add", "-m", "a note", sha)
    assert over_http(stand_in.url).records(PLACE, sha) == Records("a note\n", "{}\n")
    (asked,) = stand_in.asked("/graphql$")
    assert sha not in asked.json()["query"]


def test_a_commit_without_either(stand_in: StandIn, clone: Clone) -> None:
    """Where nothing is recorded, nothing is told; so it is of a repository that is gone."""
    (sha,) = clone.write([NewCommit("First", {"a.py": "1\n"})])
    assert over_http(stand_in.url).records(PLACE, sha) == Records()


def test_a_permission_that_is_missing(stand_in: StandIn, clone: Clone) -> None:
    """It is named."""
    (sha,) = clone.write([NewCommit("First", {"a.py": "1\n"})])
    stand_in.installations[77].permissions = {"metadata": "read", "issues": "read"}
    with pytest.raises(GithubRefusedError, match="contents: read"):
        over_http(stand_in.url).records(PLACE, sha)


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (told(200, answer(flat=blob("one"))), Records("one")),
        (told(200, answer(fanned=blob("two"))), Records("two")),
        (told(200, answer(deep=blob("three"), traces=blob("{}"))), Records("three", "{}")),
        (told(200, answer(flat={}, fanned=blob("two"))), Records("two")),
        (told(200, answer(flat=blob("half", cut=True), traces=blob("half", cut=True))), Records()),
        (told(200, answer(flat=blob(None))), Records()),
        (told(200, {"data": {"repository": None}}), Records()),
        (told(200, failing("NOT_FOUND", {"repository": None})), Records()),
        (told(200, failing("NOT_FOUND")), Records()),
        (told(200, failing("FORBIDDEN")), GithubRefusedError),
        (told(200, failing("RATE_LIMITED")), GithubDownError),
        (told(200, failing("SOMETHING")), GithubAnswerError),
        (told(200, {"data": None}), GithubAnswerError),
        (told(200, {}), GithubAnswerError),
        (told(200, answer(flat=blob("x") | {"text": 1})), GithubAnswerError),
        (told(404, {}), GithubAnswerError),
        (refused(403, "Resource not accessible by integration"), GithubRefusedError),
    ],
)
def test_three_outcomes(reply: Reply, expected: Records | type[Exception]) -> None:
    """What is there, nothing, or an error: half a file is none, and no error is nothing."""
    github = client(Scripted(lambda _: reply))
    if isinstance(expected, Records):
        assert github.records(PLACE, SHA) == expected
    else:
        with pytest.raises(expected):
            github.records(PLACE, SHA)


@pytest.mark.parametrize("sha", ["HEAD", "a" * 39, "../x", "a:b"])
def test_what_is_no_commit_is_not_asked_about(sha: str) -> None:
    """A name that could lead elsewhere is refused before anything is sent."""
    transport = Scripted(lambda _: told(404))
    with pytest.raises(UnfitError):
        client(transport).records(PLACE, sha)
    assert transport.paths == []


@pytest.mark.parametrize(
    ("kind", "on", "path"),
    [
        (Kind.ISSUE_COMMENT, 11, "issues/comments/11"),
        (Kind.REVIEW_COMMENT, 12, "pulls/comments/12"),
        (Kind.COMMIT_COMMENT, 13, "comments/13"),
        (Kind.ISSUE, 5, "issues/5"),
        (Kind.PULL_REQUEST, 42, "issues/42"),
    ],
)
def test_reactions(stand_in: StandIn, kind: Kind, on: int, path: str) -> None:
    """Page by page, of whatever kind of text; those of a deleted account are nobody's."""
    by = (OUTSIDER, None)
    made = [Reaction(number, path, by[number % 2], "+1", "2026-10-03T09:00:00Z") for number in range(1, 131)]
    stand_in.repositories[9001].reactions += [*made, Reaction(999, "issues/6", OUTSIDER, "-1", "2026-10-03T09:00:00Z")]
    found = [one for page in over_http(stand_in.url).reactions(PLACE, kind, on) for one in page]
    assert [one.id for one in found] == list(range(1, 131))
    assert {None if one.user is None else one.user.id for one in found} == {OUTSIDER.id, None}


def test_of_a_review_nobody_is_asked() -> None:
    """GitHub's REST API tells no reactions to reviews."""
    with pytest.raises(GithubAnswerError):
        client(Scripted(lambda _: told(404))).reactions(PLACE, Kind.REVIEW, 1)
