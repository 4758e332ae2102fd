"""``whichrun doctor``: what is wrong with this set-up, and what to do about it."""

from __future__ import annotations

import itertools

import click

from receiver import doctor as examination
from receiver.checkup import Check, Outcome
from receiver.cli.base import Command, examples
from receiver.cli.output import print_json, print_line

WORDS = {Outcome.OK: "ok", Outcome.WRONG: "WRONG", Outcome.NOT_CHECKED: "not checked"}


@click.command(cls=Command, epilog=examples("whichrun doctor", "whichrun doctor --json"))
@click.pass_context
def doctor(ctx: click.Context, *, as_json: bool) -> None:
    """Look the set-up over and say what is wrong.

    Looks at settings, keys, the database and its clock, what waits or was given up, and, where there are credentials
    of an App, at what GitHub says of it: its webhook, permissions, events, installations and deliveries. Changes
    nothing, asks for nothing to be done. The exit code is 1 when something is wrong.
    """
    checks: list[Check] = []
    for _, alike in itertools.groupby(examination.examine(), _together):
        found = list(alike)
        checks += found
        if not as_json:
            _print(found)
    faults = sum(check.outcome is Outcome.WRONG for check in checks)
    if as_json:
        print_json({"checks": [_written(check) for check in checks], "ok": not faults})
    else:
        print_line(f"{faults} to be mended" if faults else "nothing is wrong")
    ctx.exit(1 if faults else 0)


def _together(check: Check) -> tuple[str, ...]:
    """Return what neighbours share that are told in one line: why they were not checked. Others stand alone."""
    if check.outcome is Outcome.NOT_CHECKED:
        return (check.message,)
    return (check.name, check.message)


def _print(alike: list[Check]) -> None:
    check, names = alike[0], ", ".join(one.name for one in alike)
    print_line(f"{WORDS[check.outcome]:<12} {names}: {check.message}")
    if check.remedy is not None:
        print_line(f"{'':<12} to do: {check.remedy}")


def _written(check: Check) -> dict[str, str | None]:
    return {"name": check.name, "outcome": check.outcome, "message": check.message, "remedy": check.remedy}
