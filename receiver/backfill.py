"""Backfill: a repository's history read from GitHub, by the code that observes deliveries and answers (SPEC §5.5).

What is kept and how far the reading has come are one transaction, so a reading that was killed at any moment goes on
where it was. Reading a thing twice changes nothing. GitHub tells nothing of what was deleted, and only the newest
version of a text; where something is deleted during the reading, its neighbour in the lists may be passed over.
Discussions are not told by the API that is asked here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from receiver.patience import Patience
from receiver.stages import STAGES, Reading, Stage
from receiver.wiring import Services
from resolver import times
from resolver.asking import observed
from resolver.asking.asked import Asked
from resolver.errors import GithubAnswerError, UnfitError
from resolver.locks import holding, repository_lock
from resolver.model.asking import Place
from resolver.observe import Observation

if TYPE_CHECKING:
    from resolver.github.client import HttpGithub

MOST_FAILED = 100
"""How many of the things that could not be read are named."""

_PER_PAGE = 100

T = TypeVar("T")


class Report(Protocol):
    """Who is told how the reading goes."""

    def begin(self, words: str, done: int) -> None:
        """Hear that a stage begins, or goes on after ``done`` things."""
        ...

    def advance(self, done: int, total: int | None) -> None:
        """Hear how many things of the stage were read, and about how many there are."""
        ...

    def end(self, done: int) -> None:
        """Hear that the stage is done."""
        ...


@dataclass(slots=True)
class State:
    """How far a reading has come, as it is kept.

    ``done`` are the keys of what was read of the ``page`` that is being read. ``failed`` says what GitHub gave no
    sensible answer about, which was passed over.
    """

    stage: int = 0
    page: int = 1
    done: list[Any] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)

    @property
    def finished(self) -> bool:
        """Whether all was read."""
        return self.stage == len(STAGES)

    def written(self) -> dict[str, Any]:
        """Return what JSON can hold."""
        return {
            "stage": None if self.finished else STAGES[self.stage].name,
            "page": self.page,
            "done": self.done,
            "counts": dict(self.counts),
            "failed": self.failed,
        }


def read_state(kept: Mapping[str, Any] | None) -> State:
    """Read what was kept; after a reading that was finished the next one begins anew."""
    names = [stage.name for stage in STAGES]
    if not kept or kept["stage"] not in names:
        return State()
    return State(names.index(kept["stage"]), kept["page"], kept["done"], Counter(kept["counts"]), kept["failed"])


@dataclass(slots=True)
class Backfill:
    """The reading of one repository; ``place`` names the App's installation on it.

    ``since`` leaves out what was not changed since then.
    """

    services: Services
    github: HttpGithub
    place: Place
    since: datetime | None
    report: Report
    patience: Patience
    state: State = field(default_factory=State)

    @property
    def name(self) -> str:
        """Under which its progress is kept: each ``since`` is a reading of its own."""
        since = "" if self.since is None else f" since {times.write(self.since)}"
        return f"backfill {self.place.id}{since}"

    def run(self) -> State:
        """Read what is left to read, and return what was read in all, before an interruption too.

        Raises GithubError and StoreError; run again, it goes on.
        """
        services, github = self.services, self.github.in_background()
        asked = Asked(github, self.place, services.clock, services.store.snapshot)
        reading = Reading(asked, github, self.since)
        self.state = read_state(services.store.progress(self.name))
        while not self.state.finished:
            stage = STAGES[self.state.stage]
            self.report.begin(stage.words, self.state.counts[stage.name])
            self._read(stage, reading)
            self.report.end(self.state.counts[stage.name])
            self.state.stage, self.state.page, self.state.done = self.state.stage + 1, 1, []
            services.store.save_progress(self.name, self.state.written(), services.clock())
        return self.state

    def _read(self, stage: Stage, reading: Reading) -> None:
        """Read the pages of a list that are left."""
        while True:
            page = self.patience.ask(partial(stage.page, reading, self.state.page))
            left = [item for item in page.items if stage.key(item) not in self.state.done]
            for part in _parts(left, stage.at_once):
                self._take(stage, reading, part)
                self.report.advance(self.state.counts[stage.name], _total(page.last, len(page.items)))
            if not page.items or (page.last is not None and self.state.page >= page.last):
                return
            self.state.page, self.state.done = self.state.page + 1, []

    def _take(self, stage: Stage, reading: Reading, items: Sequence[Any]) -> None:
        """Read some things, and keep what they say together with how far that is.

        Where they were all passed over there is nothing to keep: they are looked at again after an interruption.
        """
        told: list[Observation] = []
        before = self.state.counts.total()
        for item in items:
            try:
                observation, counts = self.patience.ask(partial(stage.tell, reading, item))
            except (GithubAnswerError, UnfitError) as error:
                self._pass_over(f"{stage.one} {stage.key(item)}: {error}")
            else:
                told.append(observation)
                self.state.counts.update(counts)
            self.state.done.append(stage.key(item))
        if self.state.counts.total() > before:
            self._keep(observed.together(*told))

    def _pass_over(self, what: str) -> None:
        """Note what cannot be read: the rest of the history is worth having without it."""
        self.state.counts["failed"] += 1
        if len(self.state.failed) < MOST_FAILED:
            self.state.failed.append(what)

    def _keep(self, observation: Observation) -> None:
        services = self.services
        prepared = services.intake.prepare_facts(observation)

        def keep(locks: tuple[str, ...]) -> None:
            with services.store.transaction(*locks) as ledger:
                services.intake.apply(ledger, prepared, cause=f"backfill of {self.place.name}")
                ledger.save_progress(self.name, self.state.written(), services.clock())

        # What was read names no repository, as deliveries do: its lock is taken here.
        holding((repository_lock(self.place.id), *prepared.locks), keep)


def _parts(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def _total(last: int | None, seen: int) -> int | None:
    """Return how many things there may be, by the number of the last page."""
    if last is None:
        return None
    return seen if last == 1 else last * _PER_PAGE
