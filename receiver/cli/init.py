"""``whichrun init``: a ``.env`` with fresh secrets, and what to do with it."""

from __future__ import annotations

from pathlib import Path

import click

from receiver.cli.base import Command, examples
from receiver.cli.output import print_json
from receiver.fresh_secrets import HEAD, PURPOSES, fresh
from receiver.private_file import write_new

NEXT = """\
Wrote {path} (readable by you alone).

Next:
  1. Start the service:     whichrun serve
  2. Put it behind HTTPS under a name GitHub can reach.
  3. At GitHub, in the repository's (or organisation's, or App's) webhook settings:
       Payload URL    https://YOUR-HOST/webhooks/github
       Content type   application/json
       Secret         the value of WHICHRUN_WEBHOOK_SECRETS in {path}
       Events         Issues, Issue comments, Pull requests, Pull request reviews, Pull request
                      review comments, Pull request review threads, Pushes, Commit comments,
                      Discussions, Discussion comments, Repositories
     `whichrun serve --setup` does 1 and 3 from a page: it makes a GitHub App.
  4. Let agents register their runs at POST /v1/runs, with WHICHRUN_API_TOKEN from the same file."""


@click.command(
    cls=Command,
    epilog=examples(
        "whichrun init && whichrun serve",
    ),
)
def init(*, as_json: bool) -> None:
    """Write a .env with fresh secrets into the working folder.

    It never overwrites a file that is there, and never prints a secret.
    """
    path = write_new(Path(".env"), text())
    if as_json:
        print_json({"path": str(path)})
    else:
        click.echo(NEXT.format(path=path))


def text() -> str:
    """Return the text of a ``.env`` whose secrets nobody has seen."""
    entries = [f"# {purpose}\n{name}={fresh(name)}\n" for name, purpose in PURPOSES.items()]
    return f"{HEAD}\n" + "\n".join(entries)
