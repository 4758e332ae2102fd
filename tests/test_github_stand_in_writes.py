"""The stand-in takes what is written as GitHub does: levels of permission, what it answers, and what it refuses."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from tests.support.github import Repository, StandIn
from tests.support.github.asking import ask, token_header
from tests.support.github.writing_routes import bot

SHA = "a" * 40
RUN = {"name": "a check", "head_sha": SHA, "status": "completed", "conclusion": "neutral"}
WRITES = {"issues": "write", "pull_requests": "write", "checks": "write"}


@pytest.fixture
def github() -> Iterator[StandIn]:
    """GitHub with an issue (5), a pull request (42), and comments on them, in an installation that may write."""
    with StandIn() as made:
        repo = made.repository()
        made.install(repositories=[repo], permissions={"metadata": "read", "contents": "read", **WRITES})
        repo.add_issue(5)
        repo.add_pull(42, head_sha=SHA, base_sha="b" * 40)
        repo.add_issue_comment(5, 11)
        repo.add_review_comment(42, 21, path="a.py", commit_id=SHA)
        repo.add_review_comment(42, 22, path="a.py", commit_id=SHA, in_reply_to_id=21)
        yield made


@pytest.fixture
def repo(github: StandIn) -> Repository:
    """The repository."""
    return github.repositories[9001]


def send(
    github: StandIn, method: str, path: str, body: object, permissions: dict[str, str] | None = None
) -> requests.Response:
    """Send something with a token of some permissions (all that write)."""
    headers = token_header(github, permissions=WRITES if permissions is None else permissions)
    url = f"{github.url}/repos/acme/widgets{path}"
    return requests.request(method, url, json=body, headers=headers, timeout=5)


@pytest.mark.parametrize(
    ("method", "path", "body", "level"),
    [
        ("POST", "/issues/5/comments", {"body": "x"}, {"issues": "read"}),
        ("POST", "/issues/42/comments", {"body": "x"}, {"issues": "write"}),
        ("POST", "/pulls/42/comments/21/replies", {"body": "x"}, {"issues": "write"}),
        ("POST", "/issues/comments/11/reactions", {"content": "eyes"}, {"contents": "read"}),
        ("POST", "/pulls/comments/21/reactions", {"content": "eyes"}, {"issues": "write"}),
        ("PATCH", "/issues/comments/11", {"body": "x"}, {"issues": "read"}),
        ("POST", "/check-runs", RUN, {"checks": "read"}),
    ],
)
def test_writing_takes_the_permission_to_write(
    github: StandIn, method: str, path: str, body: object, level: dict[str, str]
) -> None:
    """A token that only reads, or writes something else, is refused (403)."""
    assert send(github, method, path, body, level).status_code == 403
    assert send(github, method, path, body).status_code in {200, 201}


def test_a_reaction_is_there_once(github: StandIn, repo: Repository) -> None:
    """201 the first time, 200 from then on; 422 for none of the reactions, 404 for no comment."""
    answers = [
        send(github, "POST", path, {"content": content}).status_code
        for path, content in (
            ("/issues/comments/11/reactions", "eyes"),
            ("/issues/comments/11/reactions", "eyes"),
            ("/pulls/comments/21/reactions", "eyes"),
            ("/issues/comments/11/reactions", "wink"),
            ("/issues/comments/12/reactions", "eyes"),
        )
    ]
    assert answers == [201, 200, 201, 422, 404]
    assert [(one.to, one.user) for one in repo.reactions] == [
        ("issues/comments/11", bot(github)),
        ("pulls/comments/21", bot(github)),
    ]


def test_comments_are_the_apps_account(github: StandIn, repo: Repository) -> None:
    """What is written stands there under the App's login, and is listed like any other."""
    made = send(github, "POST", "/issues/5/comments", {"body": "Hello."}).json()
    assert (made["user"]["login"], made["user"]["type"]) == ("whichrun-test[bot]", "Bot")
    assert repo.issue_comments[made["id"]].body == "Hello."
    listed = ask(github, "/repos/acme/widgets/issues/5/comments", token_header(github)).json()
    assert made["id"] in {one["id"] for one in listed}
    changed = send(github, "PATCH", f"/issues/comments/{made['id']}", {"body": "Other."})
    assert (changed.status_code, repo.issue_comments[made["id"]].body) == (200, "Other.")


def test_replies_go_below_the_first_comment(github: StandIn) -> None:
    """A reply names the thread's first comment; below another one it is refused."""
    made = send(github, "POST", "/pulls/42/comments/21/replies", {"body": "Hello."})
    assert (made.status_code, made.json()["in_reply_to_id"]) == (201, 21)
    assert send(github, "POST", "/pulls/42/comments/22/replies", {"body": "Hello."}).status_code == 422
    assert send(github, "PATCH", f"/pulls/comments/{made.json()['id']}", {"body": "Other."}).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/issues/6/comments", {"body": "x"}, 404),
        ("POST", "/issues/5/comments", {"body": " "}, 422),
        ("POST", "/issues/5/comments", {"body": "x" * 65_537}, 422),
        ("PATCH", "/issues/comments/12", {"body": "x"}, 404),
        ("PATCH", "/pulls/comments/12", {"body": "x"}, 404),
        ("POST", "/pulls/43/comments/21/replies", {"body": "x"}, 404),
        ("POST", "/check-runs", {"name": "x"}, 422),
        ("POST", "/check-runs", RUN | {"conclusion": None}, 422),
        ("POST", "/check-runs", RUN | {"status": "done"}, 422),
        ("PATCH", "/check-runs/1", RUN, 404),
    ],
)
def test_what_github_does_not_take(github: StandIn, method: str, path: str, body: object, status: int) -> None:
    """What is not there is 404, what cannot be is 422."""
    assert send(github, method, path, body).status_code == status


def test_check_runs(github: StandIn, repo: Repository) -> None:
    """One is made, changed but for its commit, and listed by commit and name."""
    made = send(github, "POST", "/check-runs", RUN | {"external_id": "m"}).json()
    run = repo.check_runs[made["id"]]
    assert (run.conclusion, run.external_id) == ("neutral", "m")
    assert send(github, "PATCH", f"/check-runs/{run.id}", {"status": "in_progress"}).status_code == 200
    assert (run.status, run.conclusion) == ("in_progress", None)
    assert send(github, "PATCH", f"/check-runs/{run.id}", RUN).status_code == 422
    for query, count in (("", 1), ("?check_name=a%20check", 1), ("?check_name=other", 0)):
        found = send(github, "GET", f"/commits/{SHA}/check-runs{query}", None, {"checks": "read"}).json()
        assert (found["total_count"], len(found["check_runs"])) == (count, count)
    run.app_id = 999
    assert send(github, "PATCH", f"/check-runs/{run.id}", {"status": "queued"}).status_code == 404
