"""`whichrun backfill` against the stand-in: what it reads, and what happens when it is stopped or put off."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import Result

from receiver import backfill, patience
from tests.support.api import Api, open_api
from tests.support.builders import MAINTAINER
from tests.support.command_line import answer_of, error_of, whichrun
from tests.support.github import StandIn, faults
from tests.support.history import NAME, NUMBER, WHOLE, Past, assert_all_is_known, credentials, eventful, feedback_of
from tests.support.service import COMMAND, environment, until
from tests.support.tree import ROOT

Call = Callable[..., Result]

COUNTS = ("pull_requests", "reviews", "review_comments", "issues", "issue_comments", "commit_comments", "commits")


@pytest.fixture
def github() -> Iterator[StandIn]:
    """Return a GitHub."""
    with StandIn() as standing_in:
        yield standing_in


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    """Return a service with a fresh store."""
    with open_api(tmp_path) as opened:
        yield opened


@pytest.fixture
def settings(github: StandIn, tmp_path: Path) -> dict[str, str]:
    """Return the settings of the command: the service's store, and the App's credentials."""
    return {
        "database_url": f"sqlite:///{tmp_path / 'api.db'}",
        "signing_secrets": "k1:secret-for-tests",
        "feedback_authors": MAINTAINER.login,
        **credentials(github, tmp_path),
    }


@pytest.fixture
def call(api: Api, settings: dict[str, str]) -> Call:
    """Return a function that runs a command."""
    return lambda *arguments, **more: whichrun(*arguments, settings=settings | more)


@pytest.fixture
def history(github: StandIn, api: Api, tmp_path: Path) -> Past:
    """Let agents and people have worked for a while, unseen."""
    return eventful(api, github, tmp_path)


def test_a_history_that_nobody_delivered_is_read(history: Past, call: Call) -> None:
    """Of a repository that no delivery ever spoke of, everything is read, and feedback in it finds its run."""
    document = answer_of(call("backfill", NAME, "--json"))
    assert document == {"repository": NAME, **WHOLE, "failed": []}
    assert_all_is_known(call)
    review = f"https://github.com/{NAME}/pull/3#pullrequestreview-103"
    assert answer_of(call("resolve", review, "--json"))["span_id"] == "span-3"
    commit = f"https://github.com/{NAME}/commit/{history.shas[2]}"
    of_commit = answer_of(call("resolve", commit, "--json"))
    assert (of_commit["span_id"], of_commit["confidence"]) == ("span-2", "exact")


def test_both_databases_take_it(migrated_url: str, github: StandIn, settings: dict[str, str], tmp_path: Path) -> None:
    """SQLite and PostgreSQL end with the same."""
    with open_api(tmp_path, database_url=migrated_url) as api:
        eventful(api, github, tmp_path)
        there = settings | {"database_url": migrated_url}
        document = answer_of(whichrun("backfill", NAME, "--json", settings=there))
        assert document == {"repository": NAME, **WHOLE, "failed": []}
        assert_all_is_known(lambda *arguments: whichrun(*arguments, settings=there))


def test_only_reading_is_asked_for(history: Past, github: StandIn, call: Call) -> None:
    """Nothing is written at GitHub: but for tokens, every request only reads."""
    answer_of(call("backfill", NAME, "--json"))
    written = {request.target for request in github.requests if request.method != "GET"}
    assert written == {"/app/installations/77/access_tokens"}


def test_each_stage_is_told_where_there_is_no_terminal(history: Past, call: Call) -> None:
    """Without a terminal each stage is a line on standard error, and the sum is one on standard output."""
    result = call("backfill", NAME)
    assert result.exit_code == 0
    assert "pull requests: 3\n" in result.stderr
    assert "commits of the default branch: 4\n" in result.stderr
    assert result.stdout.startswith(f"read of {NAME}: 3 pull requests, 3 reviews")


def test_reading_again_changes_nothing(history: Past, api: Api, call: Call) -> None:
    """When it is done, the same command begins anew, and what is known already is not decided again."""
    first = answer_of(call("backfill", NAME, "--json"))
    (item, *_) = answer_of(call("feedback", "--json"))["items"]
    before = api.get(f"/feedback/{item['id']}/resolutions").json
    assert answer_of(call("backfill", NAME, "--json")) == first
    assert_all_is_known(call)
    assert api.get(f"/feedback/{item['id']}/resolutions").json == before


def test_it_goes_on_where_an_outage_stopped_it(
    history: Past, github: StandIn, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GitHub down for too long ends it, and it says what to do; the same command goes on and asks nothing twice."""
    monkeypatch.setattr(patience, "MOST_SILENCE", timedelta(0))
    github.fault = faults.status(502).on(r"/pulls/2/reviews")
    error = error_of(call("backfill", NAME, "--json"))
    assert error["code"] == "github_down"
    assert "run the same command again" in error["message"]
    github.fault = None
    github.forget()
    result = call("backfill", NAME)
    assert result.exit_code == 0
    assert "pull requests: going on after 1\n" in result.stderr
    assert "3 pull requests, 3 reviews, 3 review comments" in result.stdout
    assert not github.asked(r"/pulls/1\b")
    assert_all_is_known(call)


