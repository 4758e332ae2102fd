"""``whichrun token``: who may use the HTTP API. Whoever may open the store is the operator, of every workspace."""

from __future__ import annotations

from datetime import datetime, timedelta

import click

from receiver.changes import Changes
from receiver.cli import opened
from receiver.cli.base import Command, LazyGroup, examples
from receiver.cli.output import print_json, print_line, print_table, warn
from receiver.cli.params import LIMIT, TIME, WORKSPACE
from receiver.present import token_json
from resolver import names, times
from resolver.errors import NotFoundError, PayloadError
from resolver.model.tokens import Scope, Token, TokenGrant

COLUMNS = ("id", "name", "workspace", "scopes", "run", "state", "last used")
MAX_NAME = 512


COMMANDS = {
    "create": ("receiver.cli.token:create", "Make a token, which is printed this once."),
    "list": ("receiver.cli.token:list_tokens", "List tokens, newest first."),
    "revoke": ("receiver.cli.token:revoke", "Have a token refused from now on."),
}

token = LazyGroup(
    "token",
    commands=COMMANDS,
    help="Make, list and revoke tokens of the HTTP API.",
    epilog=examples("whichrun token create coder --scope runs:write --scope feedback:read", "whichrun token list"),
)


@click.command(
    cls=Command,
    epilog=examples(
        "whichrun token create coder --scope runs:write --scope feedback:read",
        "whichrun token create dashboard --scope feedback:read --workspace platform --days 90",
    ),
)
@click.argument("name")
@click.option("--scope", "scopes", multiple=True, required=True, type=click.Choice([*map(str, Scope)]), help="Repeat.")
@WORKSPACE
@click.option("--run", metavar="SPAN", help="The only run that it may write as.")
@click.option("--expires-at", type=TIME, help="When it ends, in RFC 3339.")
@click.option("--days", type=click.IntRange(1, 3650), help="In how many days it ends. Without either: never.")
def create(  # noqa: PLR0913 - each option is one argument
    *,
    name: str,
    scopes: tuple[str, ...],
    workspace: str | None,
    run: str | None,
    expires_at: datetime | None,
    days: int | None,
    as_json: bool,
) -> None:
    """Make a token, which is printed this once.

    Of it only a hash is kept.
    """
    if expires_at is not None and days is not None:
        raise click.UsageError("--expires-at and --days say the same: give one of them")
    with opened.services() as services:
        grant = TokenGrant(
            workspace=_named(workspace, "workspace") or services.settings.workspace,
            name=_named(name, "name") or "",
            scopes=frozenset(map(Scope, scopes)),
            run=_named(run, "run"),
            expires_at=expires_at if days is None else services.clock() + timedelta(days=days),
        )
        made, secret = Changes(services, grant.workspace).make_token(grant)
    if as_json:
        print_json({**token_json(made), "token": secret})
        return
    print_line(secret)
    warn(f"token {made.id} of the workspace {grant.workspace}; it is not shown again")


@click.command(name="list", cls=Command, epilog=examples("whichrun token list --workspace platform"))
@click.option("--workspace", metavar="NAME", help="Only tokens of this workspace.")
@click.option("--limit", type=LIMIT, default=50, show_default=True, help="How many.")
def list_tokens(*, workspace: str | None, limit: int, as_json: bool) -> None:
    """List tokens, newest first.

    Those that are not valid any more are among them.
    """
    with opened.services() as services:
        found = services.store.tokens.listed(workspace, before=None, limit=limit + 1)
        now = services.clock()
    kept = [one for _, one in found[:limit]]
    if as_json:
        print_json({"items": [token_json(one) for one in kept], "more": len(found) > limit})
        return
    print_table(COLUMNS, (_cells(one, now) for one in kept))
    if len(found) > limit:
        warn(f"there are more than these {limit}; see --limit")


@click.command(cls=Command, epilog=examples("whichrun token revoke 7"))
@click.argument("token_id", metavar="ID", type=click.IntRange(1, names.MAX_ID))
def revoke(*, token_id: int, as_json: bool) -> None:
    """Have a token refused from now on."""
    with opened.services() as services:
        kept = services.store.tokens.get(token_id)
        if kept is None:
            raise NotFoundError(f"there is no token {token_id}")
        Changes(services, kept.grant.workspace).revoke_token(token_id)
        kept = services.store.tokens.get(token_id) or kept
    if as_json:
        print_json(token_json(kept))
    else:
        print_line(f"token {token_id} ({kept.grant.name}) is revoked")


def _named(value: str | None, field: str) -> str | None:
    """Return a name as the API would take it. Raises PayloadError."""
    if value is None:
        return None
    stripped = value.strip()
    if not stripped or len(stripped) > MAX_NAME or not stripped.isprintable():
        raise PayloadError(((field, f"write 1 to {MAX_NAME} printable characters"),))
    return stripped


def _cells(one: Token, now: datetime) -> tuple[str | None, ...]:
    grant = one.grant
    if one.revoked_at is not None:
        state = "revoked"
    elif grant.expires_at is None:
        state = "valid"
    else:
        state = f"{'valid until' if one.is_valid(now) else 'expired'} {times.write(grant.expires_at)}"
    scopes = " ".join(sorted(grant.scopes))
    return (str(one.id), grant.name, grant.workspace, scopes, grant.run, state, times.write_optional(one.used_at))
