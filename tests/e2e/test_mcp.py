"""Agents over MCP against the real service: by standard input and output, by HTTP, and straight to its store."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import requests
from mcp import Client

from tests.support.deliveries.subjects import issue_comment
from tests.support.deliveries.values import Repo
from tests.support.mcp import Reply, call, over_http, over_stdio
from tests.support.service import (
    API_TOKEN,
    COMMAND,
    PATIENCE,
    SECRETS,
    WEBHOOK_SECRET,
    Service,
    environment,
    running,
    until,
)

RUN = {"span_id": "span-1", "repository": "acme/widgets", "agent_name": "coder", "number": 5}
ANOTHER = {**RUN, "span_id": "läuft à"}
FAILED_FEEDBACK = {"name": "list_feedback", "arguments": {"status": "failed"}}
HELLO = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "raw", "version": "1"}},
}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service with two runs, and one report."""
    with running(tmp_path_factory.mktemp("service")) as service:
        for run in (RUN, ANOTHER):
            answer = requests.post(f"{service.url}/v1/runs", json=run, headers=service.authorization, timeout=PATIENCE)
            assert answer.status_code == 201
        given = issue_comment(Repo(), id=100, number=5, body="/agents improve the title")
        headers = given.headers(WEBHOOK_SECRET)
        sent = requests.post(f"{service.url}/webhooks/github", data=given.body, headers=headers, timeout=PATIENCE)
        assert sent.status_code == 202
        until(lambda: reports(service))
        yield service


def reports(service: Service) -> list[object]:
    """Return the reports that there are."""
    answer = requests.get(f"{service.url}/v1/reports", headers=service.authorization, timeout=PATIENCE)
    return list(answer.json()["items"])


async def read_run(agent: Client) -> Reply:
    """Read the run."""
    return await call(agent, "get_run", span_id="span-1")


def test_an_agent_asks_a_service_elsewhere(service: Service, tmp_path: Path) -> None:
    """Started by an agent with a URL and a token, the tools speak to the service over the network."""
    reply = over_stdio(
        tmp_path, read_run, "--url", service.url, settings={"WHICHRUN_TOKEN": API_TOKEN}
    )  # fmt: skip

    assert reply.found is not None
    assert reply.found["agent_name"] == "coder"
    assert (tmp_path / "mcp.log").read_text() == ""


def test_an_operator_asks_the_store(service: Service) -> None:
    """In the service's folder no URL and no token are needed; the revision before the newest is spoken, too."""
    reply = over_stdio(service.folder, read_run, mode="legacy")

    assert reply.found is not None
    assert reply.found["agent_name"] == "coder"


async def note(agent: Client) -> Reply:
    """Append a note to the report, naming no run."""
    return await call(agent, "append_entry", report_id="1", type="note", content={"note": "x"})


@pytest.mark.parametrize(
    ("arguments", "settings", "producer"),
    [
        ([], {}, {"kind": "agent"}),
        (["--run", "span-1"], {}, {"kind": "run", "run": "span-1"}),
        ([], {"WHICHRUN_RUN": "läuft à"}, {"kind": "run", "run": "läuft à"}),
        (["--run", "span-1"], {"WHICHRUN_RUN": "läuft à"}, {"kind": "run", "run": "span-1"}),
    ],
    ids=["nobody", "option", "environment", "both"],
)
@pytest.mark.parametrize("asked", [["--url", "{url}"], []], ids=["elsewhere", "the store"])
def test_what_an_agent_writes_is_by_the_run_it_was_started_for(
    service: Service,
    asked: Sequence[str],
    arguments: Sequence[str],
    settings: dict[str, str],
    producer: dict[str, str],
) -> None:
    """Over standard input --run names it, else WHICHRUN_RUN; the one that is asked knows it by its header."""
    given = [*(argument.format(url=service.url) for argument in asked), *arguments]
    reply = over_stdio(service.folder, note, *given, settings={"WHICHRUN_TOKEN": API_TOKEN, **settings})

    assert reply.found is not None, reply.text
    assert reply.found["producer"] == producer


def test_a_run_that_is_not_registered_is_told_by_the_tool(service: Service) -> None:
    """The service decides, with each write: a run may be registered after its agent was started."""
    reply = over_stdio(service.folder, note, "--run", "nobody")

    assert reply.text == "invalid: X-Whichrun-Run: names no run that is registered in this workspace"


