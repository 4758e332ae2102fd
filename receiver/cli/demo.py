"""``whichrun demo``: see it at work, without GitHub and without a network."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

import click

from receiver.cli.base import Command, examples
from receiver.cli.output import print_json
from receiver.demo import scenario
from receiver.demo.rows import Row, rows
from receiver.demo.sender import Sender
from receiver.demo.service import Service, running
from receiver.demo.story import Story
from receiver.demo.table import show

INTRODUCTION = """\
A service of its own was started here (web, worker, SQLite). Three agents registered their runs, and
{deliveries} signed webhook deliveries, one pull request's life, were sent to it as GitHub sends them.
This is where each `/agents improve` of it went:
"""

SHOWN = """\
{count} pieces of feedback: {tally}.
"exact" rests on a mark that the service signed; "inferred" is a guess, and says so; where the
evidence admits no run, none is named. A stranger's command is kept and ignored, and a mark that
somebody else pastes is no evidence for the run it names.
"""

GO_ON = """\
Look around in the running service:  whichrun demo --serve
Start a service of your own:         whichrun init && whichrun serve"""

AROUND = """\
The service keeps running at {address} until you press Ctrl-C. Open that address in a browser, and sign in
with the token {token}; or ask:
  curl -H "Authorization: Bearer {token}" {address}/v1/feedback"""


@click.command(
    cls=Command,
    epilog=examples(
        "whichrun demo",
        "whichrun demo --serve",
    ),
)
@click.option("--serve", is_flag=True, help="Keep the service running afterwards, and print its address and token.")
@click.pass_context
def demo(ctx: click.Context, *, serve: bool, as_json: bool) -> None:
    """Play a pull request's life against the real service on this machine.

    It needs no GitHub, no network and no settings, takes a few seconds, and leaves nothing behind. The exit code
    is 1 when any feedback did not reach the run that the story says.
    """
    with running() as service:
        story, outcome = play(service)
        around = {"address": service.address, "token": service.token} if serve else {}
        if as_json:
            print_json({"deliveries": len(story.deliveries), "feedback": [row.json() for row in outcome], **around})
        else:
            click.echo(INTRODUCTION.format(deliveries=len(story.deliveries)))
            show(outcome)
            click.echo(SHOWN.format(count=len(outcome), tally=tally(outcome)))
            click.echo(AROUND.format(**around) if serve else GO_ON)
        if serve:
            with contextlib.suppress(KeyboardInterrupt):
                service.process.wait()
    if not all(row.as_told for row in outcome):
        ctx.exit(1)


def play(service: Service) -> tuple[Story, tuple[Row, ...]]:
    """Send the story to a running service, and read what it made of it."""
    now = datetime.now(UTC)
    with Sender(service) as sender:
        marks = {run["agent_name"]: sender.register(run) for run in scenario.runs(now)}
        story = scenario.story(marks, now)
        sender.wait_for([sender.deliver(delivery) for delivery in story.deliveries])
        return story, rows(story, sender.feedback())


def tally(outcome: Sequence[Row]) -> str:
    """Count what came of the feedback, in the order in which it was first met."""
    counts = Counter(row.confidence or row.status for row in outcome)
    return ", ".join(f"{count} {verdict}" for verdict, count in counts.items())
