"""``whichrun mcp``: the answers as tools for agents."""

from __future__ import annotations

import importlib.util
import re

import click

from receiver import client_settings, logs
from receiver.cli import opened
from receiver.cli.base import Command, examples
from receiver.cli.params import ADDRESS, URL
from resolver.errors import SettingsError

HOST = re.compile(r"[A-Za-z0-9.-]+(:[0-9]+)?|\[[0-9A-Fa-f:]+\](:[0-9]+)?")
INSTALL = "`whichrun mcp` needs the extra mcp: pip install 'whichrun[mcp]'"


@click.command(
    cls=Command,
    epilog=examples(
        "whichrun mcp",
        "WHICHRUN_TOKEN=... whichrun mcp --url https://whichrun.example.com --run 428ecb0920459b24",
        "whichrun mcp --http 127.0.0.1:8001 --allow-host whichrun.example.com",
    ),
)
@click.option(
    "--url", type=URL, envvar="WHICHRUN_URL", help="Ask the service there. [default: WHICHRUN_URL, else the store]"
)
@click.option("--http", type=ADDRESS, help="Serve streamable HTTP there, at /mcp, to many agents.")
@click.option(
    "--allow-host", "hosts", metavar="NAME", multiple=True, help="With --http: a host name that clients use, too."
)
@click.option(
    "--run", metavar="SPAN", help="Attribute to this run what the agent writes into reports. [default: WHICHRUN_RUN]"
)
def mcp(
    *, url: str | None, http: tuple[str, int] | None, hosts: tuple[str, ...], run: str | None, as_json: bool
) -> None:
    """Offer the answers to agents as tools, over MCP.

    By the Model Context Protocol, over standard input and output for one agent: with the token of WHICHRUN_TOKEN where
    a service is asked, else straight from the store, as the operator. Over HTTP for many, each with its own token,
    and its own run in the header X-Whichrun-Run.
    """
    del as_json  # only an error at the start has anything to say
    if not all(map(HOST.fullmatch, hosts)):
        raise click.UsageError("write --allow-host as a host alone, such as whichrun.example.com")
    if hosts and http is None:
        raise click.UsageError("--allow-host goes with --http")
    if run is not None and http is not None:
        raise click.UsageError("--run goes without --http: there each agent sends X-Whichrun-Run")
    if importlib.util.find_spec("mcp") is None:
        raise SettingsError(INSTALL)
    if url is None:
        _straight(http, hosts, run)
    else:
        _elsewhere(url, http, hosts, run)


def _straight(http: tuple[str, int] | None, hosts: tuple[str, ...], run: str | None) -> None:
    from receiver.client import Client  # noqa: PLC0415 - after the extra is known to be there, as all below
    from receiver.mcp import stdio, straight, web  # noqa: PLC0415

    with opened.services() as services:
        logs.configure(services.settings.log_format)
        if http is None:
            stdio.serve(straight.operator(services), run=_run(run))
        else:
            app = straight.application(services)
            web.serve(http, lambda token: Client(straight.StraightTransport(app, token=token), tries=1), names=hosts)


def _elsewhere(url: str, http: tuple[str, int] | None, hosts: tuple[str, ...], run: str | None) -> None:
    from receiver.client import Client, HttpTransport  # noqa: PLC0415
    from receiver.mcp import stdio, web  # noqa: PLC0415

    logs.configure("text")
    if http is None:
        stdio.serve(HttpTransport(url, token=_token(url)), run=_run(run))
    else:
        web.serve(http, lambda token: Client(HttpTransport(url, token=token), tries=1), names=hosts)


def _token(url: str) -> str:
    token = client_settings.load().token
    if token is None:
        raise SettingsError(f"WHICHRUN_TOKEN is not set: it is the token with which {url} is asked")
    return token


def _run(given: str | None) -> str | None:
    """Return the run of the one agent. Over HTTP there are many, and the environment is nobody's there."""
    return client_settings.load().run if given is None else given
