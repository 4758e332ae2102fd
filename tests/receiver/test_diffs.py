"""The diff of a commit, asked of GitHub for whoever waits: over HTTP, of a stand-in with a real git repository."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from receiver.app import create_app
from receiver.diffs import COME_AGAIN
from receiver.waiting import MOST_DIFFS
from resolver.locks import repository_lock
from resolver.model.github import RepositorySeen
from tests.support.api import NOON, REPOSITORY, REPOSITORY_ID, Api, open_api, refused
from tests.support.builders import Repo, issue_comment
from tests.support.clone import Clone, NewCommit
from tests.support.databases import look_into
from tests.support.entries import entry
from tests.support.github import Fault, Repository, StandIn, faults, key_pair
from tests.support.github.answer import Answer
from tests.support.github.asked import Recorded
from tests.support.service import environment
from tests.support.tree import ROOT

NUMBERS = "".join(f"{number}\n" for number in range(40))
NOWHERE = "f" * 40


@dataclass
class Desk:
    """A service, and the GitHub that it asks."""

    api: Api
    github: StandIn
    repo: Repository
    clone: Clone
    app: Flask

    def ask(self, sha: object, repository: object = REPOSITORY) -> TestResponse:
        """Ask for the diff of an entry that names a commit."""
        return self.app.test_client().get(named(self.api, repository, sha), headers=self.api.headers)

    def shown(self, sha: str) -> dict[str, Any]:
        """Ask for a diff that there is."""
        answer = self.ask(sha)
        assert answer.status_code == 200, answer.text
        return dict(answer.json or {})

    def write(self, *commits: NewCommit, branch: str | None = "main") -> list[str]:
        """Write commits, and let a branch end with the last one."""
        shas = self.clone.write(commits)
        if branch is not None:
            self.repo.branch(branch, shas[-1])
        return shas


def named(api: Api, repository: object, sha: object) -> str:
    """Have an entry name a commit, as rows may that other hands wrote; return the address of its diff."""
    feedback_id = api.give()
    with api.services.store.transaction() as ledger:
        feedback = ledger.feedback(feedback_id)
        assert feedback is not None
        report = ledger.report_about(feedback_id) or ledger.open_report(feedback, NOON)
        content = {"repository": repository, "commit_sha": sha, "branch": "main", "message": "x"}
        entry_id = ledger.add_entry(entry(report, "commit", content))
    return f"/v1/reports/{report.id}/entries/{entry_id}/diff"


def seen(api: Api, number: int = REPOSITORY_ID, name: str = REPOSITORY, *workspaces: str, **more: Any) -> None:  # noqa: ANN401
    """Keep a repository of some workspaces, as a delivery would."""
    with api.services.store.transaction(repository_lock(number)) as ledger:
        ledger.put_repository(RepositorySeen(number, name, more.pop("at", NOON), **more), *workspaces or ("default",))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A service whose App is installed on its repository."""
    clone = Clone(tmp_path / "clone.git").make()
    with StandIn() as github:
        repo = github.repository(id=REPOSITORY_ID, name=REPOSITORY, clone=clone)
        github.install(repositories=[repo])
        with open_api(
            tmp_path,
            github_app_id=github.app.id,
            github_private_key_file=key_pair().write(tmp_path),
            github_api_url=github.url,
        ) as api:
            api.now = datetime.now(UTC)
            seen(api)
            yield Desk(api, github, repo, clone, api.app)


@pytest.fixture
def pair(desk: Desk) -> list[str]:
    """Two commits on the main branch: a file, and a change of it."""
    first = NewCommit("first", {"a.txt": NUMBERS})
    return desk.write(first, NewCommit("second", {"a.txt": NUMBERS.replace("20\n", "twenty\n")}, parents=[0]))


def test_a_commit_is_shown_as_git_shows_it(desk: Desk, pair: list[str]) -> None:
    """The text is git's, but for the contents' ids; the names are the present ones."""
    shown = desk.clone.git("diff-tree", "-p", "--no-commit-id", pair[1]).decode()
    rows = [row for row in shown.splitlines(keepends=True) if not row.startswith("index ")]
    assert desk.shown(pair[1]) == {
        "repository": REPOSITORY,
        "commit_sha": pair[1],
        "proven": True,
        "diff": "".join(rows),
        "complete": True,
        "missing": [],
    }


