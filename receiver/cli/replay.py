"""``whichrun replay``: stored deliveries, processed once more."""

from __future__ import annotations

import click

from receiver.cli import opened
from receiver.cli.base import Command, examples
from receiver.cli.output import print_json, print_line
from receiver.wiring import Services
from resolver.errors import NotFoundError
from resolver.model.deliveries import DeliveryStatus

PAGE = 500
"""Deliveries that are listed at once: any number of them fits into memory."""


@click.command(
    cls=Command,
    epilog=examples(
        "whichrun replay 72d3162e-cc78-11e3-81ab-4c9367dc0958",
        "whichrun replay --status dead",
    ),
)
@click.argument("guid", required=False)
@click.option("--status", type=click.Choice([str(DeliveryStatus.DEAD)]), help="All deliveries of this status.")
def replay(*, guid: str | None, status: str | None, as_json: bool) -> None:
    """Process stored deliveries again.

    Name one by its GUID (GitHub shows it as X-GitHub-Delivery), or all that were set aside after ten tries. They
    become pending; a worker takes them. Processing a delivery twice changes nothing.
    """
    if (guid is None) == (status is None):
        raise click.UsageError("name a GUID, or --status dead")
    with opened.services() as services:
        count = replay_one(services, guid) if guid is not None else replay_dead(services)
    if as_json:
        print_json({"replayed": count})
    else:
        print_line(f"{count} {'delivery is' if count == 1 else 'deliveries are'} pending again")


def replay_one(services: Services, guid: str) -> int:
    """Set one delivery pending again. Raises NotFoundError when there is none with this GUID."""
    if services.store.replay(guid, services.clock()) is None:
        raise NotFoundError(f"there is no delivery {guid}")
    return 1


def replay_dead(services: Services) -> int:
    """Set every dead delivery pending again, page by page; return how many there were.

    Each page is listed from where the last one ended, so one that dies again meanwhile is not taken twice.
    """
    count, before = 0, None
    while True:
        with services.store.snapshot() as catalogue:
            page = catalogue.deliveries(status=DeliveryStatus.DEAD, before=before, limit=PAGE)
        for position, delivery in page:
            services.store.replay(delivery.guid, services.clock())
            before, count = position, count + 1
        if len(page) < PAGE:
            return count
