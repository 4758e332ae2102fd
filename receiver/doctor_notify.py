"""Looking notifications and exports over: where each URL stands, and what waits for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from receiver.checkup import Check, counted, not_checked, ok, wrong
from receiver.doctor_store import BEHIND, MOST_PAGES, PAGE
from receiver.notifying.hooks import Hook, Kind, hooks_of
from receiver.notifying.standing import Standing
from receiver.settings import Settings
from receiver.wiring import Services
from resolver import times
from resolver.errors import StoreError

NOTIFICATIONS = "notifications"


def examine(services: Services, *, has_store: bool) -> Iterator[Check]:
    """Yield one check for each URL that is to be told of changes."""
    hooks = hooks_of(services.settings)
    if hooks and not has_store:
        yield from not_checked((NOTIFICATIONS,), "the database cannot be read")
        return
    for hook in hooks:
        try:
            yield from _hook(services, hook)
        except StoreError as error:
            yield wrong(NOTIFICATIONS, str(error), "see what the database's own log says")


def _hook(services: Services, hook: Hook) -> Iterator[Check]:
    if hook.workspace not in _workspaces(services.settings):
        yield wrong(
            NOTIFICATIONS,
            f"{hook.shown}: no repository belongs to its workspace {hook.workspace}",
            f"mend the name in {hook.setting}, or give it repositories in WHICHRUN_WORKSPACES",
        )
        return
    state = services.store.progress(hook.turn)
    if not state:
        yield from not_checked(
            (NOTIFICATIONS,), f"{hook.shown}: no worker has looked yet: `whichrun serve` starts one that does"
        )
        return
    yield _judged(services, hook, Standing.read(state))


def _judged(services: Services, hook: Hook, standing: Standing) -> Check:
    waiting, oldest = _waiting(services, hook, standing.position)
    noun = "notification" if hook.kind is Kind.WEBHOOK else "change"  # of which some may say nothing there
    said = f"{'at least ' if waiting >= PAGE * MOST_PAGES else ''}{counted(waiting, noun)} waiting"
    if standing.off:
        return wrong(
            NOTIFICATIONS,
            f"{hook.shown} is switched off: {standing.error}, which asks for no more; {said}",
            f"mend the receiver and restart the worker, or take the URL out of {hook.setting}",
        )
    if standing.since is not None:
        return wrong(
            NOTIFICATIONS,
            f"{hook.shown} fails since {times.write(standing.since)}: {standing.error}; {said}",
            "see that it answers with a 2xx status within 15 seconds; it is tried again by itself, for three days",
        )
    if oldest is not None and services.clock() - oldest > BEHIND:
        return wrong(
            NOTIFICATIONS,
            f"{hook.shown}: {said}, the oldest since {times.write(oldest)}",
            "see that a worker is running with these settings, and its log",
        )
    return ok(NOTIFICATIONS, f"{hook.shown}: {said}" if waiting else f"{hook.shown} was told everything")


def _waiting(services: Services, hook: Hook, position: int) -> tuple[int, datetime | None]:
    """Count what a URL was not told yet, and say when the oldest of it happened."""
    waiting, oldest = 0, None
    with services.store.snapshot() as catalogue:
        for _ in range(MOST_PAGES):
            page = catalogue.changes(hook.workspace, after=position, limit=PAGE)
            told = [change.changed_at for change in page if change.kind in hook.told]
            waiting += len(told)
            oldest = oldest or next(iter(told), None)
            if len(page) < PAGE:
                break
            position = page[-1].id
    return waiting, oldest


def _workspaces(settings: Settings) -> frozenset[str]:
    return frozenset({settings.workspace}).union(*settings.workspaces.values())