def test_what_github_leaves_out_is_named(desk: Desk) -> None:
    """Binary and large files have no patch, moved ones are looked after: the diff is not complete, and says why."""
    long = f"\0{NUMBERS}"
    first = NewCommit("first", {"same": f"{long}x", "changed": f"{long}y", "binary": "\0"})
    moved = {"a/same": f"{long}x", "a/changed": f"{long}z", "same": None, "changed": None}
    second = NewCommit(
        "second", {**moved, "binary": "\0\0", "large": f"{'x' * 1023}\n" * 1025, "text": "x\n"}, parents=[0]
    )
    shown = desk.shown(desk.write(first, second)[1])
    assert not shown["complete"]
    assert [sentence.split(" ")[0] for sentence in shown["missing"]] == ["a/changed", "binary", "large"]
    assert [row for row in shown["diff"].split("\n") if row.startswith("diff ")] == [
        "diff --git a/same b/a/same",
        "diff --git a/text b/text",
    ]


def test_a_push_proves_a_commit(desk: Desk, pair: list[str]) -> None:
    """What a delivery brought here is the repository's: GitHub is not asked for a proof."""
    (fork,) = desk.write(NewCommit("x", {"a.txt": "x"}, parents=[pair[0]]), branch=None)
    assert desk.shown(fork)["proven"] is False
    desk.github.forget()
    desk.api.push("x", sha=fork)
    assert desk.shown(fork)["proven"] is True
    assert desk.github.requests == []


def test_branches_prove_a_commit(desk: Desk, pair: list[str]) -> None:
    """The end of any branch does, and what leads to the default branch's end."""
    (topic,) = desk.write(NewCommit("x", {"a.txt": "x"}, parents=[pair[0]]), branch="topic/x")
    assert [desk.shown(sha)["proven"] for sha in (topic, pair[0], pair[1])] == [True, True, True]


def test_a_forks_commit_is_shown_as_unproven(desk: Desk, pair: list[str]) -> None:
    """GitHub shows it, though the repository may not have it."""
    (fork,) = desk.write(NewCommit("x", {"b.txt": "x"}, parents=[pair[1]]), branch=None)
    shown = desk.shown(fork)
    assert (shown["proven"], shown["complete"]) == (False, True)
    assert "+++ b/b.txt" in shown["diff"]


def test_github_is_asked_once(desk: Desk, pair: list[str]) -> None:
    """A commit and its proof are kept: the second time nothing is asked; one client does for all."""
    once = desk.shown(pair[0])
    count = len(desk.github.requests)
    assert desk.shown(pair[0]) == once
    assert len(desk.github.requests) == count
    desk.shown(pair[1])
    assert len(desk.github.asked("access_tokens")) == 1


def test_a_repository_is_asked_about_by_its_present_name(desk: Desk, pair: list[str]) -> None:
    """An entry that names it as it was called before leads to what it is called now."""
    desk.repo.rename("acme/gizmos")
    seen(desk.api, REPOSITORY_ID, "acme/gizmos", at=datetime(2026, 10, 2, tzinfo=UTC))
    assert desk.shown(pair[1])["repository"] == "acme/gizmos"
    assert desk.github.asked("/repos/acme/widgets") == []


def test_other_workspaces_repositories_are_not_there(desk: Desk, pair: list[str]) -> None:
    """Neither one that is unknown, nor another workspace's, nor one that was deleted: nothing is asked."""
    seen(desk.api, 102, "acme/other", "elsewhere")
    seen(desk.api, 103, "acme/gone", deleted=True)
    for repository in ("acme/unknown", "acme/other", "acme/gone"):
        assert repository in refused(desk.ask(pair[1], repository), 404)["message"]
    assert desk.github.requests == []


@pytest.mark.parametrize(
    "repository", ["", "acme", "acme/..", "acme/widgets/pulls", "acme/widgets?", "a\r\nb/c", None, 7, []]
)
def test_rubbish_as_a_repository_is_not_asked_about(desk: Desk, pair: list[str], repository: object) -> None:
    """Whatever a row holds: what GitHub gives no repository as a name is refused, and nothing is sent."""
    assert refused(desk.ask(pair[1], repository), 422)["code"] == "bad_name"
    assert desk.github.requests == []


