"""``whichrun check``: whether the store is what it was."""

from __future__ import annotations

from dataclasses import asdict

import click

from receiver import check as examination
from receiver.cli import opened
from receiver.cli.base import Command, examples
from receiver.cli.output import print_json, print_line
from resolver.model.integrity import Examined, Fault


@click.command(cls=Command, epilog=examples("whichrun check", "whichrun check --json"))
@click.pass_context
def check(ctx: click.Context, *, as_json: bool) -> None:
    """Look every row of the store over and say what is damaged.

    Checks the database's own structure, the hash of every row that has one, that no row is missing from a history,
    every reference and every copy, and finds each answer once more from the facts. Reads as of one moment, beside a
    running service; changes nothing. The exit code is 1 when something is damaged.
    """
    with opened.services() as services:
        examined = examination.check(services)
    if as_json:
        print_json(_written(examined))
    else:
        _print(examined)
    ctx.exit(1 if examined.count else 0)


def _written(examined: Examined) -> dict[str, object]:
    return {
        "checked": dict(sorted(examined.checked.items())),
        "faults": [asdict(fault) for fault in examined.faults],
        "fault_count": examined.count,
        "notes": [asdict(note) for note in examined.notes],
    }


def _print(examined: Examined) -> None:
    for fault in examined.faults:
        print_line(_line(fault))
    for (kind, table), count in examined.untold().items():
        print_line(f"FAULT {kind}: {table}: and {count} more")
    for note in examined.notes:
        print_line(f"note  {note.kind}: {note.message}")
    looked_at = ", ".join(f"{count} {name}" for name, count in sorted(examined.checked.items()))
    print_line(f"checked: {looked_at or 'nothing'}")
    print_line(f"{examined.count} faults" if examined.count else "nothing is damaged")


def _line(fault: Fault) -> str:
    told = [f"{name} {value}" for name, value in (("expected", fault.expected), ("found", fault.found)) if value]
    end = f" ({', '.join(told)})" if told else ""
    return f"FAULT {fault.kind}: {fault.row}: {fault.message}{end}"
