"""Asking GitHub for what no delivery brought, in the worker, beside the inbox: neither waits for the other (SPEC §5.5).

A want is a row: its try is counted before GitHub is asked, it is handed out again when its holder dies, and it is done
in the transaction that keeps what was told. While GitHub is down the row waits. Where GitHub may not be asked the row
says why, the findings say so too, and the chain goes on without. What cannot be told after ten tries is given up,
which ``whichrun doctor`` shows.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NoReturn, cast

from receiver import logs, wiring
from receiver.loop import Idle, backoff, run
from receiver.metrics import github as watching
from receiver.metrics.instruments import instruments
from receiver.wiring import Services
from resolver.asking.asked import Asked as Asking
from resolver.asking.telling import is_known, tell
from resolver.errors import GithubDownError, GithubRefusedError, SettingsError, StoreError, WhichrunError
from resolver.github.client import HttpGithub
from resolver.github.limits import Left
from resolver.github.port import Github
from resolver.locks import holding
from resolver.model.asking import Asked, ClaimedWant, Place
from resolver.model.wants import WantChange
from resolver.observe import Observation

log = logging.getLogger("receiver.asking")

MOST_TRIES = 10
"""After so many answers that nobody could use a want is given up."""
SHORTEST_WAIT = timedelta(seconds=1)
LONGEST_WAIT = timedelta(minutes=5)
"""How long to wait for a GitHub that is down, at least and at most; in between a quarter of how long it has been."""
LONGEST_REFUSAL = timedelta(hours=1)
"""How long until it is tried again whether GitHub may be asked, at most."""
GIVEN_UP_AFTER = timedelta(days=30)
"""For as long as feedback is resolved again (SPEC §5.3)."""
MAX_ERROR = 1000
"""Characters of an error that are kept with its want."""
HELD_FOR_LONG = timedelta(seconds=20)
"""After how long a hold is prolonged, while one want takes many questions."""
IDLE = Idle(shortest=0.1, longest=0.5)
"""How long to rest while nothing is wanted."""


def run_asking(services: Services, github: HttpGithub, *, stop: threading.Event) -> None:
    """Ask until ``stop`` is set; a long row of questions is broken off, and begun again by the next worker.

    Nothing that GitHub does ends this loop.
    """

    def ask() -> bool:
        asked = ask_once(services, github, stop=stop)
        if asked:
            watching.tell_left(github.limits())
        return asked

    run(ask, IDLE, stop=stop)


def ask_once(services: Services, github: Github, *, stop: threading.Event | None = None) -> bool:
    """Ask GitHub for one fact that is wanted and due; return whether there was one.

    Raises StoreError when the store is out of reach: the want is handed out again.
    """
    claimed = services.store.claim_want(services.clock())
    if claimed is None:
        return False
    with logs.about(want=f"{claimed.want} of repository {claimed.want.repository_id}"):
        _Hand(services, github, claimed, services.clock(), stop or threading.Event()).ask()
    return True


def github_or_refusal(services: Services) -> HttpGithub:
    """Return who asks GitHub; where the settings will not do, one who refuses every question and says why."""
    try:
        return wiring.github(services, watch=watching.Watched)
    except (GithubRefusedError, SettingsError) as error:
        log.warning("GitHub is not asked: %s", error)
        return cast("HttpGithub", _Refusal(str(error)))


class _Refusal:
    """Asks nothing: each of its methods raises GithubRefusedError."""

    def __init__(self, sentence: str) -> None:
        self._sentence = sentence

    def limits(self) -> tuple[Left, ...]:
        """Return nothing: nobody was asked."""
        return ()

    @property
    def writing(self) -> _Refusal:
        """Return who writes: nobody does either."""
        return self

    def __getattr__(self, name: str) -> Callable[..., NoReturn]:
        return self._refuse

    def _refuse(self, *_arguments: object, **_named: object) -> NoReturn:
        raise GithubRefusedError(self._sentence)


@dataclass(slots=True)
class _Hand:
    """Holds one want until its fate is on disk."""

    services: Services
    github: Github
    claimed: ClaimedWant
    held_at: datetime
    stop: threading.Event

    def ask(self) -> None:
        """Ask, and keep what came of it. Raises StoreError."""
        want = self.claimed.want
        if self.claimed.tries > MOST_TRIES:
            self._give_up("every worker that asked for it died")
            return
        try:
            self._answered(self._told())
        except StoreError:
            self.services.store.ping()  # raises when the store itself is the trouble
            self._failed("the store does not take what GitHub told")
        except GithubDownError as error:
            self._wait(str(error), retry_at=error.retry_at)
        except GithubRefusedError as error:
            self._refused(str(error))
        except Exception as error:  # noqa: BLE001 -- whatever it is, it is kept with the want, and others are asked
            said = str(error) if isinstance(error, WhichrunError) else type(error).__name__
            log.warning("GitHub was asked for %s in vain: %s", want, said)
            self._failed(said)

    def _answered(self, told: Observation | None) -> None:
        status = Asked.ABSENT if told is None else Asked.DONE
        self._settle(WantChange(status, self._now()), told or Observation(), "GitHub was asked")
        self._ended("absent" if told is None else "answered")

    def _told(self) -> Observation | None:
        """Return what GitHub tells, or nothing where a delivery was faster. Raises what ``tell`` does."""
        want = self.claimed.want
        with self.services.store.snapshot() as facts:
            repository = facts.repository(want.repository_id)
            known = is_known(facts, want)
        if known:
            return Observation()
        if repository is None or repository.deleted:
            raise GithubRefusedError("the repository is gone, or was never seen")
        place = Place(repository.id, repository.names[0], repository.installation_id)
        asked = Asking(self.github, place, self.services.clock, self.services.store.snapshot, self._keep, self._stay)
        return tell(asked, want)

    def _keep(self, told: Observation) -> None:
        """Keep a part of what is wanted while the rest is asked for: what is broken off goes on from there."""
        prepared = self.services.intake.prepare_facts(told)

        def keep(locks: tuple[str, ...]) -> None:
            with self.services.store.transaction(*locks) as ledger:
                self.services.intake.apply(ledger, prepared, cause=f"GitHub was asked for {self.claimed.want}")

        holding(prepared.locks, keep)

    def _stay(self) -> None:
        """Prolong the hold while one want takes many questions.

        Raises GithubDownError when it was lost meanwhile, or the worker is to stop.
        """
        if self.stop.is_set():
            raise GithubDownError("the worker stops")
        now = self._now()
        if now - self.held_at < HELD_FOR_LONG:
            return
        if not self.services.store.keep_hold(self.claimed, now):
            raise GithubDownError("another worker asks by now")
        self.held_at = now

    def _wait(self, error: str, *, retry_at: datetime | None) -> None:
        """Have it asked again once GitHub may be back: nothing is wrong with the want."""
        now = self._now()
        since = now - self.claimed.since
        if since > GIVEN_UP_AFTER:
            self._give_up(error)
            return
        later = now + min(max(since / 4, SHORTEST_WAIT), LONGEST_WAIT)
        again = later if retry_at is None else max(later, retry_at)
        self.services.store.postpone(
            self.claimed, WantChange(Asked.WAITING, now, error=error, retry_at=again, counts=False)
        )
        self._ended("postponed")

    def _refused(self, refusal: str) -> None:
        """Have the findings say why GitHub was not asked, and see later whether it may be."""
        now = self._now()
        since = now - self.claimed.since
        if since > GIVEN_UP_AFTER:
            self._give_up(refusal)
            return
        again = now + min(max(since / 4, SHORTEST_WAIT), LONGEST_REFUSAL)
        change = WantChange(Asked.WAITING, now, error=refusal, refusal=refusal, retry_at=again, counts=False)
        with self.services.store.snapshot() as facts:
            asking = facts.asking(self.claimed.want)
        if asking is not None and asking.refusal == refusal:
            self.services.store.postpone(self.claimed, change)
        else:
            log.warning("GitHub was not asked: %s", refusal)
            self._settle(change, Observation(), "GitHub may not be asked")
        self._ended("refused")

    def _failed(self, error: str) -> None:
        """Have it asked again, a few times."""
        if self.claimed.tries >= MOST_TRIES:
            self._give_up(error)
        else:
            now = self._now()
            change = WantChange(Asked.WAITING, now, error=error[:MAX_ERROR], retry_at=now + backoff(self.claimed.tries))
            self.services.store.postpone(self.claimed, change)
            self._ended("failed")

    def _give_up(self, error: str) -> None:
        log.error("GitHub is no longer asked for %s: %s", self.claimed.want, error)
        change = WantChange(Asked.DEAD, self._now(), error=error[:MAX_ERROR], refusal=f"given up: {error}"[:MAX_ERROR])
        self._settle(change, Observation(), "GitHub is no longer asked")
        self._ended("dead")

    def _settle(self, change: WantChange, told: Observation, cause: str) -> None:
        """Change the want, keep what was told, and resolve what it can touch: in one transaction."""
        want = self.claimed.want
        prepared = self.services.intake.prepare_facts(told)

        def settle(locks: tuple[str, ...]) -> None:
            with self.services.store.settling_want(self.claimed, change, *locks) as ledger:
                if ledger is not None:
                    self.services.intake.apply(ledger, prepared, cause=f"{cause} for {want}", answered=want)

        holding(prepared.locks, settle)

    def _ended(self, outcome: str) -> None:
        """Say and count what became of it; of ``WANTED``."""
        instruments().wants.labels(outcome).inc()
        log.info("GitHub was to be asked for %s: %s, try %d", self.claimed.want, outcome, self.claimed.tries)

    def _now(self) -> datetime:
        return self.services.clock()
