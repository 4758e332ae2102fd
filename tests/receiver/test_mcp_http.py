from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
import requests
from mcp import Client
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS, LATEST_HANDSHAKE_VERSION, LATEST_MODERN_VERSION

from receiver.client import Answer, ServiceError, UnreachableError
from receiver.client import Client as ServiceClient
from receiver.mcp.web import shown
from tests.support.api import REPOSITORY, TOKEN, Api, open_api
from tests.support.mcp import REVISIONS, Reply, call, client_of, over_http, serving

HEADERS = {"Accept": "application/json, text/event-stream", "Authorization": f"Bearer {TOKEN}"}
LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """An API with runs and no feedback."""
    with open_api(tmp_path_factory.mktemp("api")) as opened:
        yield opened


@pytest.fixture(scope="module")
def url(api: Api) -> Iterator[str]:
    """Where agents of that API speak MCP."""
    with serving(lambda token: client_of(api, token), "whichrun.example.com") as url:
        yield url


def post(url: str, message: object = LIST, **headers: str | None) -> requests.Response:
    """Post a message; headers by their names with underscores, None for one that is left out."""
    changed: Mapping[str, str | None] = {name.replace("_", "-"): value for name, value in headers.items()}
    return requests.post(url, json=message, headers={**HEADERS, **changed}, timeout=10)


@pytest.mark.parametrize(("mode", "revision"), [("auto", LATEST_MODERN_VERSION), ("legacy", LATEST_HANDSHAKE_VERSION)])
def test_both_revisions_are_spoken(api: Api, url: str, mode: str, revision: str) -> None:
    """The newest revision and the one before it carry the same answers."""
    api.register()

    async def look(agent: Client) -> tuple[str, Reply]:
        return agent.protocol_version, await call(agent, "get_run", span_id="span-1")

    spoken, reply = over_http(url, TOKEN, look, mode=mode)

    assert spoken == revision
    assert reply.found is not None
    assert reply.found["agent_name"] == "coder"


