"""The commands that ask the store, over a real SQLite file with facts in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result

from resolver.model.deliveries import DeliveryStatus
from tests.support.api import AGENT, REPOSITORY, Api, open_api
from tests.support.command_line import answer_of, error_of, whichrun

Call = Callable[..., Result]

COMMENT = f"https://github.com/{REPOSITORY}/issues/5#issuecomment-11"


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    """Return a service with a fresh store; the command line is pointed at the same file."""
    with open_api(tmp_path) as opened:
        yield opened


@pytest.fixture
def call(api: Api, tmp_path: Path) -> Call:
    """Return a function that runs a command on the store of ``api``."""
    settings = {"database_url": f"sqlite:///{tmp_path / 'api.db'}", "signing_secrets": "k1:secret-for-tests"}

    def run(*arguments: str) -> Result:
        return whichrun(*arguments, settings=settings)

    return run


def test_resolve_names_the_run_that_made_a_comment(api: Api, call: Call) -> None:
    """For a signed comment `resolve` names its run, and --json is the resolution of the HTTP API."""
    marks = api.register("span-1", agent_name="coder")
    api.see(f"Done.\n\n{marks['hidden_comment']}", id=11, author=AGENT)
    shown = call("resolve", COMMENT)
    assert shown.exit_code == 0
    lines = dict(line.split(maxsplit=1) for line in shown.stdout.splitlines())
    assert (lines["run"], lines["agent"], lines["confidence"]) == ("span-1", "coder", "exact")
    document = answer_of(call("resolve", COMMENT, "--json"))
    theirs = api.get("/resolve", url=COMMENT).json
    assert theirs is not None
    assert {**document, "resolved_at": None} == {**theirs, "resolved_at": None}


def test_resolve_explains_each_step(api: Api, call: Call) -> None:
    """With --explain each finding is printed in order, with what was looked at."""
    marks = api.register("span-1")
    api.see(f"Done.\n\n{marks['hidden_comment']}", id=11, author=AGENT)
    shown = call("resolve", COMMENT, "--explain").stdout
    findings = answer_of(call("resolve", COMMENT, "--json"))["findings"]
    assert len(findings) > 0
    for number, finding in enumerate(findings, start=1):
        assert f"{number}. {finding['step']}: " in shown
        assert finding["detail"] in shown
    assert f"looked at {COMMENT}" in shown


def test_unresolved_is_an_answer(call: Call) -> None:
    """What nothing speaks for is unresolved, with exit code 0 and the reason."""
    shown = call("resolve", COMMENT)
    assert shown.exit_code == 0
    assert "unresolved" in shown.stdout
    assert "no delivery" in shown.stdout


def test_resolve_refuses_an_address_that_is_none(call: Call) -> None:
    """An address that is not of GitHub's objects is an error in words, or JSON."""
    result = call("resolve", "https://github.com/acme")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("whichrun: ")
    assert error_of(call("resolve", "nonsense", "--json"))["code"] == "bad_url"


def test_runs_lists_with_the_filters_of_the_api(api: Api, call: Call) -> None:
    """`runs` shows runs newest first, and only those that the filters ask for."""
    api.register("span-1", agent_name="coder", number=5)
    api.register("span-2", agent_name="reviewer", number=6)
    items = answer_of(call("runs", "--json"))["items"]
    assert [run["span_id"] for run in items] == ["span-2", "span-1"]
    assert items == (api.get("/runs").json or {})["items"]
    for filters in (("--number", "6"), ("--agent", "reviewer"), ("--limit", "1")):
        assert [run["span_id"] for run in answer_of(call("runs", *filters, "--json"))["items"]] == ["span-2"]
    assert answer_of(call("runs", "--repository", "acme/gears", "--json")) == {"items": [], "more": False}
    table = call("runs").stdout.splitlines()
    assert len(table) == 3
    assert "span-2" in table[1]
    assert "#6" in table[1]


def test_runs_says_that_there_are_more(api: Api, call: Call) -> None:
    """A list that was cut says so: `more` in JSON, a warning on standard error for people."""
    api.register("span-1")
    api.register("span-2")
    assert answer_of(call("runs", "--limit", "1", "--json"))["more"] is True
    result = call("runs", "--limit", "1")
    assert "--limit" in result.stderr
    assert answer_of(call("runs", "--limit", "2", "--json"))["more"] is False


