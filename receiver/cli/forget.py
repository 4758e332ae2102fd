"""``whichrun forget``: a person's texts, taken out of the store."""

from __future__ import annotations

import click

from receiver import forget as forgetting
from receiver.cli import opened
from receiver.cli.base import Command, examples
from receiver.cli.output import print_json, print_line


@click.command(
    cls=Command, epilog=examples("whichrun forget --user octocat", "whichrun forget --user 583231 --yes --json")
)
@click.option("--user", required=True, help="A login, or an account's number.")
@click.option("--yes", is_flag=True, help="Do not ask whether that is meant.")
def forget(*, user: str, yes: bool, as_json: bool) -> None:
    """Erase what a person wrote, and keep that there was something.

    Texts, feedback, titles, entries, commit messages, the login, and raw deliveries and cached answers that name the
    account go. Hashes, times, claims, runs and answers stay, and the account's number. What it wrote until now is not
    taken in again; what it writes from now on is. It cannot be undone. It may be interrupted: the same call, or the
    running worker, finishes it.
    """
    if as_json and not yes:
        raise click.UsageError("--json asks nothing: add --yes")
    with opened.services() as services:
        account_id = forgetting.account_of(services, user)
        if not yes:
            click.confirm(f"Erase all texts of account {account_id}? This cannot be undone.", abort=True, err=True)
        done = forgetting.forget(services, account_id)
    if as_json:
        print_json({"account": account_id, "erased": dict(sorted(done.counts.items())), "waiting": done.waiting})
        return
    told = ", ".join(f"{count} {what}" for what, count in sorted(done.counts.items()) if count)
    print_line(f"account {account_id}: {told or 'nothing was left'}")
    if done.waiting:
        print_line(f"{done.waiting} deliveries that name it wait to be processed: the worker erases them afterwards")
