"""The worker: takes deliveries from the inbox and makes facts and answers of them (SPEC §3).

At least once: a delivery counts as done in the same transaction as everything that it changed, so a killed worker
leaves nothing half done, and trying again changes nothing twice.

What waits is taken in together, some deliveries in one transaction: it costs what one costs. Should that fail, for
whatever reason, each is processed alone, and fails alone.

A try is counted before it is made, so that a delivery that kills its worker is found out. An outage of the store must
not use the tries up: through one, however long, a worker keeps the delivery that it has in hand, and goes on with it.
"""

from __future__ import annotations

import argparse
import logging
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import accumulate, islice

from receiver import garbage, lineage, logs, resolved
from receiver.housekeeping import run_housekeeping
from receiver.loop import Idle, backoff, run
from receiver.metrics import folder
from receiver.metrics.instruments import instruments
from receiver.settings import Settings, load
from receiver.wiring import Services, wire_for_service
from resolver.errors import NotJsonError, PayloadError, StoreError, WhichrunError
from resolver.intake import Prepared
from resolver.locks import holding
from resolver.model.deliveries import Claimed
from resolver.payloads import envelope
from resolver.payloads.envelope import Envelope
from store.inbox import MOST_TRIES, Following
from store.ledger import Ledger

log = logging.getLogger("receiver.worker")

IDLE = Idle(shortest=0.02, longest=0.05)
"""How long to rest between looks into an empty inbox: an idle service is to answer within 250 ms (SPEC §11)."""

MOST_TOGETHER = 16
"""Deliveries of one transaction: few enough that on SQLite the webhook, which waits for it, hardly notices."""

LARGE_TOGETHER = 512 * 1024
"""Bytes of bodies of one transaction: a larger delivery is processed alone."""
BETWEEN_PORTIONS = 0.01
"""Seconds in which others get at the store, between two portions of a large push."""

MAX_ERROR = 1000
"""Characters of an error that are kept with its delivery."""

STOPS = (signal.SIGTERM, signal.SIGINT)


def run_worker(services: Services, *, stop: threading.Event) -> None:
    """Work until ``stop`` is set; the delivery under way is finished first. Nothing that comes in ends this loop."""
    hand = Hand(services, stop=stop)
    run(hand.work_once, IDLE, stop=stop)
    try:
        while hand.claimed:  # others would have to wait until nobody holds them any more
            hand.work_once()
    except Exception as error:  # noqa: BLE001 -- whatever it is, they are handed out again
        log.warning("%d deliveries in hand are left to other workers: %s", len(hand.claimed), _told(error))


@dataclass(slots=True)
class Hand:
    """A worker's hand: it holds deliveries from when they are taken until their fate is on disk."""

    services: Services
    stop: threading.Event = field(default_factory=threading.Event)
    """Once it is set, no more are taken than are in hand."""
    claimed: list[Claimed] = field(default_factory=list)
    apart: int = 0
    """How many of the first ones could not be processed together, and go one by one."""

    def work_once(self) -> bool:
        """Process what is in hand, one delivery, else some that are due, together; return whether there was any.

        Raises StoreError when the store is out of reach: the deliveries are not to blame, and stay in hand. Should
        another worker have taken them meanwhile, they are let go.
        """
        if not self.claimed:
            self.claimed = self.services.store.claim_some(self.services.clock(), most=MOST_TOGETHER)
            self.apart = 0
        if not self.claimed:
            return False
        together = _fitting(self.claimed)
        if len(together) > 1 and not self.apart:
            following = self._following(len(together))
            done = work_together(self.services, together, following)
            self.claimed += following.claimed if following is not None else ()
            if done:
                del self.claimed[: len(together)]
                return True
            self.apart = len(together)
        mine = work_on(self.services, self.claimed[0])
        del self.claimed[0]
        self.apart = max(0, self.apart - 1)
        return mine

    def _following(self, under_way: int) -> Following | None:
        """Return what is to be claimed next: nothing while some are left in hand, or at the end."""
        if under_way < len(self.claimed) or self.stop.is_set():
            return None
        return Following(self.services.clock(), MOST_TOGETHER)


