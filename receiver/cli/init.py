"""``whichrun init``: a ``.env`` with fresh secrets, and what to do with it."""

from __future__ import annotations

import base64
import os
import secrets
import tempfile
from pathlib import Path

import click

from receiver.cli.base import Command, examples
from receiver.cli.output import print_json
from receiver.settings_notify import SECRET_PREFIX
from resolver.errors import SettingsError

NOTIFY = "WHICHRUN_NOTIFY_SECRETS"
SECRETS = {
    "WHICHRUN_WEBHOOK_SECRETS": "GitHub signs deliveries with it: the same value goes into the webhook's form.",
    "WHICHRUN_SIGNING_SECRETS": "Claims are signed with it; whoever knows it can make claims.",
    "WHICHRUN_API_TOKEN": "Opens the HTTP API, with every scope.",
    NOTIFY: "Notifications are signed with it: give it to whoever is named in WHICHRUN_NOTIFY_URLS.",
}

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
    path = write_new(".env", fresh())
    if as_json:
        print_json({"path": str(path)})
    else:
        click.echo(NEXT.format(path=path))


def fresh() -> str:
    """Return the text of a ``.env`` whose secrets nobody has seen."""
    entries = [f"# {purpose}\n{name}={_secret(name)}\n" for name, purpose in SECRETS.items()]
    return "# Settings of whichrun. Secrets: keep this file out of version control.\n\n" + "\n".join(entries)


def _secret(name: str) -> str:
    """Return a fresh secret, in the form that its setting wants."""
    if name == NOTIFY:
        return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()
    return secrets.token_urlsafe(32)


def write_new(name: str, text: str) -> Path:
    """Write a file into the working folder, complete as soon as it is there, for its owner alone; return its path.

    Raises SettingsError when the file exists already, or the folder cannot be written.
    """
    path = Path(name)
    try:
        path = path.absolute()
        handle, temporary = tempfile.mkstemp(prefix=f"{name}-", dir=path.parent)  # mode 0600 from the start
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            # A link, unlike a rename, fails when the name is taken: no check, so no race with another `init`.
            os.link(temporary, path)
        finally:
            Path(temporary).unlink()
    except FileExistsError as error:
        raise SettingsError(f"{path} exists already and is left as it is; remove it first to get a new one") from error
    except OSError as error:
        raise SettingsError(f"{path} cannot be written: {error.strerror}") from error
    return path
