"""``whichrun serve``: the whole service in one go."""

from __future__ import annotations

import click

from receiver import settings, supervisor
from receiver.cli.base import Command, examples


@click.command(
    cls=Command,
    epilog=examples(
        "whichrun init && whichrun serve",
    ),
)
@click.option("--no-migrate", is_flag=True, help="Leave the store's schema as it is; refuse to start if it is too old.")
def serve(*, no_migrate: bool, as_json: bool) -> None:
    """Receive webhooks and answer the API: web and worker in one go.

    Settings are read from the environment and from .env; without any, the store is whichrun.db (SQLite) in the
    working folder and the address is 127.0.0.1:8000. Stop it with SIGTERM or Ctrl-C.
    """
    del as_json  # only an error at the start has anything to say
    supervisor.serve(settings.load(), migrate=not no_migrate)