def _fitting(claimed: Sequence[Claimed]) -> Sequence[Claimed]:
    """Return the first ones that are small enough together: at least one."""
    sizes = accumulate(len(one.body) for one in claimed)
    return claimed[: max(1, sum(size <= LARGE_TOGETHER for size in sizes))]


def work_together(services: Services, claimed: Sequence[Claimed], following: Following | None = None) -> bool:
    """Process deliveries in one transaction; return False, with nothing done, when that cannot be.

    Those ``following`` are claimed with it.
    """
    begun = time.perf_counter()
    try:
        ready = [(one, services.intake.prepare(_read(one), one.received_at)) for one in claimed]

        def take_in(locks: tuple[str, ...]) -> list[tuple[Claimed, int]]:
            with services.store.processing_some(claimed, *locks, following=following) as (ledger, mine):
                return [_apply(services, ledger, *pair) for pair in ready if pair[0].id in mine]

        locks = tuple(dict.fromkeys(lock for _, prepared in ready for lock in prepared.locks))
        with resolved.gathered(said=False) as appended:
            done = holding(locks, take_in)
    except Exception as error:  # noqa: BLE001 -- whatever it is, it shows again where they are processed one by one
        log.info("%d deliveries could not be processed together: %s", len(claimed), _told(error))
        return False
    took = (time.perf_counter() - begun) / len(claimed)
    answers = iter(appended)
    for one, resolutions in done:
        with logs.about(delivery=one.guid):
            resolved.say(list(islice(answers, resolutions)))
            _say_done(services, one, took, resolutions)
        instruments().processing_seconds.observe(took)
    return True


def _apply(services: Services, ledger: Ledger, claimed: Claimed, prepared: Prepared) -> tuple[Claimed, int]:
    """Take one of several in; return how many answers that gave."""
    before = len(ledger.appended)
    services.intake.apply(ledger, prepared, cause=f"delivery {claimed.guid}")
    ledger.gather_changes()  # of each by itself: what one did and the next undid has happened
    return claimed, len(ledger.appended) - before


def work_on(services: Services, claimed: Claimed) -> bool:
    """Process a delivery that was claimed; return False when another worker was faster.

    What goes wrong is kept with the delivery. Raises StoreError when the store is out of reach.
    """
    with logs.about(delivery=claimed.guid):
        log.info("delivery %s: taken, try %d", claimed.guid, claimed.tries)
        begun = time.perf_counter()
        mine = _try(services, claimed)
        if mine:
            instruments().processing_seconds.observe(time.perf_counter() - begun)
    return mine


def _try(services: Services, claimed: Claimed) -> bool:
    try:
        return _process(services, claimed)
    except (NotJsonError, PayloadError) as error:  # its bytes will not change
        _fail(services, claimed, str(error), again=False)
    except Exception as error:  # whatever it is, it is kept with the delivery, and others go on
        if isinstance(error, StoreError):
            services.store.ping()  # raises when the store itself is the trouble
        log.exception("delivery %s failed, try %d", claimed.guid, claimed.tries)
        _fail(services, claimed, _told(error), again=claimed.tries < MOST_TRIES)
    return True


def _process(services: Services, claimed: Claimed) -> bool:
    """Take one delivery in; return False when another worker was faster."""
    begun = time.perf_counter()
    prepared = services.intake.prepare(_read(claimed), claimed.received_at)

    for portion in prepared.portions():
        kept = _keep_ahead(services, claimed, portion)
        if not kept:
            break
        prepared = replace(prepared, ahead=prepared.ahead | kept)
        time.sleep(BETWEEN_PORTIONS)

    def take_in(locks: tuple[str, ...]) -> bool:
        with services.store.processing(claimed, *locks) as ledger:
            if ledger is not None:
                services.intake.apply(ledger, prepared, cause=f"delivery {claimed.guid}")
            return ledger is not None

    with resolved.gathered() as appended:
        mine = holding(prepared.locks, take_in)
    if not mine:
        log.info("delivery %s: another worker has done it", claimed.guid)
        return False
    _say_done(services, claimed, time.perf_counter() - begun, len(appended))
    return True


