"""``whichrun import``: what another tool knew, and how its links compare with the answers here."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from receiver.cli import opened
from receiver.cli.backfill import AGAIN, Interrupted
from receiver.cli.base import Command, Failure, examples
from receiver.cli.output import print_json, print_line, warn
from receiver.cli.progress import teller
from receiver.importing.comparing import links
from receiver.importing.state import COUNTED, NAMES, State
from receiver.importing.taking import Import
from resolver.errors import StoreError
from resolver.importing import Comparison, Link
from store.agents_file import open_agents_file


@click.command(
    name="import",
    cls=Command,
    epilog=examples("whichrun import agents.db", "whichrun import agents.db --dry-run", "whichrun import a.db --json"),
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--workspace", metavar="NAME", help="Only the rows of this workspace; default: of all that there are.")
@click.option("--dry-run", is_flag=True, help="Look every row over and compare, and keep nothing.")
@click.pass_context
def importing(ctx: click.Context, *, file: Path, workspace: str | None, dry_run: bool, as_json: bool) -> None:
    """Take runs, artifacts and feedback of another tool's database.

    The tool is eloylp/agents. The file is only read. Runs become runs; artifacts become addresses that a run says it
    made, which prove nothing until their texts are delivered or read by backfill; feedback becomes feedback where its
    comment is known here. Then each old link is compared with the answer here. Stopped at any moment, the same command
    goes on where it was; done again, it changes nothing. Exit code 1 when rows were passed over.
    """
    try:
        state, found = _take(file, workspace, trial=dry_run, quiet=as_json)
    except KeyboardInterrupt:
        raise Interrupted(f"interrupted: {AGAIN}", code="interrupted", as_json=as_json) from None
    counts = Counter(link.comparison for link in found)
    if as_json:
        print_json(
            {
                "file": str(file),
                "workspace": workspace,
                "dry_run": dry_run,
                **{table: _counted(state, table) for table in NAMES.values()},
                "passed_over": state.told,
                "refused_claims": dict(sorted(state.refused.items())),
                "links": {**{one.value: counts[one] for one in Comparison}, "items": list(map(_link_json, found))},
            }
        )
    else:
        _print(state, found, counts)
    ctx.exit(1 if any(state.counts[f"{table}.passed_over"] for table in NAMES.values()) else 0)


def _take(file: Path, workspace: str | None, *, trial: bool, quiet: bool) -> tuple[State, list[Link]]:
    name = f"import {file.resolve()}{'' if workspace is None else f' of {workspace}'}"
    with open_agents_file(file) as source, opened.services() as services, teller(quiet=quiet) as told:
        try:
            state = Import(services, source, name, workspace, told, trial=trial).run()
            return state, list(links(services, source, workspace))
        except StoreError as error:
            raise Failure(f"{error}; {AGAIN}", code=error.reason, as_json=quiet) from error


def _counted(state: State, table: str) -> dict[str, int]:
    more = ("unseen", "statuses") if table == "feedback" else ()
    return {what: state.counts[f"{table}.{what}"] for what in (*COUNTED, *more)}


def _link_json(link: Link) -> dict[str, Any]:
    """Write a link; why is told only of those that are not the same."""
    shown = asdict(link)
    return shown | {"why": [] if link.is_same else list(link.why)}


def _print(state: State, found: list[Link], counts: Counter[Comparison]) -> None:
    for table in NAMES.values():
        told = ", ".join(f"{number} {what.replace('_', ' ')}" for what, number in _counted(state, table).items())
        print_line(f"{table}: {told}")
    print_line(f"links: {', '.join(f'{counts[one]} {one}' for one in Comparison)}")
    for link in found:
        if not link.is_same:
            _print_link(link)
    for reason, number in sorted(state.refused.items()):
        warn(f"{number} claims of artifacts do not verify: {reason}")
    if state.refused and not state.counts["artifacts.new"] + state.counts["artifacts.known"]:
        warn("none verifies: put that tool's signing secret and instance id into the settings, and import again")
    for what in state.told:
        warn(f"passed over: {what}")
    unnamed = sum(state.counts[f"{table}.passed_over"] for table in NAMES.values()) - len(state.told)
    if unnamed:
        warn(f"passed over: {unnamed} more")


def _print_link(link: Link) -> None:
    here = link.status or "not known here" if link.confidence is None else f"{link.confidence}, {link.mode}"
    old, new = link.old_span_id or "no run", link.span_id or "no run"
    print_line(
        f"{link.comparison}: {link.url or f'row {link.row}'}: {old} ({link.old_confidence}) there, {new} ({here}) here"
    )
    for reason in link.why:
        print_line(f"    {reason}")
