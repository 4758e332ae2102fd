"""The clock jumps by hours, forward and back: nothing waits for the time that it showed before."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from tests.support.processes import named
from tests.support.service import until
from tests.torture.ground import Ground, ground
from tests.torture.injections import injecting
from tests.torture.verdict import Verdict

HOUR = 3600
JUMPS = (5 * HOUR, -7 * HOUR, 2 * HOUR)
FAILING = 4
"""The number of a delivery that fails for as long as the clock is watched."""
AT_ONCE = 45.0
"""Seconds within which work goes on after a jump: far below the hours that were jumped, also on a busy machine."""
LOOK = "SELECT tries, next_try_at, held_until FROM delivery WHERE guid = ?"


def clocks(database: str, folder: Path, *, most: int) -> Verdict:
    """Jump while deliveries arrive, while one waits for its next try, and while one is held by a worker that died."""
    with ground(database, folder) as here:
        clock = here.folder / "clock"
        clock.write_text("0")
        load = here.load(most)
        failing = load.teller(FAILING).guid
        here.begin(**injecting(clock=str(clock), fails=failing))
        load.send(FAILING + 1)
        until(lambda: _tries(here, failing) >= 1, patience=120)
        share = (most - load.sent) // len(JUMPS)
        broken: list[str] = []
        ahead = 0
        for jump in JUMPS:
            ahead += jump
            load.send(share - 1)
            _kill_a_worker(here)
            tries = _tries(here, failing)
            clock.write_text(str(ahead))
            load.send(1)  # it is taken in, whatever the clock says
            try:
                until(lambda: _waits_for_nothing_but(here, failing), patience=AT_ONCE)
                if tries < 5:  # of later ones the waits are long, as they should be
                    until(lambda tries=tries: _tries(here, failing) > tries, patience=AT_ONCE)  # type: ignore[misc]
            except AssertionError:
                broken.append(f"after a jump by {jump / HOUR:+.0f} h something waits for the former time")
        load.send(most - load.sent)
        here.stop()
        here.start()
        result = here.whichrun("replay", failing, "--json")
        assert result.returncode == 0, result.stderr
        here.wait_processed()
        verdict = here.judge("clocks", load, jumps=len(JUMPS))
        verdict.broken += broken
        return verdict


def _tries(here: Ground, guid: str) -> int:
    with here.looking() as store:
        return int(store.rows(LOOK, (guid,))[0][0])


def _waits_for_nothing_but(here: Ground, guid: str) -> bool:
    return {one for one, status in here.statuses().items() if status != "done"} <= {guid}


def _kill_a_worker(here: Ground) -> None:
    """Have what it holds stay held, as far as the inbox says."""
    for worker in named(here.running.process.pid, "receiver.worker"):
        os.kill(worker, signal.SIGKILL)