def test_nothing_but_the_protocol_reaches_standard_output(service: Service) -> None:
    """Each line is a message, whatever an agent sends; the end of input ends it."""
    lines = [
        json.dumps(HELLO),
        json.dumps({"jsonrpc": "2.0", "method": "notifications/initialized"}),
        "this is no message",
        json.dumps({"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": FAILED_FEEDBACK}),
        json.dumps({"jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": {"name": "rm"}}),
    ]
    with subprocess.Popen(
        [*COMMAND, "mcp"], cwd=service.folder, env=environment(SECRETS), text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("\n".join(lines) + "\n")
        process.stdin.flush()
        told: dict[int, dict[str, object]] = {}
        while not {1, 2, 3} <= told.keys():
            message = json.loads(process.stdout.readline())
            told[message.get("id")] = message
        rest, _ = process.communicate(timeout=PATIENCE)

    assert rest == ""
    assert process.returncode == 0
    assert "error" in told[3]
    assert told[2]["result"]["structuredContent"] == {"items": []}  # type: ignore[index]


def test_the_keyboard_ends_it(service: Service) -> None:
    """Ctrl-C ends a server that waits for input, at once and without a word."""
    with subprocess.Popen(
        [*COMMAND, "mcp"], cwd=service.folder, env=environment(SECRETS), text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(json.dumps(HELLO) + "\n")
        process.stdin.flush()
        process.stdout.readline()
        process.send_signal(signal.SIGINT)

        assert process.wait(PATIENCE) == -signal.SIGINT
        assert process.stderr.read() == ""


@contextlib.contextmanager
def http_server(folder: Path, *arguments: str, settings: dict[str, str]) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run ``whichrun mcp --http``; its process and address are yielded."""
    with (
        (folder / "mcp-http.log").open("w") as log,
        subprocess.Popen(
            [*COMMAND, "mcp", "--http", "127.0.0.1:0", *arguments],
            cwd=folder, env=environment(settings), text=True, stdout=subprocess.PIPE, stderr=log,
        ) as process,
    ):  # fmt: skip
        try:
            assert process.stdout is not None
            yield process, process.stdout.readline().split()[-1]
        finally:
            process.kill()


def status(url: str, token: str) -> int:
    """Return how a request with a token is answered."""
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    headers = {"Accept": "application/json, text/event-stream", "Authorization": f"Bearer {token}"}
    return requests.post(url, json=message, headers=headers, timeout=PATIENCE).status_code


@pytest.mark.parametrize(
    ("arguments", "settings"),
    [(["--url", "{url}"], {"WHICHRUN_TOKEN": "not asked for"}), ([], SECRETS)],
    ids=["elsewhere", "the store"],
)
def test_agents_speak_http_each_with_a_token(
    service: Service, arguments: Sequence[str], settings: dict[str, str]
) -> None:
    """Both revisions are served; each request's token counts, and no token of the process; SIGTERM ends it with 0."""
    given = [argument.format(url=service.url) for argument in arguments]
    with http_server(service.folder, *given, settings=settings) as (process, url):
        replies = [over_http(url, API_TOKEN, read_run, mode=mode) for mode in ("auto", "legacy")]
        refused = [status(url, "wrong"), status(url, "not-asked-for")]
        process.send_signal(signal.SIGTERM)
        code = process.wait(PATIENCE)

    assert [reply.found["agent_name"] for reply in replies if reply.found] == ["coder", "coder"]
    assert refused == [401, 401]
    assert code == 0
    assert "Traceback" not in (service.folder / "mcp-http.log").read_text()


@pytest.mark.parametrize("arguments", [["--url", "{url}"], []], ids=["elsewhere", "the store"])
def test_each_request_over_http_names_its_own_run(service: Service, arguments: Sequence[str]) -> None:
    """The header's run writes; that of the process's environment is nobody's."""
    given = [argument.format(url=service.url) for argument in arguments]
    settings = {**({} if arguments else SECRETS), "WHICHRUN_RUN": "span-1"}
    with http_server(service.folder, *given, settings=settings) as (_, url):
        replies = [over_http(url, API_TOKEN, note, run=run) for run in ("läuft à", None)]

    assert [reply.found["producer"] for reply in replies if reply.found] == [
        {"kind": "run", "run": "läuft à"},
        {"kind": "agent"},
    ]


def test_a_service_that_went_away_is_said(tmp_path: Path) -> None:
    """A tool whose service does not answer says that it is unreachable, and is there for the next call."""

    async def twice(agent: Client) -> list[str]:
        return [(await call(agent, "list_feedback")).text for _ in range(2)]

    texts = over_stdio(tmp_path, twice, settings={"WHICHRUN_URL": "http://127.0.0.1:1", "WHICHRUN_TOKEN": "t"})

    assert [text.partition(":")[0] for text in texts] == ["unreachable", "unreachable"]
