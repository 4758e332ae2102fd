"""``whichrun sign``: marks for what a run is about to make, without asking the service."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from receiver import settings
from receiver.cli import registered
from receiver.cli.base import Command, examples
from receiver.cli.output import print_json, warn
from receiver.cli.params import NUMBER, REPOSITORY, WORKSPACE
from resolver.claims.claim import Claim
from resolver.claims.write import mark


@click.command(
    cls=Command,
    epilog=examples(
        "whichrun sign --span 428ecb0920459b24 --repository acme/widgets --number 42 --agent-name coder",
    ),
)
@click.option("--span", required=True, metavar="ID", help="The run's span id.")
@click.option("--repository", required=True, type=REPOSITORY, help="Where the run works.")
@click.option("--number", type=NUMBER, help="The issue or pull request it works on.")
@WORKSPACE
@click.option("--agent-id", default="", metavar="ID", help="The agent's id.")
@click.option("--agent-name", default="", metavar="NAME", help="The agent's name.")
def sign(  # noqa: PLR0913 - one argument for each option of SPEC §8
    *,
    span: str,
    repository: str,
    number: int | None,
    workspace: str | None,
    agent_id: str,
    agent_name: str,
    as_json: bool,
) -> None:
    """Print the marks that say which run made a text or a commit.

    The first is a hidden comment, to be put into the text of a comment, review, issue or pull request; after an
    empty line come the trailers, to be put at the end of a commit message. Claims are signed with the newest key of
    WHICHRUN_SIGNING_KEY_FILE that is valid or, where there is none, of WHICHRUN_SIGNING_SECRETS; no other setting is
    needed, and no store. Where there is one, keys that it says are retired are not used.
    """
    current = settings.load()
    claim = Claim(
        span_id=span,
        workspace=current.workspace if workspace is None else workspace,
        repository=repository,
        number=number,
        agent_id=agent_id,
        agent_name=agent_name,
        instance_id=current.instance_id,
    )
    ring = registered.ring_of(current)
    if not ring:
        warn("WHICHRUN_SIGNING_SECRETS is not set, so the claim is not signed; a service that has a key refuses it")
    now = datetime.now(UTC)
    marks = mark(claim, ring, now=now, issued_at=now)
    if as_json:
        print_json(
            {
                "hidden_comment": marks.hidden_comment,
                "commit_trailers": marks.commit_trailers,
                "claim": marks.claim,
            }
        )
    else:
        # As bytes: claims are UTF-8, whatever the terminal's encoding.
        click.echo(f"{marks.hidden_comment}\n\n{marks.commit_trailers}".encode())
