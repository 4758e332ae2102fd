"""The MCP server, whatever carries it: tools listed, tools called, and the three outcomes told apart.

Found and nothing are answers (an empty list, ``unresolved``); everything else is a tool error whose text begins with
a code that never changes. Calls of the service block, so they run in threads, which are kept for life: the store
keeps a connection for each.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from typing import Any, Final, TypeAlias

import mcp_types as types
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel.server import Server
from mcp.shared.exceptions import MCPError

from receiver.client import Client, ClientError, ServiceError, UnreachableError
from receiver.mcp.tool import Tool, UnfitArgumentsError
from receiver.mcp.tools import INSTRUCTIONS, TOOLS
from receiver.mcp.visible import visible

log = logging.getLogger(__name__)

Context: TypeAlias = ServerRequestContext[Any, Any]
ClientOf: TypeAlias = Callable[[Context], Client]
"""Returns the client that speaks for whoever sent a request."""

THREADS: Final = 8
"""Calls of the service at one time."""


def make_server(client_of: ClientOf, threads: ThreadPoolExecutor) -> Server[Any]:
    """Make a server that keeps nothing from one request to the next."""
    tools = {tool.name: tool for tool in TOOLS}
    described = {name: tool.described() for name, tool in tools.items()}

    async def list_tools(context: Context, params: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        del context, params
        return types.ListToolsResult(tools=list(described.values()))

    async def call_tool(context: Context, params: types.CallToolRequestParams) -> types.CallToolResult:
        tool = tools.get(params.name)
        if tool is None:
            raise MCPError(code=types.INVALID_PARAMS, message=f"there is no tool {visible(params.name)!r}")
        client, arguments = client_of(context), params.arguments or {}
        return await asyncio.get_running_loop().run_in_executor(threads, called, tool, client, arguments)

    return Server(
        "whichrun",
        version=version("whichrun"),
        instructions=INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        get_tool_input_schema=lambda name: described[name].input_schema if name in described else None,
    )


def new_threads() -> ThreadPoolExecutor:
    """Return the threads in which the service is asked."""
    return ThreadPoolExecutor(THREADS, thread_name_prefix="mcp")


def called(tool: Tool[Any], client: Client, arguments: dict[str, Any]) -> types.CallToolResult:
    """Call a tool; every error becomes a result that the agent can read."""
    try:
        found = tool.call(client, arguments)
    except UnfitArgumentsError as error:
        return _failed("invalid", str(error))
    except ServiceError as error:
        return _failed(error.code, *_said(error))
    except UnreachableError as error:
        return _failed("unreachable", str(error))
    except ClientError as error:  # nothing was sent: an argument cannot stand in a request
        return _failed("invalid", str(error))
    except Exception:
        log.exception("the tool %s failed", tool.name)
        return _failed("internal_error", "whichrun mcp failed; its log says why")
    text = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
    return types.CallToolResult(content=[types.TextContent(type="text", text=text)], structured_content=found)


def _said(error: ServiceError) -> list[str]:
    """Return an error's message, then the fields that it names, then when to try again."""
    fields = [f"{detail['field']}: {detail['message']}" for detail in error.details]
    later = [] if error.retry_after is None else [f"try again in {error.retry_after:g} s"]
    return list(dict.fromkeys([error.message, *fields])) + later


def _failed(code: str, *lines: str) -> types.CallToolResult:
    text = visible(f"{code}: " + "\n".join(lines))
    return types.CallToolResult(content=[types.TextContent(type="text", text=text)], is_error=True)
