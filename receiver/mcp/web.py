"""MCP over streamable HTTP, for any number of agents, each with its own token.

Every request stands alone. The newest revision of the protocol has no sessions; those before it are served without
them, so that nothing of one caller is there when the next one asks, and any process may answer.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address
from typing import Final

import uvicorn
from mcp.server.streamable_http_manager import StreamableHTTPASGIApp, StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings
from starlette.applications import Starlette
from starlette.routing import Route

from receiver.client import Client
from receiver.mcp.guard import CLIENT, ClientFor, Guard
from receiver.mcp.server import Context, make_server, new_threads
from receiver.supervisor import listen

PATH: Final = "/mcp"

MAX_BODY: Final = 2 * 1024 * 1024
"""Bytes in a request: above the longest text that the API takes."""

LAST_SECONDS: Final = 10
"""How long requests at hand may take to finish once the process is told to stop."""

LOOPBACK: Final = ("127.0.0.1", "localhost", "[::1]")


def serve(address: tuple[str, int], client_for: ClientFor, *, names: Iterable[str] = ()) -> None:
    """Serve until SIGTERM or SIGINT. ``names`` are hosts by which clients call it, besides that of the address.

    Raises SettingsError when nobody can listen there.
    """
    with new_threads() as threads, listen(address, named="--http") as listener:
        host, port = shown(address[0]), listener.getsockname()[1]
        app = application(client_for, threads, names=[host, *names])
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            lifespan="on",
            ws="none",
            timeout_graceful_shutdown=LAST_SECONDS,
        )
        sys.stdout.write(f"whichrun mcp listens at http://{host}:{port}{PATH}\n")
        sys.stdout.flush()
        # uvicorn stops by itself on both, then raises what it was sent once more: for that nothing is left to do.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: None)
        uvicorn.Server(config).run(sockets=[listener])


def application(client_for: ClientFor, threads: ThreadPoolExecutor, *, names: Iterable[str] = ()) -> Guard:
    """Return the ASGI application; ``names`` are the hosts by which it may be called, besides the loopback's."""
    manager = StreamableHTTPSessionManager(
        app=make_server(client_of, threads),
        json_response=True,
        stateless=True,
        security_settings=security(names),
        max_request_body_size=MAX_BODY,
    )
    # Without sessions there is nothing to listen for (GET) and nothing to end (DELETE): 405, as the protocol has it.
    route = Route(PATH, endpoint=StreamableHTTPASGIApp(manager), methods=["POST"])
    return Guard(Starlette(routes=[route], lifespan=lambda _: manager.run()), client_for, threads)


def client_of(context: Context) -> Client:
    """Return the client that the guard made for a request."""
    assert context.request is not None  # noqa: S101 - over HTTP there always is one
    client = context.request.scope[CLIENT]
    assert isinstance(client, Client)  # noqa: S101 - the guard puts nothing else there
    return client


def security(names: Iterable[str]) -> TransportSecuritySettings:
    """Return which values of Host and Origin are taken: a page whose name was turned to this host has neither."""
    hosts = list(dict.fromkeys([*LOOPBACK, *names]))
    return TransportSecuritySettings(
        allowed_hosts=[*hosts, *(f"{host}:*" for host in hosts)],
        allowed_origins=[
            f"{scheme}://{host}{port}" for host in hosts for scheme in ("http", "https") for port in ("", ":*")
        ],
    )


def shown(host: str) -> str:
    """Return a host as it stands in addresses: an IPv6 address in brackets."""
    try:
        return f"[{host}]" if ip_address(host).version == 6 else host  # noqa: PLR2004 - the protocol's number
    except ValueError:
        return host