def test_feedback_lists_with_the_filters_of_the_api(api: Api, call: Call) -> None:
    """`feedback` shows what was asked and which run it reached, and only what the filters ask for."""
    api.register("span-1", started_at="2026-10-01T11:00:00Z", number=5)
    api.give("be brief", id=21, number=5)
    api.give("be kind", id=22, number=6)
    items = answer_of(call("feedback", "--json"))["items"]
    assert items == (api.get("/feedback").json or {})["items"]
    assert [item["instruction"] for item in items] == ["be kind", "be brief"]
    for filters in (
        ("--number", "5"),
        ("--confidence", "inferred"),
        ("--run", "span-1"),
        ("--agent", "coder"),
        ("--number", "5", "--status", "new", "--repository", REPOSITORY, "--since", "2026-10-01T00:00:00Z"),
    ):
        found = answer_of(call("feedback", *filters, "--json"))["items"]
        assert [item["instruction"] for item in found] == ["be brief"], filters
    assert answer_of(call("feedback", "--since", "2027-01-01T00:00:00Z", "--json"))["items"] == []
    shown = call("feedback").stdout
    assert "be kind" in shown
    assert "span-1" in shown


def test_what_strangers_wrote_cannot_steer_the_terminal(api: Api, call: Call) -> None:
    """Control characters in feedback are spelled out in the table, and markup is plain text."""
    api.give("be \x1b]0;pwned\x07 [bold]brief[/bold]", id=21)
    shown = call("feedback").stdout
    assert "\x1b" not in shown
    assert "[bold]brief[/bold]" in shown