def _keep_ahead(services: Services, claimed: Claimed, portion: Prepared) -> frozenset[str]:
    """Keep some commits of a large push; return which, none when another worker has the delivery by now."""

    def keep(locks: tuple[str, ...]) -> frozenset[str]:
        with services.store.keeping_ahead(claimed, services.clock(), *locks) as ledger:
            return frozenset() if ledger is None else services.intake.keep_ahead(ledger, portion)

    return holding(portion.locks, keep)


def _read(claimed: Claimed) -> Envelope:
    return envelope.read(claimed.event, claimed.body, claimed.content_type)


def _say_done(services: Services, claimed: Claimed, took: float, resolutions: int) -> None:
    log.info("delivery %s: done in %.1f ms, resolutions: %d", claimed.guid, took * 1000, resolutions)
    instruments().processed.labels("done").inc()
    instruments().done_seconds.observe(max(0.0, (services.clock() - claimed.received_at).total_seconds()))


def _fail(services: Services, claimed: Claimed, error: str, *, again: bool) -> None:
    retry_at = services.clock() + backoff(claimed.tries) if again else None
    if not again:
        log.error("delivery %s is set aside as dead after %d tries", claimed.guid, claimed.tries)
    services.store.fail(claimed, error=error[:MAX_ERROR], retry_at=retry_at)
    instruments().processed.labels("failed" if again else "dead").inc()


def _told(error: Exception) -> str:
    return str(error) if isinstance(error, WhichrunError) else f"{type(error).__name__}: {error}"


def work(settings: Settings, *, ready_fd: int | None = None) -> int:
    """Run a worker, with its log, until SIGTERM or SIGINT; return the exit code.

    A database that is out of reach is waited for. Raises SettingsError for a URL that nobody can read, and where there
    is no place to count in.
    """
    logs.configure(settings.log_format)
    folder.share()
    instruments()  # made now, while the process has one thread
    # Signals wait until they are asked for: a handler that sets the event could find its own thread holding it.
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
    services = wire_for_service(settings)
    services.keyring.register_if_possible()
    resolved.listen(services.store)
    stop = threading.Event()
    garbage.look_seldom()
    threads = [threading.Thread(target=one, name=name) for name, one in _works(services, stop).items()]
    for thread in threads:
        thread.start()
    lineage.say_ready(ready_fd)
    while all(thread.is_alive() for thread in threads) and signal.sigtimedwait(STOPS, 1.0) is None:
        pass
    stopped_by_signal = all(thread.is_alive() for thread in threads)
    stop.set()
    for thread in threads:
        thread.join()
    services.store.close()
    return 0 if stopped_by_signal else 1


def _works(services: Services, stop: threading.Event) -> dict[str, Callable[[], None]]:
    """Return what a worker does, side by side: the inbox, what GitHub is asked for, and who is notified."""
    works: dict[str, Callable[[], None]] = {
        "worker": partial(run_worker, services, stop=stop),
        "housekeeping": partial(run_housekeeping, services, stop=stop),
    }
    if services.policy.asks:
        from receiver import asking, missed  # noqa: PLC0415 - without an App they are not needed, nor what they bring

        github = asking.github_or_refusal(services)
        works["asking"] = partial(asking.run_asking, services, github, stop=stop)
        works["missed"] = partial(missed.run_recovery, services, github, stop=stop)
        if services.policy.answers:
            from receiver.answering import writing  # noqa: PLC0415 - as above

            works["answering"] = partial(writing.run_answering, services, github.writing, stop=stop)
    if services.settings.tells:
        from receiver.notifying import sending  # noqa: PLC0415 - as above

        count = instruments().notifications
        works |= sending.works(services, stop, lambda _, verdict: count.labels(verdict).inc())
    return works


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a worker as the settings say."""
    parser = argparse.ArgumentParser(prog="python -m receiver.worker", description="The worker of whichrun.")
    lineage.add_arguments(parser)
    given = parser.parse_args(arguments)
    lineage.die_with(given.parent)
    try:
        return work(load(), ready_fd=given.ready_fd)
    except WhichrunError as error:
        sys.stderr.write(f"whichrun: {error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
