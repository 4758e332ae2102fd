"""``whichrun migrate``: the store's schema, up to date."""

from __future__ import annotations

import contextlib

import click

from receiver import settings
from receiver.cli.base import Command, examples
from receiver.cli.output import print_json
from store import open_store


@click.command(
    cls=Command,
    epilog=examples(
        "WHICHRUN_DATABASE_URL=postgresql://db.example/whichrun whichrun migrate",
    ),
)
def migrate(*, as_json: bool) -> None:
    """Bring the store's schema up to date.

    Prints the migrations that were applied. `whichrun serve` does the same at its start, unless told not to. It is
    safe to interrupt, and to run from several hosts at once.
    """
    with contextlib.closing(open_store(settings.load().database_url)) as store:
        applied = store.migrate()
    if as_json:
        print_json({"applied": list(applied)})
    else:
        click.echo("\n".join(applied) or "nothing to do")
