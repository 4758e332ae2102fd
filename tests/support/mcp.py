"""Agents, as the SDK's own client plays them: over standard input and output, over HTTP, or in this process."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx2
import uvicorn
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.server.lowlevel.server import Server
from mcp_types import CallToolResult, TextContent

from receiver.client import Client as ServiceClient
from receiver.mcp import web
from receiver.mcp.server import make_server
from receiver.mcp.straight import StraightTransport
from tests.support.api import TOKEN, Api
from tests.support.service import COMMAND, PATIENCE, environment, until

T = TypeVar("T")

REVISIONS = ("auto", "legacy")
"""How the SDK's client opens: by the newest revision of the protocol, and by the handshake of the ones before it."""

Told = Callable[[Client], Awaitable[T]]


@dataclass(frozen=True)
class Reply:
    """What a tool said: ``found`` is the structured answer, None when it is an error; ``text`` is for models."""

    found: dict[str, Any] | None
    text: str


def reply_of(result: CallToolResult) -> Reply:
    """Read a result, and see that its text says what its structure does."""
    (content,) = result.content
    assert isinstance(content, TextContent)
    if result.is_error:
        assert result.structured_content is None
        return Reply(None, content.text)
    assert json.loads(content.text) == result.structured_content
    return Reply(result.structured_content, content.text)


async def call(agent: Client, tool: str, **arguments: object) -> Reply:
    """Call a tool. The SDK's client holds the answer against the tool's output schema."""
    return reply_of(await agent.call_tool(tool, arguments))


def inside(server: Server[Any], tell: Told[T], *, mode: str = "auto") -> T:
    """Play an agent against a server in this process."""

    async def play() -> T:
        async with Client(server, mode=mode) as agent:
            return await tell(agent)

    return asyncio.run(play())


def ask(client: ServiceClient, tool: str, *, mode: str = "auto", **arguments: object) -> Reply:
    """Call one tool that asks with a client, in this process."""
    with ThreadPoolExecutor(1) as threads:
        return inside(make_server(lambda _: client, threads), lambda agent: call(agent, tool, **arguments), mode=mode)


def client_of(api: Api, token: str = TOKEN) -> ServiceClient:
    """Return a client that asks an application of this process."""
    return ServiceClient(StraightTransport(api.app, token=token))


def over_stdio(
    folder: Path, tell: Told[T], *arguments: str, mode: str = "auto", settings: Mapping[str, str] | None = None
) -> T:
    """Play an agent that starts ``whichrun mcp`` in a folder; what it logs goes to the file ``mcp.log`` there."""

    async def play() -> T:
        with (folder / "mcp.log").open("a") as log:
            python, *rest = COMMAND
            server = StdioServerParameters(
                command=python, args=[*rest, "mcp", *arguments], cwd=folder, env=environment(settings or {})
            )
            async with Client(stdio_client(server, errlog=log), mode=mode) as agent:
                return await tell(agent)

    return asyncio.run(play())


def over_http(url: str, token: str, tell: Told[T], *, mode: str = "auto", run: str | None = None) -> T:
    """Play an agent that speaks HTTP with a token, and names its run where it has one."""

    async def play() -> T:
        named = [] if run is None else [(b"X-Whichrun-Run", run.encode())]
        headers = [(b"Authorization", f"Bearer {token}".encode()), *named]
        async with (
            httpx2.AsyncClient(headers=headers, timeout=PATIENCE, trust_env=False) as http,
            Client(streamable_http_client(url, http_client=http), mode=mode) as agent,
        ):
            return await tell(agent)

    return asyncio.run(play())


@contextlib.contextmanager
def serving(client_for: Callable[[str], ServiceClient], *names: str) -> Iterator[str]:
    """Serve MCP over HTTP from a thread of this process; its address is yielded."""
    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor(4) as pool:
        app = web.application(client_for, pool, names=names)
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="on", ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            until(lambda: server.started)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/mcp"
        finally:
            server.should_exit = True
            thread.join(PATIENCE)


def words_outside(value: object) -> Iterator[str]:
    """Return every text of a result that does not stand below ``untrusted``."""
    if isinstance(value, dict):
        for name, part in value.items():
            if name != "untrusted":
                yield from words_outside(part)
    elif isinstance(value, list):
        for part in value:
            yield from words_outside(part)
    elif isinstance(value, str):
        yield value
