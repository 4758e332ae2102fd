"""The turn in which one worker writes on GitHub what is to stand there, each thing once (SPEC §5.5 only asks).

A try is counted before it is made. Before something is made, it is kept that it is about to be; whoever finds that,
and no id, looks at GitHub whether it stands there already: by its marker, and by this App's own account. So a process
that dies between making it and noting its id leaves no second one behind. What somebody deleted stays deleted.

Where GitHub may not be written to nothing is tried but for a token now and then, the row says why, and what was never
said is given up after a day: a permission that is granted later brings no flood.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from receiver import logs, wiring
from receiver.answering.pace import BETWEEN, Pace
from receiver.answering.saying import Saying, Sayings
from receiver.loop import Idle, backoff, run
from receiver.metrics.instruments import instruments
from receiver.wiring import Services
from resolver.answering.noting import FRESH
from resolver.answering.own import Markers
from resolver.answering.port import Writing
from resolver.errors import (
    GithubDownError,
    GithubRefusedError,
    StoreError,
    WhichrunError,
)
from resolver.model.posting import ClaimedPosting, Fate, Means, PostingChange

log = logging.getLogger("receiver.answering")

TURN: Final = "answering"
HOLD: Final = timedelta(minutes=1)
"""How long a worker that is gone keeps others from writing, or how soon another may take over from one that hangs."""
IDLE: Final = Idle(shortest=0.5, longest=1.0)
AT_ONCE: Final = 20
"""Postings of one turn."""
MOST_TRIES: Final = 10
MAX_ERROR: Final = 1000
ANEW: Final = timedelta(minutes=10)
"""How old feedback is when it is looked whether it was answered before: an older backup may have been restored."""
NOT_KNOWN: Final = timedelta(seconds=15)
"""How long something that may have been made is left, until GitHub shows it."""
SHORTEST_WAIT: Final = timedelta(seconds=5)
LONGEST_WAIT: Final = timedelta(minutes=10)
REFUSED_FOR: Final = timedelta(hours=1)
"""How long until it is tried again whether GitHub may be written to."""


def run_answering(services: Services, github: Writing, *, stop: threading.Event) -> None:
    """Write until ``stop`` is set. Nothing that GitHub does ends this loop."""
    run(Writer(services, github, Sayings(services, markers_of(services)), stop).work_once, IDLE, stop=stop)


def markers_of(services: Services) -> Markers:
    """Return who names postings, by the App's own private key; without one GitHub refuses everything anyway."""
    try:
        return Markers(key=wiring.app_key(services.settings))
    except GithubRefusedError:
        return Markers(key=b"")


@dataclass(slots=True)
class Writer:
    """One worker's part in writing; ``between`` is the time between two writes."""

    services: Services
    github: Writing
    sayings: Sayings
    stop: threading.Event
    between: timedelta = BETWEEN
    refused: set[str] = field(default_factory=set)
    """What was said of missing permissions already."""

    def work_once(self) -> bool:
        """Take a turn, if something is due and the turn is free; return whether anything was looked at.

        Raises StoreError when the store is out of reach: the turn stays held for a while.
        """
        store = self.services.store
        now = self.services.clock()
        if not store.postings.is_due(now):
            return False
        state = store.take_turn(TURN, now, every=timedelta(0), hold=HOLD)
        if state is None:
            return False
        hand = _Hand(self, Pace.read(state))
        worked = False
        for _ in range(AT_ONCE):
            claimed = None if self.stop.is_set() else store.postings.claim(self.services.clock())
            if claimed is None:
                break
            worked = True
            with logs.about(posting=f"{claimed.new.means} {claimed.new.subject}"):
                hand.write(claimed)
        store.end_turn(TURN, hand.pace.written(), self.services.clock(), every=timedelta(0))
        return worked