@pytest.mark.parametrize("revision", HANDSHAKE_PROTOCOL_VERSIONS)
def test_every_revision_with_a_handshake_is_spoken_without_a_session(url: str, revision: str) -> None:
    """Older clients shake hands, get no session, and call tools with nothing but their token."""
    hello = {"protocolVersion": revision, "capabilities": {}, "clientInfo": {"name": "old", "version": "1"}}
    greeted = post(url, {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello})
    listing = {"name": "list_feedback", "arguments": {}}
    answered = post(
        url, {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": listing}, MCP_Protocol_Version=revision
    )

    assert greeted.json()["result"]["protocolVersion"] == revision
    assert "Mcp-Session-Id" not in greeted.headers
    assert answered.json()["result"]["content"][0]["text"] == '{"items":[]}'


@pytest.mark.parametrize(
    "authorization",
    [None, "", "Bearer", "Bearer wrong", f"Basic {TOKEN}", TOKEN, f"Bearer {TOKEN} {TOKEN}", "Bearer \xe9"],
)
@pytest.mark.parametrize("revision", [None, LATEST_HANDSHAKE_VERSION, LATEST_MODERN_VERSION])
def test_without_a_valid_token_nothing_is_told(url: str, authorization: str | None, revision: str | None) -> None:
    """A request without a token, or with one that the API refuses, is 401 in the API's shape, whatever it asks for."""
    answer = post(url, Authorization=authorization, MCP_Protocol_Version=revision)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.json()["error"]["code"] == "unauthorized"


def issued(api: Api, *scopes: str, workspace: str = "default") -> dict[str, Any]:
    """Make a token with some scopes; return it with its secret."""
    answer = api.post("/tokens", {"name": workspace, "scopes": scopes, "workspace": workspace})
    assert answer.status_code == 201, answer.text
    return dict(answer.json or {})


def test_a_revoked_token_is_refused_from_the_next_request_on(api: Api, url: str) -> None:
    """Each request is judged anew: nothing is remembered of a token that was good."""
    token = issued(api, "runs:read")
    bearer = f"Bearer {token['token']}"
    before = post(url, Authorization=bearer)
    assert api.client.delete(f"/v1/tokens/{token['id']}", headers=api.headers).status_code == 204
    after = post(url, Authorization=bearer)

    assert (before.status_code, after.status_code) == (200, 401)


@pytest.mark.parametrize("mode", REVISIONS)
def test_two_tokens_side_by_side_see_their_own_alone(api: Api, url: str, mode: str) -> None:
    """Agents of two workspaces that ask one server at the same time each get what their own token shows."""
    tokens = []
    for workspace in ("ours", "theirs"):
        tokens.append(issued(api, "runs:read", "runs:write", workspace=workspace)["token"])
        run = {"span_id": f"span-{workspace}", "repository": REPOSITORY, "agent_name": workspace}
        headers = {"Authorization": f"Bearer {tokens[-1]}"}
        assert api.client.post("/v1/runs", json=run, headers=headers).status_code in {200, 201}
    ours, theirs = both(url, tokens, lambda agent: several(agent, "span-ours", "span-theirs"), mode)

    assert ours == ["ours", None] * 5
    assert theirs == [None, "theirs"] * 5


def both(url: str, tokens: list[str], tell: Callable[[Client], Any], mode: str) -> tuple[Any, Any]:
    """Play two agents at the same time."""

    async def play() -> Any:  # noqa: ANN401 - what both were told
        play_one = (asyncio.to_thread(over_http, url, token, tell, mode=mode) for token in tokens)
        return await asyncio.gather(*play_one)

    ours, theirs = asyncio.run(play())
    return ours, theirs


async def several(agent: Client, *spans: str) -> list[str | None]:
    """Read runs again and again; return their agents."""
    replies = [await call(agent, "get_run", span_id=span) for _ in range(5) for span in spans]
    return [None if reply.found is None else reply.found["agent_name"] for reply in replies]


def test_a_session_that_somebody_names_is_not_there(url: str) -> None:
    """There are no sessions to take over: a session id is not looked at."""
    answer = post(url, Mcp_Session_Id="0123456789abcdef")

    assert answer.status_code == 200
    assert "Mcp-Session-Id" not in answer.headers


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_only_posts_are_taken(url: str, method: str) -> None:
    """There is no stream to listen to and no session to end."""
    assert requests.request(method, url, headers=HEADERS, timeout=10).status_code == 405


@pytest.mark.parametrize("revision", [None, LATEST_MODERN_VERSION])
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "rebound.example.com"}, 421),
        ({"Origin": "https://rebound.example.com"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
def test_names_that_were_turned_to_this_host_are_refused(
    url: str, headers: dict[str, str], status: int, revision: str | None
) -> None:
    """A web page cannot reach an agent's server by a name of its own, whatever token it found."""
    assert post(url, MCP_Protocol_Version=revision, **headers).status_code == status


@pytest.mark.parametrize(
    "headers",
    [{}, {"Host": "localhost:8001"}, {"Host": "whichrun.example.com"}, {"Origin": "https://whichrun.example.com"}],
)
def test_names_that_were_given_are_taken(url: str, headers: dict[str, str]) -> None:
    """The loopback's names and those that the operator gave are this server's."""
    assert post(url, **headers).status_code == 200


@pytest.mark.parametrize(
    ("host", "written"), [("127.0.0.1", "127.0.0.1"), ("::1", "[::1]"), ("localhost", "localhost")]
)
def test_hosts_are_written_as_addresses_have_them(host: str, written: str) -> None:
    """An IPv6 address stands in brackets."""
    assert shown(host) == written


def failing(error: Exception) -> ServiceClient:
    """Return a client of a service that fails."""

    def transport(*_: object, **__: object) -> Answer:
        raise error

    return ServiceClient(transport)


@pytest.mark.parametrize(
    ("error", "status", "code", "later"),
    [
        (UnreachableError("nobody answers"), 503, "unreachable", "5"),
        (ServiceError(503, "store_unavailable", "try again later", (), 5.0), 503, "store_unavailable", "5"),
        (ServiceError(429, "rate_limited", "slower", (), 9.0), 429, "rate_limited", "9"),
        (ServiceError(500, "internal_error", "the service failed", (), None), 503, "internal_error", "5"),
    ],
)
def test_a_token_that_cannot_be_judged_is_no_bad_token(error: Exception, status: int, code: str, later: str) -> None:
    """Where the API does not answer, the request may be tried again; the token is not called invalid."""
    with serving(lambda _: failing(error)) as url:
        answer = post(url)

    assert answer.status_code == status
    assert answer.json()["error"]["code"] == code
    assert answer.headers["Retry-After"] == later


def test_a_token_without_a_scope_is_let_in_and_told_by_the_tool(api: Api, url: str) -> None:
    """Which scopes a token has is the API's to say, tool by tool."""
    token = issued(api, "runs:read")["token"]
    reply = over_http(url, token, lambda agent: call(agent, "list_feedback"))

    assert reply.text == "forbidden: the token lacks the scope feedback:read"


@pytest.mark.parametrize("revision", [None, LATEST_MODERN_VERSION])
@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"jsonrpc":"2.0"}', b"\xff", b"[" * 10_000])
def test_what_is_no_message_is_refused(url: str, body: bytes, revision: str | None) -> None:
    """Malformed requests are 400, and the next one is served."""
    headers = {**HEADERS, "Content-Type": "application/json"} | ({"MCP-Protocol-Version": revision} if revision else {})

    assert requests.post(url, data=body, headers=headers, timeout=10).status_code == 400
    assert post(url).status_code == 200


def test_a_body_beyond_what_any_tool_takes_is_refused(url: str) -> None:
    """More than 2 MiB is 413."""
    assert post(url, {**LIST, "params": {"x": "x" * 2_100_000}}).status_code == 413
