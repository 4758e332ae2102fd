"""MCP over standard input and output, for the one agent that started this process."""

from __future__ import annotations

import signal

import anyio
from mcp.server.stdio import stdio_server

from receiver.client import Client, Transport
from receiver.mcp.server import make_server, new_threads


def serve(transport: Transport, *, run: str | None) -> None:
    """Serve until standard input ends; what the agent writes is attributed to ``run``, a span, or to its token.

    Meanwhile only the protocol reaches standard output: the SDK sees to that. Raises ClientError for what is no span.
    """
    client = Client(transport, run=run)
    # Nothing could wake the thread that waits for input, and there is nothing to tidy up: Ctrl-C ends it, as SIGTERM.
    signal.signal(signal.SIGINT, signal.SIG_DFL)

    async def speak() -> None:
        with new_threads() as threads:
            server = make_server(lambda _: client, threads)
            async with stdio_server() as (reading, writing):
                await server.run(reading, writing, server.create_initialization_options())

    anyio.run(speak)