@dataclass(slots=True)
class _Hand:
    """Writes one posting after the other."""

    writer: Writer
    pace: Pace

    def write(self, claimed: ClaimedPosting) -> None:
        """Write a posting, and keep what came of it. Raises StoreError."""
        try:
            if claimed.tries > MOST_TRIES:
                self._give_up(claimed, claimed.refusal or "every worker that tried it died")
                return
            saying = self.writer.sayings.of(claimed)
            if saying is None:
                self._settle(claimed, Fate.DONE, "nothing")
                return
            free_at = self.pace.free_at(saying.place.installation_id, self._now())
            if free_at is not None:
                self._later(claimed, "GitHub is written to often enough", free_at)
                return
            self._say(claimed, saying)
        except StoreError:
            raise
        except GithubDownError as error:
            wait = min(max((self._now() - claimed.noted_at) / 4, SHORTEST_WAIT), LONGEST_WAIT)
            retry_at = max(self._now() + max(wait, NOT_KNOWN), error.retry_at or self._now())
            self._later(claimed, str(error), retry_at)
        except GithubRefusedError as error:
            self._refused(claimed, str(error))
        except Exception as error:  # noqa: BLE001 -- whatever it is, it is kept with the posting, and others go on
            said = str(error) if isinstance(error, WhichrunError) else type(error).__name__
            log.warning("GitHub was written to in vain: %s", said)
            self._failed(claimed, said)

    def _say(self, claimed: ClaimedPosting, saying: Saying) -> None:
        if saying.body is None:
            self._paced(saying)
            stands = self.writer.github.react(saying.place, saying.target)
            self._settle(claimed, Fate.DONE if stands else Fate.GONE, "written" if stands else "gone", wrote=stands)
            return
        github_id, said = claimed.github_id, claimed.said
        if github_id is None and self._may_stand(claimed, saying):
            github_id = self.writer.github.find(saying.place, saying.target, saying.marker, saying.since - HOLD)
            said = None
        if github_id is None and saying.only_changes:
            self._settle(claimed, Fate.DONE, "nothing")
        elif github_id is None:
            self._make(claimed, saying)
        elif said == saying.sha256:
            self._settle(claimed, Fate.DONE, "unchanged")
        else:
            self._paced(saying)
            if self.writer.github.edit(saying.place, saying.target, github_id, saying.body):
                self._settle(claimed, Fate.DONE, "edited", github_id=github_id, said=saying.sha256, wrote=True)
            else:
                self._settle(claimed, Fate.GONE, "gone", github_id=github_id)

    def _may_stand(self, claimed: ClaimedPosting, saying: Saying) -> bool:
        """Whether somebody may have made it already, who could not tell."""
        is_late = self._now() - saying.since > ANEW
        return claimed.begun_at is not None or is_late or claimed.new.means is Means.COMMITS

    def _make(self, claimed: ClaimedPosting, saying: Saying) -> None:
        if self._now() - claimed.noted_at > FRESH:
            self._give_up(claimed, claimed.refusal or "it could not be said within a day")
            return
        self._paced(saying)
        if not self.writer.services.store.postings.begin(claimed, self._now(), saying.marker):
            log.info("another worker writes it by now")
            return
        made = self.writer.github.make(saying.place, saying.target, saying.marker, saying.body or {})
        if made is None:
            self._settle(claimed, Fate.GONE, "gone")
        else:
            self._settle(claimed, Fate.DONE, "written", github_id=made, said=saying.sha256, wrote=True)

    def _paced(self, saying: Saying) -> None:
        """Wait until it may be written, hold the turn for that long, and count it, in the store too."""
        store, now = self.writer.services.store, self._now()
        wait = self.pace.wait(now, self.writer.between)
        if wait and self.writer.stop.wait(wait.total_seconds()):
            raise GithubDownError("the worker stops")
        self.pace.spend(saying.place.installation_id, self._now())
        store.hold_turn(TURN, self._now(), hold=HOLD)
        store.save_progress(TURN, self.pace.written(), self._now())

    def _refused(self, claimed: ClaimedPosting, refusal: str) -> None:
        """Keep why GitHub may not be written to, say it once, and see later whether it may."""
        if claimed.github_id is None and self._now() - claimed.noted_at > FRESH:
            self._give_up(claimed, refusal)
            return
        if refusal not in self.writer.refused:
            self.writer.refused.add(refusal)
            log.warning("GitHub is not written to: %s", refusal)
        change = PostingChange(
            fate=Fate.WAITING,
            at=self._now(),
            retry_at=self._now() + REFUSED_FOR,
            error=refusal[:MAX_ERROR],
            refusal=refusal[:MAX_ERROR],
            begun=claimed.begun_at is not None,
            counts=False,
        )
        self._keep(claimed, change, "refused")

    def _failed(self, claimed: ClaimedPosting, error: str) -> None:
        if claimed.tries >= MOST_TRIES:
            self._give_up(claimed, error)
            return
        retry_at = self._now() + max(backoff(claimed.tries), NOT_KNOWN)
        change = PostingChange(
            fate=Fate.WAITING, at=self._now(), retry_at=retry_at, error=error[:MAX_ERROR], begun=True
        )
        self._keep(claimed, change, "failed")

    def _give_up(self, claimed: ClaimedPosting, error: str) -> None:
        log.error("GitHub is no longer written to: %s", error)
        change = PostingChange(fate=Fate.DEAD, at=self._now(), error=error[:MAX_ERROR], begun=True)
        self._keep(claimed, change, "dead")

    def _later(self, claimed: ClaimedPosting, error: str, retry_at: datetime) -> None:
        """Have it tried again: nothing is wrong with it. Whether it was made stays as open as it is."""
        change = PostingChange(
            fate=Fate.WAITING, at=self._now(), retry_at=retry_at, error=error[:MAX_ERROR], begun=True, counts=False
        )
        self._keep(claimed, change, "postponed")

    def _settle(
        self,
        claimed: ClaimedPosting,
        fate: Fate,
        outcome: str,
        *,
        github_id: int | None = None,
        said: bytes | None = None,
        wrote: bool = False,
    ) -> None:
        change = PostingChange(fate=fate, at=self._now(), github_id=github_id, said=said, wrote=wrote)
        self._keep(claimed, change, outcome)

    def _keep(self, claimed: ClaimedPosting, change: PostingChange, outcome: str) -> None:
        if not self.writer.services.store.postings.settle(claimed, change):
            log.info("another worker has it by now")
            return
        instruments().answers.labels(outcome).inc()
        log.info("%s: %s, try %d", claimed.new.means, outcome, claimed.tries)

    def _now(self) -> datetime:
        return self.writer.services.clock()