@pytest.mark.parametrize(
    "arguments",
    [
        ("runs", "--limit", "0"),
        ("runs", "--limit", "501"),
        ("runs", "--repository", "acme"),
        ("feedback", "--status", "nice"),
        ("feedback", "--confidence", "high"),
        ("feedback", "--since", "yesterday"),
        ("feedback", "--since", "2026-10-01T00:00:00"),
        ("feedback", "--number", "0"),
        ("resolve",),
        ("replay",),
        ("replay", "some-guid", "--status", "dead"),
        ("replay", "--status", "done"),
    ],
)
def test_options_that_cannot_be_are_usage_errors(call: Call, arguments: tuple[str, ...]) -> None:
    """What could never be a value of an option is a usage error: exit code 2; as JSON when asked for."""
    result = call(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert error_of(call(*arguments, "--json"))["code"] == "usage"


def test_replay_sets_one_delivery_pending(api: Api, call: Call) -> None:
    """`replay GUID` makes a delivery pending again, whatever became of it."""
    api.record("guid-1", DeliveryStatus.DEAD, "it broke")
    assert answer_of(call("replay", "guid-1", "--json")) == {"replayed": 1}
    assert [item["status"] for item in (api.get("/deliveries").json or {})["items"]] == ["pending"]


def test_replay_of_an_unknown_delivery_is_an_error(call: Call) -> None:
    """A GUID that no delivery bears is an error, not nothing done."""
    result = call("replay", "no-such-guid", "--json")
    assert result.exit_code == 1
    assert error_of(result)["code"] == "not_found"


def test_replay_sets_all_dead_deliveries_pending(api: Api, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """`replay --status dead` takes every dead delivery, over all pages, and no other, and prints how many."""
    monkeypatch.setattr("receiver.cli.replay.PAGE", 2)
    for number in range(5):
        api.record(f"dead-{number}", DeliveryStatus.DEAD, "it broke")
    api.record("failed", DeliveryStatus.FAILED, "not yet")
    assert call("replay", "--status", "dead").stdout == "5 deliveries are pending again\n"
    statuses = {item["guid"]: item["status"] for item in (api.get("/deliveries").json or {})["items"]}
    assert statuses.pop("failed") == "failed"
    assert set(statuses.values()) == {"pending"}
    assert call("replay", "--status", "dead").stdout == "0 deliveries are pending again\n"


@pytest.mark.parametrize("arguments", [("runs",), ("feedback",), ("resolve", COMMENT), ("replay", "guid"), ("worker",)])
def test_a_store_without_its_schema_is_an_error_that_says_what_to_do(arguments: tuple[str, ...]) -> None:
    """On a fresh database every command says to migrate first: an empty answer would be a lie."""
    Path("whichrun.db").touch()
    result = whichrun(*arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "schema" in result.stderr
    assert "whichrun migrate" in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [("runs",), ("feedback",), ("resolve", COMMENT), ("replay", "guid"), ("worker",), ("serve", "--no-migrate")],
)
def test_a_store_that_is_not_there_is_an_error_and_is_not_made(arguments: tuple[str, ...], tmp_path: Path) -> None:
    """In a folder without a store, what only uses one says where it looked and what to do, and makes nothing."""
    settings = {"webhook_secrets": "s", "bind": "127.0.0.1:0"}
    result = whichrun(*arguments, settings=settings)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"whichrun: there is no database at {tmp_path / 'whichrun.db'}")
    assert "WHICHRUN_DATABASE_URL" in result.stderr
    assert "whichrun migrate" in result.stderr
    assert error_of(whichrun(*arguments, "--json", settings=settings))["code"] == "bad_settings"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments", [("runs",), ("migrate",), ("worker",), ("resolve", COMMENT)])
def test_a_store_that_cannot_be_reached_is_an_error(arguments: tuple[str, ...], tmp_path: Path) -> None:
    """A database out of reach is one line on standard error, or JSON, without a traceback."""
    settings = {"database_url": f"sqlite:///{tmp_path / 'no-such-folder' / 'x.db'}"}
    result = whichrun(*arguments, "--json", settings=settings)
    assert result.exit_code == 1
    assert error_of(result)["code"] in {"store_unavailable", "bad_settings"}
    result = whichrun(*arguments, settings=settings)
    assert result.stderr.startswith("whichrun: ")
    assert result.stderr.count("\n") == 1


def test_a_database_address_that_is_none_is_a_faulty_setting() -> None:
    """A database URL that nobody can read is told as a setting, without repeating it: it may hold a password."""
    result = whichrun("migrate", settings={"database_url": "oracle://me:hunter2@db"})
    assert result.exit_code == 1
    assert "hunter2" not in result.stderr


def test_migrate_says_what_it_did() -> None:
    """`migrate` names what it applied, then has nothing to do; --json lists the names."""
    first = answer_of(whichrun("migrate", "--json"))
    assert first["applied"]
    assert answer_of(whichrun("migrate", "--json")) == {"applied": []}
    assert whichrun("migrate").stdout == "nothing to do\n"
    assert whichrun("runs", "--json").exit_code == 0


def test_migrate_prints_the_names_line_by_line() -> None:
    """For people each migration that was applied is a line."""
    applied = whichrun("migrate").stdout.splitlines()
    assert applied
    assert all(name[:4].isdigit() for name in applied)


def test_serve_refuses_to_start_without_a_webhook_secret() -> None:
    """Without a webhook secret `serve` ends with exit code 1 and points to `whichrun init`."""
    result = whichrun("serve", settings={"webhook_secrets": ""})
    assert result.exit_code == 1
    assert "whichrun init" in result.stderr
    assert error_of(whichrun("serve", "--json"))["code"] == "bad_settings"


def test_serve_without_migrating_refuses_an_old_schema() -> None:
    """With --no-migrate a schema that is not up to date ends `serve` with exit code 1."""
    Path("whichrun.db").touch()
    result = whichrun("serve", "--no-migrate", settings={"webhook_secrets": "s", "bind": "127.0.0.1:0"})
    assert result.exit_code == 1
    assert "whichrun migrate" in result.stderr


def test_another_workspace_is_asked_by_name(api: Api, call: Call) -> None:
    """`--workspace` asks in another workspace than that of the settings; each has its own runs."""
    token = api.post("/tokens", {"name": "x", "scopes": ["runs:write"], "workspace": "platform"}).json
    assert token is not None
    run = {"span_id": "theirs", "repository": REPOSITORY, "agent_name": "planner"}
    api.client.post("/v1/runs", json=run, headers={"Authorization": f"Bearer {token['token']}"})
    assert answer_of(call("runs", "--json"))["items"] == []
    assert [one["span_id"] for one in answer_of(call("runs", "--workspace", "platform", "--json"))["items"]] == [
        "theirs"
    ]
    assert answer_of(call("feedback", "--workspace", "platform", "--json"))["items"] == []
    assert answer_of(call("resolve", COMMENT, "--workspace", "platform", "--json"))["confidence"] == "unresolved"
