"""Looking the store over: its schema, its clock, what waits in it, and what was given up."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from datetime import timedelta
from typing import TypeVar

from receiver.checkup import Check, counted, not_checked, ok, reasons, wrong
from receiver.wiring import Services
from resolver.errors import StoreError
from resolver.model.asking import Asked
from resolver.model.deliveries import Delivery, DeliveryStatus
from resolver.model.wants import WantSeen

ItemT = TypeVar("ItemT")

MIGRATIONS, CLOCK, INBOX, ASKING = "migrations", "database_clock", "inbox", "asking"
NAMES = (MIGRATIONS, CLOCK, INBOX, ASKING)

MOST_DRIFT = timedelta(seconds=30)
BEHIND = timedelta(minutes=5)
"""How long a delivery may wait before somebody should know."""
PAGE = 500
MOST_PAGES = 20
"""How far lists are looked through: it is enough to know that it is bad."""


def examine(services: Services) -> Generator[Check, None, bool]:
    """Yield what is found; return whether the store can be read."""
    try:
        waiting = services.store.pending_migrations()
    except StoreError as error:
        yield wrong(MIGRATIONS, str(error), "see what the database's own log says")
        yield from not_checked(NAMES[1:], "the database cannot be read")
        return False
    if waiting:
        yield wrong(MIGRATIONS, f"not run yet: {', '.join(waiting)}", "run `whichrun migrate`")
        yield from not_checked(NAMES[1:], "the schema is not up to date")
        return False
    yield ok(MIGRATIONS, "the schema is up to date")
    for name, look in ((CLOCK, _clock), (INBOX, _inbox), (ASKING, _asking)):
        try:
            yield from look(services)
        except StoreError as error:
            yield wrong(name, str(error), "see what the database's own log says")
    return True


def drift(name: str, whose: str, seconds: float, remedy: str) -> Check:
    """Judge how many seconds another clock is ahead of this machine's."""
    if abs(seconds) <= MOST_DRIFT.total_seconds():
        return ok(name, f"it agrees with {whose}")
    way = "behind" if seconds > 0 else "ahead of"
    return wrong(name, f"this machine's clock is {abs(seconds):.0f} seconds {way} {whose}", remedy)


def _clock(services: Services) -> Iterator[Check]:
    before = services.clock()
    theirs = services.store.time()
    ours = before + (services.clock() - before) / 2
    remedy = "let both machines set their clocks by the network (NTP)"
    yield drift(CLOCK, "the database's clock", (theirs - ours).total_seconds(), remedy)


def _inbox(services: Services) -> Iterator[Check]:
    dead = _deliveries(services, DeliveryStatus.DEAD)
    if dead:
        why = reasons(one.error for one in dead)
        yield wrong(
            INBOX,
            f"{_many(dead, 'delivery', 'deliveries')} set aside: {why}",
            "mend the cause, then run `whichrun replay --status dead`",
        )
    waiting = (*_deliveries(services, DeliveryStatus.PENDING), *_deliveries(services, DeliveryStatus.FAILED))
    since = min((one.received_at for one in waiting), default=None)
    if since is not None and services.clock() - since > BEHIND:
        failed = [one.error for one in waiting if one.error is not None]
        yield wrong(
            INBOX,
            f"{_many(waiting, 'delivery', 'deliveries')} waiting, the oldest for {_ago(services.clock() - since)}"
            + (f"; tried in vain: {reasons(failed)}" if failed else ""),
            "see that a worker is running (`whichrun serve` starts one, `whichrun worker` is one more), and its log",
        )
    elif not dead:
        yield ok(INBOX, f"{counted(len(waiting), 'delivery', 'deliveries')} waiting, none given up")


def _asking(services: Services) -> Iterator[Check]:
    """Look at what GitHub is asked for. What merely waits is not wrong: GitHub may be down."""
    dead = _wants(services, Asked.DEAD)
    if dead:
        why = reasons(one.error or one.refusal for one in dead)
        yield wrong(
            ASKING,
            f"{_many(dead, 'question', 'questions')} to GitHub given up: {why}",
            "mend the cause; what is needed still is asked again a day after it was given up",
        )
    waiting = _wants(services, Asked.WAITING)
    refused = [one for one in waiting if one.refusal is not None]
    if refused:
        why = reasons(f"{one.repository or one.repository_id}: {one.refusal}" for one in refused)
        yield wrong(
            ASKING,
            f"{_many(refused, 'question', 'questions')} that GitHub may not be asked: {why}",
            "see the checks of the App below; they are asked by themselves once they may be",
        )
    if not dead and not refused:
        yield ok(ASKING, f"{counted(len(waiting), 'question')} to GitHub waiting, none refused or given up")


def _deliveries(services: Services, status: DeliveryStatus) -> list[Delivery]:
    with services.store.snapshot() as catalogue:
        return _gathered(lambda before: catalogue.deliveries(status=status, before=before, limit=PAGE))


def _wants(services: Services, status: Asked) -> list[WantSeen]:
    with services.store.snapshot() as catalogue:
        return _gathered(lambda before: catalogue.wants(status=status, before=before, limit=PAGE))


def _gathered(page_from: Callable[[int | None], Sequence[tuple[int, ItemT]]]) -> list[ItemT]:
    """Gather the items of the first pages of a list."""
    found: list[ItemT] = []
    before = None
    for _ in range(MOST_PAGES):
        page = page_from(before)
        found += (one for _, one in page)
        if len(page) < PAGE:
            break
        before = page[-1][0]
    return found


def _many(found: list[Delivery] | list[WantSeen] | tuple[Delivery, ...], noun: str, plural: str) -> str:
    """Say how many, and whether that is all of them."""
    cut = len(found) >= PAGE * MOST_PAGES
    return f"{'at least ' * cut}{counted(len(found), noun, plural)}"


def _ago(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    if minutes < 120:  # noqa: PLR2004 - two hours
        return counted(minutes, "minute")
    hours = minutes // 60
    return counted(hours, "hour") if hours < 48 else counted(hours // 24, "day")  # noqa: PLR2004 - two days
