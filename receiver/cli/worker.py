"""``whichrun worker``: process what the inbox holds, until told to stop."""

from __future__ import annotations

import click

from receiver import logs
from receiver.cli import opened
from receiver.cli.base import Command, examples
from receiver.worker import work


@click.command(cls=Command, epilog=examples("whichrun worker"))
@click.pass_context
def worker(ctx: click.Context, *, as_json: bool) -> None:
    """Process deliveries from the inbox until stopped.

    `whichrun serve` starts one by itself. With PostgreSQL any number of them, on any number of hosts, share the
    work. SIGTERM or Ctrl-C lets the delivery at hand be finished.
    """
    del as_json  # only an error at the start has anything to say
    with opened.services() as services:
        settings = services.settings  # the schema was looked at; the worker opens a store of its own
    logs.configure(settings.log_format)
    ctx.exit(work(settings))