def test_pages_that_were_read_are_not_read_again(
    history: Past, github: StandIn, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lists of several pages are read to their end, each thing once; one that broke off goes on with its last page."""
    monkeypatch.setattr(patience, "MOST_SILENCE", timedelta(0))
    for number in range(1000, 1250):
        history.repo.add_issue_comment(5, number, body=f"Remark {number}")
    github.fault = faults.status(503).on(r"/issues/comments\?.*\bpage=3")
    assert error_of(call("backfill", NAME, "--json"))["code"] == "github_down"
    github.fault = None
    github.forget()
    document = answer_of(call("backfill", NAME, "--json"))
    assert document["issue_comments"] == 252
    asked = github.asked(r"/issues/comments\?")
    assert [request.query["page"] for request in asked] == ["2", "3"]
    assert not github.asked(r"/pulls")


def start(settings: dict[str, str], folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start the command as a process of its own."""
    named = {f"WHICHRUN_{name.upper()}": value for name, value in settings.items()}
    return subprocess.Popen(
        [*COMMAND, "backfill", NAME, *arguments],
        cwd=folder,
        env=environment(named | {"PYTHONPATH": str(ROOT)}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("moment", [r"/pulls/1/reviews", r"/pulls/3$", r"/issues/comments", r"/commits\?"])
def test_killed_at_any_moment_it_goes_on(
    history: Past, github: StandIn, call: Call, settings: dict[str, str], tmp_path: Path, moment: str
) -> None:
    """After ``kill -9`` in the midst of any stage the same command ends with all that there is, each counted once."""
    github.fault = faults.hang().on(moment)
    process = start(settings, tmp_path)
    until(lambda: github.asked(moment))
    process.kill()
    process.communicate()
    github.fault = None
    assert answer_of(call("backfill", NAME, "--json")) == {"repository": NAME, **WHOLE, "failed": []}
    assert_all_is_known(call)


@pytest.mark.parametrize("arguments", [(), ("--json",)])
def test_interrupted_it_says_how_to_go_on(
    history: Past, github: StandIn, call: Call, settings: dict[str, str], tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    """Ctrl-C ends it with exit code 130 and one line that says that the same command goes on."""
    github.fault = faults.hang().on(r"/pulls/2$")
    process = start(settings, tmp_path, *arguments)
    until(lambda: github.asked(r"/pulls/2$"))
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=20)
    assert (process.returncode, stdout) == (130, "")
    if arguments:
        assert json.loads(stderr)["error"]["code"] == "interrupted"
    assert "run the same command again" in stderr
    assert "Traceback" not in stderr
    github.fault = None
    assert answer_of(call("backfill", NAME, "--json"))["pull_requests"] == 3


def test_the_rate_limit_is_waited_for(history: Past, github: StandIn, call: Call) -> None:
    """Where GitHub's rate limit is used up, it says so, waits as long as GitHub says, and goes on by itself."""
    github.fault = faults.primary_limit(reset_in=2).on(r"/pulls/2$").times(1)
    result = call("backfill", NAME)
    assert result.exit_code == 0
    assert "rate limit" in result.stderr
    assert "waiting until" in result.stderr
    assert "3 pull requests" in result.stdout


def test_a_short_outage_is_waited_for(
    history: Past, github: StandIn, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A GitHub that fails for a moment is asked again, after a pause."""
    monkeypatch.setattr(patience, "SHORTEST_WAIT", timedelta(milliseconds=20))
    github.fault = faults.status(502).on(r"/pulls/2$").times(6)
    result = call("backfill", NAME)
    assert result.exit_code == 0
    assert "GitHub is failing (502); waiting until" in result.stderr


def test_since_leaves_out_what_was_not_changed(history: Past, call: Call) -> None:
    """With --since only what was changed at that time or later is read, whichever list it stands in."""
    repo = history.repo
    history.pull(9, updated_at="2026-10-20T00:00:00Z")
    repo.add_issue(6, body="New.", created_at="2026-10-20T00:00:00Z")
    repo.add_issue_comment(6, 303, body="Indeed.", created_at="2026-10-20T00:00:00Z")
    repo.add_commit_comment(402, commit_id=history.shas[1], body="Late.", created_at="2026-10-20T00:00:00Z")
    document = answer_of(call("backfill", NAME, "--since", "2026-10-19T00:00:00Z", "--json"))
    assert document == {
        "repository": NAME,
        **dict.fromkeys(COUNTS, 0),
        "pull_requests": 1,
        "issues": 1,
        "issue_comments": 1,
        "commit_comments": 1,
        "failed": [],
    }
    assert feedback_of(call) == {}


def test_each_since_is_a_reading_of_its_own(
    history: Past, github: StandIn, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A whole reading that was stopped is not gone on with by one with --since, nor lost by it."""
    monkeypatch.setattr(patience, "MOST_SILENCE", timedelta(0))
    github.fault = faults.status(502).on(r"/pulls/2$")
    assert call("backfill", NAME).exit_code == 1
    github.fault = None
    late = answer_of(call("backfill", NAME, "--since", "2026-11-01T00:00:00Z", "--json"))
    assert late["pull_requests"] == 0
    github.forget()
    assert answer_of(call("backfill", NAME, "--json"))["pull_requests"] == 3
    assert not github.asked(r"/pulls/1$")


def test_what_cannot_be_read_is_passed_over_and_said(history: Past, github: StandIn, call: Call) -> None:
    """A pull request that GitHub gives no sensible answer about costs nothing but itself, and the exit code is 1."""
    github.fault = faults.malformed().on(r"/pulls/2$")
    result = call("backfill", NAME, "--json")
    assert result.exit_code == 1
    document = json.loads(result.stdout)
    assert (document["pull_requests"], document["review_comments"], document["commits"]) == (2, 3, 4)
    (failed,) = document["failed"]
    assert failed.startswith("pull request 2: GitHub's answer")
    result = call("backfill", NAME)
    assert result.exit_code == 1
    assert "warning: not read: pull request 2" in result.stderr


def test_many_failures_are_not_all_named(
    history: Past, github: StandIn, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of many things that cannot be read some are named, the rest is counted."""
    monkeypatch.setattr(backfill, "MOST_FAILED", 1)
    github.fault = faults.malformed().on(r"/pulls/[123]$")
    result = call("backfill", NAME)
    assert result.exit_code == 1
    assert "not read: pull request 1: " in result.stderr
    assert "not read: 2 more" in result.stderr


def test_a_list_of_another_shape_stops_it(history: Past, github: StandIn, call: Call) -> None:
    """A page that is no list of what was asked for ends it: what stands there may not be passed over."""
    github.fault = faults.other_shape([{"id": "x"}]).on(r"/issues\?")
    error = error_of(call("backfill", NAME, "--json"))
    assert error["code"] == "github_answer"
    github.fault = None
    assert answer_of(call("backfill", NAME, "--json"))["issues"] == 1


def test_a_repository_without_commits_is_read(github: StandIn, call: Call) -> None:
    """An empty repository has nothing to be read, which is no error."""
    github.install(repositories=[github.repository(7, "acme/empty")])
    document = answer_of(call("backfill", "acme/empty", "--json"))
    assert document == {"repository": "acme/empty", **dict.fromkeys(COUNTS, 0), "failed": []}


def test_a_repository_is_found_by_the_name_it_bore(history: Past, call: Call) -> None:
    """A repository that was read before is found under its former name; the result says the present one."""
    answer_of(call("backfill", NAME, "--json"))
    history.repo.rename("acme/gadgets")
    history.repo.updated_at = "2026-10-05T00:00:00Z"
    answer_of(call("backfill", "acme/gadgets", "--json"))
    assert answer_of(call("backfill", NAME, "--json"))["repository"] == "acme/gadgets"


@pytest.mark.parametrize(
    "name", ["acme", "../widgets", "acme/..", "acme/%2e%2e", "acme/wid?gets", "acme/w#x", "acme\\widgets", "a@b/c", ""]
)
def test_what_is_no_name_is_a_usage_error(github: StandIn, call: Call, name: str) -> None:
    """A name that GitHub cannot have given is refused before anything is asked."""
    result = call("backfill", name, "--json")
    assert result.exit_code == 2
    assert error_of(result)["code"] == "usage"
    assert github.requests == []


def test_a_repository_that_the_app_does_not_reach_is_an_error(history: Past, github: StandIn, call: Call) -> None:
    """A repository that does not exist, or on which the App is not installed, is an error that says what to do."""
    github.repository(8, "acme/other")
    for name in ("acme/other", "acme/none"):
        error = error_of(call("backfill", name, "--json"))
        assert error["code"] == "not_found"
        assert "install it there" in error["message"]


def test_a_repository_that_is_not_for_this_service_is_refused(history: Past, github: StandIn, call: Call) -> None:
    """Where WHICHRUN_REPOSITORIES leaves a repository out, so does this."""
    error = error_of(call("backfill", NAME, "--json", repositories="acme/gears"))
    assert error["code"] == "bad_settings"
    assert "WHICHRUN_REPOSITORIES" in error["message"]
    assert not github.asked("/pulls")


def test_a_repository_of_another_workspace_is_refused(history: Past, call: Call) -> None:
    """A repository that belongs to another workspace stays there."""
    answer_of(call("backfill", NAME, "--json"))
    error = error_of(call("backfill", NAME, "--json", workspace="other"))
    assert "another workspace" in error["message"]


def test_without_a_store_nothing_is_asked(github: StandIn, settings: dict[str, str]) -> None:
    """Without an up-to-date store it says what to do first, and GitHub is not asked."""
    Path("new.db").touch()
    for url, said in (("sqlite:///none.db", "there is no database"), ("sqlite:///new.db", "whichrun migrate")):
        error = error_of(whichrun("backfill", NAME, "--json", settings=settings | {"database_url": url}))
        assert said in error["message"]
    assert github.requests == []


@pytest.mark.parametrize("missing", ["github_app_id", "github_private_key_file"])
def test_without_credentials_it_says_which_setting_is_missing(history: Past, call: Call, missing: str) -> None:
    """Without the App's credentials GitHub cannot be asked: the setting that is missing is named."""
    error = error_of(call("backfill", NAME, "--json", **{missing: ""}))
    assert error["code"] == "github_refused"
    assert f"WHICHRUN_{missing.upper()}" in error["message"]


@pytest.mark.parametrize(
    ("happens", "said"),
    [
        (lambda github: github.suspend(77), "suspended"),
        (lambda github: github.installations[77].permissions.pop("pull_requests"), "refuses"),
    ],
)
def test_what_the_app_may_not_read_is_said(
    history: Past, github: StandIn, call: Call, happens: Callable[[StandIn], object], said: str
) -> None:
    """A suspended installation or a missing permission is an error in words, not an empty history."""
    happens(github)
    error = error_of(call("backfill", NAME, "--json"))
    assert error["code"] == "github_refused"
    assert said in error["message"]


def test_a_bar_is_shown_in_a_terminal(history: Past, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a terminal each stage has a bar, and what GitHub says cannot steer it."""
    monkeypatch.setattr("receiver.cli.progress.is_terminal", lambda: True)
    history.github.fault = faults.primary_limit(reset_in=1).on(r"/pulls/2$").times(1)
    result = call("backfill", NAME)
    assert result.exit_code == 0
    assert "pull requests" in result.stderr
    assert "3/3" in result.stderr
    assert "waiting until" in result.stderr


def test_what_a_delivery_brought_is_not_asked_for(history: Past, github: StandIn, api: Api, call: Call) -> None:
    """A commit that a push told of, with its files, is left as it is, and GitHub is not asked for it."""
    api.push("Known before\n", sha=history.shas[1])
    answer_of(call("backfill", NAME, "--json"))
    assert not github.asked(rf"/commits/{history.shas[1]}$")
    with api.services.store.snapshot() as facts:
        commit = facts.commit(NUMBER, history.shas[1])
    assert commit is not None
    assert commit.message == "Known before\n"