@pytest.mark.parametrize(
    "sha", ["", "main", "a" * 39, "A" * 40, "../../pulls/1", f"{'a' * 40}\n", "a" * 41, None, 7, {}]
)
def test_rubbish_as_a_commit_is_not_asked_about(desk: Desk, sha: object) -> None:
    """Whatever a row holds: what is no whole SHA is refused, and nothing is sent."""
    assert refused(desk.ask(sha), 422)["code"] == "bad_name"
    assert desk.github.requests == []


def test_a_commit_that_github_has_not_is_not_there(desk: Desk, pair: list[str]) -> None:
    """Nor is one of a repository that is gone."""
    assert NOWHERE in refused(desk.ask(NOWHERE), 404)["message"]
    desk.repo.clone = None
    refused(desk.ask(pair[0]), 404)


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        (faults.status(502), 503, "github_down"),
        (faults.cut(), 503, "github_down"),
        (faults.primary_limit(reset_in=60), 503, "github_down"),
        (faults.secondary_limit(retry_after=40), 503, "github_down"),
        (faults.status(403, message="no"), 502, "github_refused"),
        (faults.malformed(), 502, "github_answer"),
        (faults.redirect(302, "https://evil.example/"), 502, "github_answer"),
    ],
)
def test_an_error_of_githubs_is_told_as_one(desk: Desk, pair: list[str], fault: Fault, status: int, code: str) -> None:
    """Down or limited: 503 with the time to come again. Refused, or not to be read: 502. Neither is "nothing"."""
    for where in ("/commits/[0-9a-f]+$", "branches-where-head"):
        desk.github.fault = fault.on(where)
        answer = desk.ask(pair[1])
        assert refused(answer, status)["code"] == code
        assert ("Retry-After" in answer.headers) == (status == 503)
        desk.api.wait(hours=2)
        desk.github.clock = lambda: desk.api.now


def test_a_limit_says_when_to_come_again(desk: Desk, pair: list[str]) -> None:
    """As long as GitHub wants to be left alone; it is not asked meanwhile, and asked again afterwards."""
    desk.github.fault = faults.secondary_limit(retry_after=40).times(1)
    assert desk.ask(pair[1]).headers["Retry-After"] == "40"
    desk.github.forget()
    desk.api.wait(seconds=15)
    assert desk.ask(pair[1]).headers["Retry-After"] == "25"
    assert desk.github.requests == []
    desk.api.wait(seconds=26)
    desk.shown(pair[1])


def test_a_github_that_is_gone_is_out_of_reach(desk: Desk, pair: list[str]) -> None:
    """Nobody listens: 503, and no word of where it was looked for; the next one who asks is answered."""
    desk.github.down()
    answer = desk.ask(pair[1])
    assert refused(answer, 503)["code"] == "github_down"
    assert str(desk.github.port) not in answer.text
    desk.github.up()
    desk.shown(pair[1])


def test_an_installation_that_is_gone_refuses(desk: Desk, pair: list[str]) -> None:
    """What the operator has to change is said."""
    desk.github.uninstall(77)
    assert refused(desk.ask(pair[1]), 502)["code"] == "github_refused"


@pytest.mark.parametrize("missing", ["id", "key", "file"])
def test_without_an_app_github_is_not_asked(tmp_path: Path, missing: str) -> None:
    """The settings name no App, or a key that cannot be read: that is said, without where the key is."""
    given = {"github_app_id": 12345, "github_private_key_file": key_pair().write(tmp_path)}
    if missing == "file":
        given["github_private_key_file"] = tmp_path / "none.pem"
    else:
        del given["github_app_id" if missing == "id" else "github_private_key_file"]
    with open_api(tmp_path, **given) as api:
        seen(api)
        answer = api.client.get(named(api, REPOSITORY, NOWHERE), headers=api.headers)
        assert refused(answer, 502)["code"] == "github_refused"
        assert str(tmp_path) not in answer.text
        for rubbish in ((REPOSITORY, "main"), ("acme/..", NOWHERE)):
            refused(api.client.get(named(api, *rubbish), headers=api.headers), 422)


