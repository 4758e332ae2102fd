"""``whichrun serve``: the whole service in one go."""

from __future__ import annotations

import click

from receiver import settings, supervisor
from receiver.cli.base import Command, examples


@click.command(
    cls=Command,
    epilog=examples(
        "whichrun init && whichrun serve",
        "whichrun serve --setup",
    ),
)
@click.option("--no-migrate", is_flag=True, help="Leave the store's schema as it is; refuse to start if it is too old.")
@click.option(
    "--setup",
    "with_set_up",
    is_flag=True,
    help="Where there is no GitHub App yet: make one from a page, which asks for a code that is shown here, and go on.",
)
def serve(*, no_migrate: bool, with_set_up: bool, as_json: bool) -> None:
    """Receive webhooks and answer the API: web and worker in one go.

    Settings are read from the environment and from .env; without any, the store is whichrun.db (SQLite) in the
    working folder and the address is 127.0.0.1:8000. Stop it with SIGTERM or Ctrl-C.
    """
    del as_json  # only an error at the start has anything to say
    if with_set_up:
        supervisor.set_up(settings.load(), migrate=not no_migrate)
    supervisor.serve(settings.load(), migrate=not no_migrate)
