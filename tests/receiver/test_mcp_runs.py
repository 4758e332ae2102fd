"""Which run an agent writes as over HTTP: the header of the API, sent with each request to MCP."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from mcp import Client

from tests.support.api import TOKEN, Api, open_api
from tests.support.mcp import REVISIONS, Reply, call, client_of, over_http, serving

LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
NOTE: dict[str, Any] = {"report_id": "1", "type": "note", "content": {"note": "x"}}


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """An API with runs and a report."""
    with open_api(tmp_path_factory.mktemp("api")) as opened:
        for span_id in ("span-1", "span-2", "läuft à"):
            opened.register(span_id)
        opened.give()
        yield opened


@pytest.fixture(scope="module")
def url(api: Api) -> Iterator[str]:
    """Where agents of that API speak MCP."""
    with serving(lambda token: client_of(api, token)) as url:
        yield url


async def note(agent: Client) -> Reply:
    """Append a note, naming no run."""
    return await call(agent, "append_entry", **NOTE)


def producer(reply: Reply) -> dict[str, Any]:
    """Return who wrote what was appended."""
    assert reply.found is not None, reply.text
    return dict(reply.found["producer"])


@pytest.mark.parametrize("mode", REVISIONS)
@pytest.mark.parametrize("run", ["span-1", "läuft à"])
def test_a_write_is_by_the_run_of_the_request(url: str, mode: str, run: str) -> None:
    """In both revisions the header's run is the writer, whatever letters it has."""
    assert producer(over_http(url, TOKEN, note, mode=mode, run=run)) == {"kind": "run", "run": run}


def test_without_a_header_a_write_is_by_the_token(url: str) -> None:
    """Nobody is taken for a run that nobody named."""
    assert producer(over_http(url, TOKEN, note)) == {"kind": "agent"}


def test_the_tools_own_run_comes_first(url: str) -> None:
    """A call that names a run is by that one."""

    async def other(agent: Client) -> Reply:
        return await call(agent, "append_entry", **NOTE, run="span-2")

    assert producer(over_http(url, TOKEN, other, run="span-1")) == {"kind": "run", "run": "span-2"}


def test_requests_side_by_side_are_each_by_their_own_run(url: str) -> None:
    """Agents of one token that write at the same time are not taken for one another."""

    async def several(agent: Client) -> list[str]:
        return [producer(await note(agent)).get("run", "") for _ in range(5)]

    async def play() -> list[list[str]]:
        spans = ("span-1", "span-2", None)
        return await asyncio.gather(*(asyncio.to_thread(over_http, url, TOKEN, several, run=span) for span in spans))

    assert asyncio.run(play()) == [["span-1"] * 5, ["span-2"] * 5, [""] * 5]


@pytest.mark.parametrize("run", ["span-1", "nobody"])
def test_reading_needs_no_run(url: str, run: str) -> None:
    """Who only reads is let, whatever run is named; a run that is not registered is refused where it would write."""

    async def read(agent: Client) -> Reply:
        return await call(agent, "get_report", report_id="1", entries=0)

    assert over_http(url, TOKEN, read, run=run).found is not None


def test_a_run_that_is_not_registered_writes_nothing(url: str) -> None:
    """The API says so, and names its header."""
    reply = over_http(url, TOKEN, note, run="nobody")

    assert reply.text == "invalid: X-Whichrun-Run: names no run that is registered in this workspace"


def test_a_bound_token_keeps_to_its_run(api: Api, url: str) -> None:
    """The header is no authority: a token that is bound to one run writes as no other."""
    grant = {"name": "x", "scopes": ["reports:write"], "workspace": "default", "run": "span-1"}
    token = (api.post("/tokens", grant).json or {})["token"]

    assert producer(over_http(url, token, note)) == {"kind": "run", "run": "span-1"}
    assert over_http(url, token, note, run="span-2").text.startswith("forbidden: the token is bound to run span-1")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ((b"",), "is not the span of a run"),
        ((b"a\tb",), "is not the span of a run"),
        ((b"s" * 513,), "is not the span of a run"),
        (("a\x85b".encode(),), "is not the span of a run"),
        ((b"\xff",), "is not UTF-8"),
        ((b"span-1", b"span-1"), "is sent more than once"),
    ],
)
def test_a_header_that_names_no_span_is_refused(url: str, values: tuple[bytes, ...], said: str) -> None:
    """Nothing is guessed: the request is 422 in the API's shape, as the API itself would say, before any tool."""
    answer = posted(url, *values)

    assert answer.status_code == 422
    assert answer.json()["error"] == {
        "code": "invalid",
        "message": f"X-Whichrun-Run: {said}",
        "details": [{"field": "X-Whichrun-Run", "message": said}],
    }


def test_a_token_that_is_not_valid_is_said_first(url: str) -> None:
    """Who may not ask at all learns nothing of the header."""
    assert posted(url, b"\xff", token="wrong").status_code == 401


def posted(url: str, *runs: bytes, token: str = TOKEN) -> httpx2.Response:
    """Ask for the tools with these values of the header."""
    headers = [(b"Accept", b"application/json, text/event-stream"), (b"Authorization", f"Bearer {token}".encode())]
    named = [(b"X-Whichrun-Run", run) for run in runs]
    with httpx2.Client(headers=[*headers, *named], timeout=10, trust_env=False) as http:
        return http.post(url, json=LIST)
