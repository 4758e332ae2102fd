"""``whichrun feedback``: what maintainers asked for, and of which run."""

from __future__ import annotations

from datetime import datetime

import click

from receiver.cli import opened
from receiver.cli.base import Command, examples
from receiver.cli.output import print_json, print_table, warn
from receiver.cli.params import LIMIT, NUMBER, REPOSITORY, TIME, WORKSPACE
from receiver.present import feedback_json
from receiver.queries import FeedbackFilter
from receiver.views import FeedbackView, Span
from resolver.model.answers import Confidence
from resolver.model.feedback import Status

COLUMNS = ("id", "author", "asks", "status", "confidence", "mode", "run", "agent", "where")


@click.command(
    cls=Command,
    epilog=examples(
        "whichrun feedback --repository acme/widgets --status new",
        "whichrun feedback --confidence unresolved --since 2026-10-01T00:00:00Z",
    ),
)
@WORKSPACE
@click.option("--repository", type=REPOSITORY, help="Only feedback in this repository.")
@click.option("--number", type=NUMBER, help="Only feedback on this issue or pull request.")
@click.option("--status", type=click.Choice([*map(str, Status)]), help="Only feedback of this status.")
@click.option("--confidence", type=click.Choice([*map(str, Confidence)]), help="Only answers this sure.")
@click.option("--agent", metavar="NAME", help="Only feedback about runs of this agent.")
@click.option("--run", metavar="ID", help="Only feedback about this run, by its span id.")
@click.option("--since", type=TIME, help="Only what was updated at this time or later.")
@click.option("--limit", type=LIMIT, default=50, show_default=True, help="How many.")
def feedback(  # noqa: PLR0913 - one argument for each filter of SPEC §7
    *,
    workspace: str | None,
    repository: str | None,
    number: int | None,
    status: str | None,
    confidence: str | None,
    agent: str | None,
    run: str | None,
    since: datetime | None,
    limit: int,
    as_json: bool,
) -> None:
    """List the feedback and the runs it is about, newest first."""
    which = FeedbackFilter(
        repository=repository,
        number=number,
        status=None if status is None else Status(status),
        confidence=None if confidence is None else Confidence(confidence),
        agent=agent,
        run=run,
        since=since,
    )
    with opened.queries(workspace) as queries:
        page = queries.feedback_list(which, Span(limit=limit))
    if as_json:
        print_json({"items": [feedback_json(view) for view in page.items], "more": page.last is not None})
        return
    print_table(COLUMNS, map(_cells, page.items))
    if page.last is not None:
        warn(f"there is more than these {limit}; see --limit")


def _cells(view: FeedbackView) -> tuple[str | None, ...]:
    one, resolution = view.feedback, view.feedback.resolution
    answer = None if resolution is None else resolution.answer
    return (
        str(one.id),
        one.object.author.login,
        one.state.instruction,
        one.state.status,
        None if answer is None else answer.confidence,
        None if answer is None else answer.mode,
        None if answer is None else answer.span_id,
        None if view.run is None else view.run.agent_name,
        one.object.url,
    )
