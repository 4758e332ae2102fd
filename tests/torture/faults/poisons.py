"""A delivery that kills its worker, or fails, each time: it is set aside, others go on, and it can be replayed."""

from __future__ import annotations

from pathlib import Path

from resolver.model.deliveries import DeliveryStatus
from store.inbox import MOST_TRIES
from store.waiting import HELD_FOR, LONGEST_WAIT
from tests.support.service import until
from tests.torture.ground import Ground, ground
from tests.torture.injections import injecting
from tests.torture.load import Load
from tests.torture.told import CHAPTER
from tests.torture.verdict import Verdict

POISON = CHAPTER + 4
"""The number of the delivery: a maintainer's command, and others of its repository come after it."""
TRIED = "UPDATE delivery SET tries = ? WHERE guid = ?"
LOOK = "SELECT tries, status, error, next_try_at, held_until FROM delivery WHERE guid = ?"
PAUSE = (LONGEST_WAIT + HELD_FOR).total_seconds()
"""Seconds by which the clock is put forward while the poison waits."""


def poisons(database: str, folder: Path, *, how: str, most: int, tries: int = MOST_TRIES) -> Verdict:
    """Tell ``most`` deliveries, one of them poisonous (``kills_its_worker``, ``fails``), and wait until it is dead.

    Of its tries the last ``tries`` are made; before them it is told that others were. The waits between them are cut
    short by a clock that is put forward.
    """
    with ground(database, folder) as here:
        here.begin()
        load = here.load(most)
        guid = load.teller(POISON).guid
        load.send(POISON)
        here.wait_processed()
        here.stop()
        clock = here.folder / "clock"
        clock.write_text("0")
        here.start(**injecting(clock=str(clock), **{how: guid}))
        load.send(1)
        _pretend(here, guid, MOST_TRIES - tries)
        with load.running():
            _wait_dead(here, guid, clock)
            load.wait_all()
        here.wait_processed()
        statuses = here.statuses()
        with here.looking() as store:
            ((tried, _, error, *_),) = store.rows(LOOK, (guid,))
        verdict = _replayed(here, load, guid, how, tried)
        dead = {one for one, status in statuses.items() if status == DeliveryStatus.DEAD}
        verdict.expect(dead == {guid}, f"{len(dead)} are dead, not the one alone")
        verdict.expect(tried == MOST_TRIES, f"it was dead after {tried} tries")
        verdict.expect(bool(error), "its error is not told")
        return verdict


def _pretend(here: Ground, guid: str, tries: int) -> None:
    """Note tries that were never made; each takes a worker's start, and they are all alike."""
    if tries:
        with here.looking() as store, store.writing():
            store.change(TRIED, (tries, guid))


def _wait_dead(here: Ground, guid: str, clock: Path) -> None:
    """Put the clock forward whenever it is to wait for something, until there is no try left."""
    seen: tuple[int, int] = (0, 0)
    with here.looking() as store:

        def look() -> bool:
            nonlocal seen
            _, status, _, *times = store.rows(LOOK, (guid,))[0]
            if (waits := (times[0], times[1])) != seen:
                seen = waits
                clock.write_text(str(float(clock.read_text()) + PAUSE))
            return bool(status == DeliveryStatus.DEAD)

        until(look, patience=300)


def _replayed(here: Ground, load: Load, guid: str, how: str, tries: int) -> Verdict:
    """Have the poison processed by a service that it does nothing to, and judge."""
    here.stop()
    here.start()
    result = here.whichrun("replay", guid, "--json")
    assert result.returncode == 0, result.stderr
    here.wait_processed()
    return here.judge(f"poison that {how.replace('_', ' ')}", load, tries=tries)
