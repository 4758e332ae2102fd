"""``whichrun backup``: a copy of the store, made while the service runs."""

from __future__ import annotations

from pathlib import Path

import click

from receiver import backup as copying
from receiver.cli import opened
from receiver.cli.base import Command, examples
from receiver.cli.output import print_json, print_line


@click.command(
    cls=Command,
    epilog=examples("whichrun backup whichrun-backup.db", "whichrun backup --force /var/backups/whichrun.dump"),
)
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Replace a file that is there.")
def backup(*, path: Path, force: bool, as_json: bool) -> None:
    """Copy the whole store into a file, beside the running service.

    The copy is of one moment: whatever was acknowledged before is in it. It is verified before it takes its name, and
    only its owner may read it. Of SQLite it is a database file, of PostgreSQL a dump by pg_dump in its custom format;
    the runbook says how either is restored.
    """
    with opened.services() as services:
        made = copying.back_up(services, path, force=force)
    if as_json:
        print_json({"path": str(made.path), "kind": made.kind, "bytes": made.size})
    else:
        print_line(f"{made.path}: {made.size} bytes, verified")
