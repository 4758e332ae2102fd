"""``whichrun verify``: does a claim hold? Answered from the keys alone, without asking the service."""

from __future__ import annotations

import sys

import click

from receiver.cli.base import Command, examples
from receiver.cli.judge import Judge, Verdict
from receiver.cli.output import print_json, print_line
from receiver.cli.params import NUMBER, REPOSITORY
from receiver.jwks_source import keys_at
from receiver.settings import load
from resolver.claims.scan import scan_commit, scan_text
from resolver.errors import RefusedError


class NotTextError(RefusedError):
    """What came on standard input is not UTF-8."""

    reason = "not_text"


@click.command(
    cls=Command,
    epilog=examples(
        "git log -1 --format=%B | whichrun verify --commit",
        "whichrun verify --repository acme/widgets --number 42 < comment.md",
        "whichrun verify --jwks https://whichrun.example.com/.well-known/jwks.json < comment.md",
    ),
)
@click.option("--commit", is_flag=True, help="Read the text as a commit message: look for trailers alone.")
@click.option("--repository", type=REPOSITORY, help="Where the text was found; claims for another are refused.")
@click.option("--number", type=NUMBER, help="The issue or pull request it was found on, likewise.")
@click.option("--jwks", metavar="URL|FILE", help="Public keys of the service that signed; no setting is read then.")
@click.option("--issuer", metavar="NAME", help="With --jwks: the instance that must have signed. Default: any.")
@click.pass_context
def verify(  # noqa: PLR0913 - one argument for each option
    ctx: click.Context,
    *,
    commit: bool,
    repository: str | None,
    number: int | None,
    jwks: str | None,
    issuer: str | None,
    as_json: bool,
) -> None:
    """Say of each claim in a text whether it holds.

    The text, a comment or a commit message, comes on standard input. Of a comment, what stands in code or in a
    quote is no claim. The exit code is 0 when all claims hold, also when there is none, and 1 when any does not.
    Only the settings WHICHRUN_SIGNING_SECRETS, WHICHRUN_SIGNING_KEY_FILE and WHICHRUN_INSTANCE_ID matter: a claim
    holds in any workspace. Anybody verifies claims of version 2 with --jwks, from the public keys alone.
    """
    if jwks is not None:
        judge = Judge.by_public_keys(keys_at(jwks), issuer, repository=repository, number=number)
    elif issuer is None:
        judge = Judge.by(load(), repository=repository, number=number)
    else:
        raise click.UsageError("--issuer is for --jwks: else WHICHRUN_INSTANCE_ID says which instance counts")
    text = read_text()
    blocks = scan_commit(text) if commit else (*scan_text(text), *scan_commit(text))
    verdicts = [judge.verdict(block) for block in blocks]
    if as_json:
        print_json({"claims": [verdict.json() for verdict in verdicts]})
    else:
        for verdict in verdicts:
            print_line(line(verdict))
        if not verdicts:
            click.echo("no claims")
    ctx.exit(0 if all(verdict.valid for verdict in verdicts) else 1)


def read_text() -> str:
    """Read standard input. Raises NotTextError when it is not UTF-8."""
    try:
        return "" if sys.stdin is None else sys.stdin.buffer.read().decode("utf-8")  # None: it was closed
    except UnicodeDecodeError as error:
        raise NotTextError(f"standard input is not UTF-8 text: byte {error.start + 1} cannot be read") from error


def line(verdict: Verdict) -> str:
    """Write a verdict for a person."""
    read = verdict.read
    place = (read.repository or "any repository") + ("" if read.number is None else f"#{read.number}")
    told = f"run {read.span_id or '?'} by {read.agent_name or '?'} in {place} ({verdict.carrier.replace('_', ' ')})"
    return f"valid    {told}" if verdict.valid else f"refused  {told}: {verdict.reason}"
