"""``whichrun runs``: what agents registered."""

from __future__ import annotations

import click

from receiver.cli import opened
from receiver.cli.base import Command, examples
from receiver.cli.output import print_json, print_table, warn
from receiver.cli.params import LIMIT, NUMBER, REPOSITORY, WORKSPACE
from receiver.present import run_json
from receiver.queries import RunFilter
from receiver.views import Span
from resolver import times
from resolver.model.runs import Run

COLUMNS = ("run", "agent", "repository", "numbers", "started", "ended")


@click.command(
    cls=Command,
    epilog=examples(
        "whichrun runs --repository acme/widgets --agent coder",
    ),
)
@WORKSPACE
@click.option("--repository", type=REPOSITORY, help="Only runs of this repository.")
@click.option("--number", type=NUMBER, help="Only runs that work on this issue or pull request.")
@click.option("--agent", metavar="NAME", help="Only runs of this agent.")
@click.option("--limit", type=LIMIT, default=50, show_default=True, help="How many.")
def runs(
    *,
    workspace: str | None,
    repository: str | None,
    number: int | None,
    agent: str | None,
    limit: int,
    as_json: bool,
) -> None:
    """List the registered runs, newest first."""
    with opened.queries(workspace) as queries:
        page = queries.runs(RunFilter(repository=repository, number=number, agent=agent), Span(limit=limit))
    if as_json:
        print_json({"items": [run_json(run) for run in page.items], "more": page.last is not None})
        return
    print_table(COLUMNS, map(_cells, page.items))
    if page.last is not None:
        warn(f"there are more than these {limit}; see --limit")


def _cells(run: Run) -> tuple[str | None, ...]:
    numbers = ", ".join(f"#{number}" for number in run.numbers)
    return (
        run.span_id,
        run.agent_name,
        run.repository,
        numbers,
        times.write(run.started_at),
        times.write_optional(run.ended_at),
    )