class Held:
    """A GitHub that answers when it is let go: ``asked`` counts who waits."""

    def __init__(self) -> None:
        self.asked = threading.Semaphore(0)
        self._over = threading.Event()

    def fault(self) -> Fault:
        """Return what holds the answers back."""

        def effect(_: Recorded, answer: Callable[[], Answer]) -> Answer:
            self.asked.release()
            self._over.wait(20)
            return answer()

        return Fault(effect)

    def let_go(self) -> None:
        """Answer everybody."""
        self._over.set()


def in_thread(call: Callable[[], TestResponse], answers: list[TestResponse]) -> threading.Thread:
    """Ask in a thread of its own."""
    thread = threading.Thread(target=lambda: answers.append(call()), daemon=True)
    thread.start()
    return thread


def test_a_slow_github_keeps_no_webhook_waiting(desk: Desk, pair: list[str]) -> None:
    """While a diff waits, the place that it had at work is another request's; afterwards it waits for one again."""
    held, slow, quick = Held(), list[TestResponse](), list[TestResponse]()
    desk.app = create_app(desk.api.services, at_work=1)
    desk.github.fault = held.fault().on("/commits/")
    asking = in_thread(lambda: desk.ask(pair[1]), slow)
    assert held.asked.acquire(timeout=10)
    comment = issue_comment(Repo(id=REPOSITORY_ID, name=REPOSITORY), id=1)
    post = desk.app.test_client().post
    sending = in_thread(lambda: post("/webhooks/github", data=comment.body, headers=comment.headers("hook")), quick)
    sending.join(10)
    assert [answer.status_code for answer in quick] == [202]
    assert slow == []
    held.let_go()
    asking.join(10)
    sending.join(10)
    assert [answer.status_code for answer in slow] == [200]
    assert desk.app.test_client().get("/healthz").status_code == 200


def test_no_more_than_some_wait_for_github(desk: Desk, pair: list[str]) -> None:
    """Whoever comes when all places are taken is told to come again; they are given back, also after an error."""
    held, answers = Held(), list[TestResponse]()
    desk.github.fault = held.fault().on("/commits/")
    threads = [in_thread(lambda: desk.ask(pair[0]), answers) for _ in range(MOST_DIFFS)]
    for _ in threads:
        assert held.asked.acquire(timeout=10)
    busy = desk.ask(pair[0])
    assert refused(busy, 503)["code"] == "busy"
    assert busy.headers["Retry-After"] == str(COME_AGAIN)
    held.let_go()
    for thread in threads:
        thread.join(10)
    assert [answer.status_code for answer in answers] == [200] * MOST_DIFFS
    desk.github.fault = faults.status(403)
    assert [desk.ask(pair[1]).status_code for _ in range(MOST_DIFFS + 1)] == [502] * (MOST_DIFFS + 1)
    desk.github.fault = None
    desk.shown(pair[1])


def test_the_idle_process_carries_no_client(tmp_path: Path) -> None:
    """A web process imports what asks GitHub when it is first asked for a diff."""
    code = "import sys; from receiver.web import application; application(); print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=environment({"WHICHRUN_WEBHOOK_SECRETS": "x", "PYTHONPATH": str(ROOT)}),
        capture_output=True,
        check=True,
        text=True,
    )
    modules = set(done.stdout.split())
    assert "receiver.diffs" in modules
    assert not {"requests", "urllib3", "resolver.github.client", "resolver.diffs"} & modules


@pytest.mark.parametrize("content", [None, [], "text", {}, {"repository": None}, {"repository": 7, "commit_sha": []}])
def test_an_entry_of_a_former_shape_asks_nothing(desk: Desk, content: object) -> None:
    """What names no repository and no commit is 422, and GitHub is not asked."""
    address = named(desk.api, REPOSITORY, NOWHERE)
    database = look_into(desk.api.services.store)
    with database.writing():
        database.change("UPDATE report_entry SET content = ? WHERE type = 'commit'", (json.dumps(content),))
    refused(desk.api.client.get(address, headers=desk.api.headers), 422)
    assert desk.github.requests == []


def test_only_a_commit_has_a_diff(desk: Desk) -> None:
    """An entry of another type is 404, whatever it holds."""
    address = named(desk.api, REPOSITORY, NOWHERE)
    database = look_into(desk.api.services.store)
    with database.writing():
        database.change("UPDATE report_entry SET type = 'note' WHERE type = 'commit'")
    refused(desk.api.client.get(address, headers=desk.api.headers), 404)
    assert desk.github.requests == []
