"""What time does: reports whose snooze is over are reopened, and what was kept long enough is dropped.

The latter (``store.pruning``, ``store.retention``) is for one worker at a time, every hour, in small portions. Beside
that, keys that were added to this host are registered, and what was refused for want of them is read again
(``receiver.rereading``).
"""

from __future__ import annotations

import logging
import threading
from datetime import timedelta
from typing import Final

from receiver.loop import Idle, run
from receiver.report_changes import wake_reports
from receiver.rereading import read_again
from receiver.wiring import Services

log = logging.getLogger("receiver.housekeeping")

TURN: Final = "housekeeping"
EVERY: Final = timedelta(hours=1)
HOLD: Final = timedelta(minutes=10)
IDLE: Final = Idle(shortest=30.0, longest=60.0)


def run_housekeeping(services: Services, *, stop: threading.Event) -> None:
    """Look whether it is due, until ``stop`` is set."""

    def look() -> bool:
        tidy_once(services)
        services.keyring.register()
        return read_again(services)

    run(look, IDLE, stop=stop)


def tidy_once(services: Services) -> int | None:
    """Reopen what is due, and take a turn, if that is; return how many rows were dropped, None without a turn."""
    wake_reports(services)
    now = services.clock()
    if services.store.take_turn(TURN, now, every=EVERY, hold=HOLD) is None:
        return None
    dropped = services.store.prune(now)
    kept = timedelta(days=services.settings.retention_days)
    dropped += services.store.prune_deliveries(now, kept=kept)
    for account_id in services.store.forgetting():  # somebody was interrupted, or had to wait for deliveries
        services.store.forget(account_id, now)
    if dropped:
        log.info("dropped %d rows that were kept for their time", dropped)
    services.store.end_turn(TURN, {"dropped": dropped}, services.clock(), every=EVERY)
    return dropped
