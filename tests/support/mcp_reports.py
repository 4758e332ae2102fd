"""Agents that work on a report, in this process: an API with one, and calls of the tools that are to find something."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from receiver.client import Client
from tests.support.api import Api, open_api
from tests.support.mcp import ask, client_of

RUN = "span-1"


@contextmanager
def open_reports(folder: Path) -> Iterator[Api]:
    """Open an API with one run, and one report about its work."""
    with open_api(folder) as opened:
        mark = opened.register(RUN)["hidden_comment"]
        opened.give(f"shorter, please {mark}")
        yield opened


def found(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:  # noqa: ANN401 - arguments of tools
    """Call a tool that finds something."""
    reply = ask(client, tool, **arguments)
    assert reply.found is not None, reply.text
    return reply.found


def append(client: Client, type_: str, content: object, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    """Append an entry to the first report."""
    return found(client, "append_entry", report_id="1", type=type_, content=content, **more)


def issued(api: Api, **grant: object) -> Client:
    """Return a client with a token of its own."""
    scopes = ["reports:read", "reports:write"]
    answer = api.post("/tokens", {"name": "a tool", "scopes": scopes, "workspace": "default", **grant})
    assert answer.status_code == 201, answer.text
    return client_of(api, (answer.json or {})["token"])
