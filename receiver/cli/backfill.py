"""``whichrun backfill``: what was said and done in a repository before anybody delivered it."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime
from typing import Any

import click

from receiver import wiring
from receiver.backfill import Backfill, State
from receiver.cli import opened
from receiver.cli.base import Command, Failure, examples
from receiver.cli.output import print_json, print_line, warn
from receiver.cli.params import REPOSITORY, TIME
from receiver.cli.progress import teller
from receiver.finding import find
from receiver.patience import Patience
from receiver.stages import COUNTED
from resolver.errors import GithubError, StoreError

AGAIN = "run the same command again to go on where it stopped"


class Interrupted(Failure):
    """Ctrl-C, as a shell sees it."""

    exit_code = 130


@click.command(
    cls=Command,
    epilog=examples(
        "whichrun backfill acme/widgets",
        "whichrun backfill acme/widgets --since 2026-10-01T00:00:00Z",
    ),
)
@click.argument("repository", type=REPOSITORY)
@click.option("--since", type=TIME, help="Only what was changed at this time or later.")
@click.pass_context
def backfill(ctx: click.Context, *, repository: str, since: datetime | None, as_json: bool) -> None:
    """Read the history of a repository from GitHub.

    Pull requests with their commits and reviews, issues, all comments, and the commits of the default branch are read
    as if they had been delivered. It keeps within GitHub's rate limit. Stopped at any moment, the same command goes on
    where it was; once it is done, it begins anew. The App has to be installed on the repository.
    """
    try:
        name, state = _read(repository, since, quiet=as_json)
    except KeyboardInterrupt:
        raise Interrupted(f"interrupted: {AGAIN}", code="interrupted", as_json=as_json) from None
    result = {"repository": name, **{counted: state.counts[counted] for counted in COUNTED}, "failed": state.failed}
    if as_json:
        print_json(result)
    else:
        _print(result, state)
    ctx.exit(1 if state.counts["failed"] else 0)


def _read(repository: str, since: datetime | None, *, quiet: bool) -> tuple[str, State]:
    """Read, and return the repository's present name and what was read."""
    with opened.services() as services, closing(wiring.github(services)) as github, teller(quiet=quiet) as told:
        patience = Patience(services.clock, told.wait)
        place = find(services, github, repository, patience)
        try:
            state = Backfill(services, github, place, since, told, patience).run()
        except (GithubError, StoreError) as error:
            raise Failure(f"{error}; {AGAIN}", code=error.reason, as_json=quiet) from error
    return place.name, state


def _print(result: dict[str, Any], state: State) -> None:
    read = ", ".join(f"{state.counts[counted]} {counted.replace('_', ' ')}" for counted in COUNTED)
    print_line(f"read of {result['repository']}: {read}")
    for what in state.failed:
        warn(f"not read: {what}")
    unnamed = state.counts["failed"] - len(state.failed)
    if unnamed:
        warn(f"not read: {unnamed} more")
