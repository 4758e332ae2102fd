"""Telling a story to a world, part by part, and what it comes to in the end."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path

from resolver.chain import walk
from resolver.intake import Prepared
from resolver.locks import locks_for, repository_lock
from resolver.model.answers import Answer, Confidence
from resolver.model.feedback import Feedback, FeedbackState, Status
from resolver.model.github import Blame, GithubObject, ObjectRef
from resolver.model.reports import ReportStatus
from resolver.model.runs import Run
from resolver.observe import Observation
from resolver.ports import Ledger
from resolver.questions import of_feedback
from resolver.reports.wording import summary_of
from store import open_store
from store.waiting import HELD_FOR
from tests.support.builders import Delivery
from tests.support.databases import look_into, postgres_url
from tests.support.grounds import Part
from tests.support.world import World

Fact = Prepared | Run | Blame
"""A part that is ready to be kept."""


@dataclass
class Worlds:
    """One world that is told stories in any order, and one (on SQLite) that is told them in their natural order."""

    url: str
    shuffled: World
    natural: World
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def restart(self) -> None:
        """Close every connection, and open the store anew, as a process that was started again does."""
        self.shuffled.store.close()
        self.shuffled.store = open_store(self.url)
        _make_fast(self.shuffled)

    def clear_inbox(self) -> None:
        """Set aside what a story that failed has left there, so that it does not fail the next one too."""
        store = self.shuffled.store
        self.shuffled.now += HELD_FOR
        while (left := store.claim(self.shuffled.now)) is not None:
            store.fail(left, error="its story has failed", retry_at=None)


@contextmanager
def open_worlds(database: str, folder: Path) -> Iterator[Worlds]:
    """Open two worlds, the first on ``sqlite`` or ``postgresql``; skips where that is missing."""
    shuffled = nullcontext(f"sqlite:///{folder / 'shuffled.db'}") if database == "sqlite" else postgres_url()
    with shuffled as url:
        worlds = Worlds(url, World(open_store(url)), World(open_store(f"sqlite:///{folder / 'natural.db'}")))
        for world in (worlds.shuffled, worlds.natural):
            world.store.migrate()
            _make_fast(world)
        try:
            yield worlds
        finally:
            worlds.shuffled.store.close()
            worlds.natural.store.close()


def _make_fast(world: World) -> None:
    """Let commits return before they are on disk: nobody pulls the plug here."""
    world.store.ping()
    database = look_into(world.store)
    database.change("SET synchronous_commit TO off" if database.is_postgres else "PRAGMA synchronous = off")


@dataclass(frozen=True, slots=True)
class End:
    """What one piece of feedback has come to, and what its report says of that: none where it is not authorised.

    (One that was authorised once has a report, whenever that was seen.)
    """

    repository: str
    thing: GithubObject
    state: FeedbackState
    answer: Answer | None
    report: tuple[str, str] | None


def tell(world: World, *parts: Part) -> None:
    """Let parts arrive: deliveries by the inbox, anything else in a transaction of its own."""
    for part in parts:
        if isinstance(part, Delivery):
            world.record(part)
        else:
            world.process()
            with world.store.transaction(*_locks(world, part)) as ledger:
                keep(world, ledger, part)
    world.process()


def _locks(world: World, part: Run | Blame) -> tuple[str, ...]:
    if isinstance(part, Blame):
        return (repository_lock(part.repository_id),)
    with world.store.snapshot() as facts:
        return locks_for(facts, part.workspace, part.repository, part.span_id)


def prepared(world: World, parts: Iterable[Part]) -> list[Fact]:
    """Prepare the deliveries among some parts, to be kept without an inbox, in any world that has the same keys."""
    return [world.prepared(part) if isinstance(part, Delivery) else part for part in parts]


def keep(world: World, ledger: Ledger, part: Fact) -> None:
    """Keep a part in a transaction that is open. A run that is registered is given the further numbers."""
    if isinstance(part, Prepared):
        world.intake.apply(ledger, part, cause="a delivery")
    elif isinstance(part, Run):
        known = ledger.runs_for(part.workspace, (part.span_id,)).get(part.span_id)
        if known is None:
            world.registration.register(ledger, part, facts=part.span_id)
        elif not set(part.numbers) <= set(known.numbers):
            numbers = tuple(dict.fromkeys((*known.numbers, *part.numbers)))
            world.registration.update(ledger, replace(known, numbers=numbers))
    else:
        prepared = world.intake.prepare_facts(Observation(blames=(part,)))
        world.intake.apply(ledger, prepared, cause="GitHub was asked")


def end_of(ledger: Ledger, refs: Iterable[ObjectRef]) -> dict[ObjectRef, End]:
    """Return what the feedback among some objects has come to.

    Of an exact answer the findings are left out: it stays as it was first found, however else it may be found later.
    """
    ends = {}
    for ref in refs:
        for feedback in ledger.feedback_on(ref):
            answer = None if feedback.resolution is None else _promised(feedback.resolution.answer)
            ends[ref] = End(
                feedback.repository, feedback.object, feedback.state, answer, _report_about(ledger, feedback)
            )
    return ends


def _report_about(ledger: Ledger, feedback: Feedback) -> tuple[str, str] | None:
    """Return the status and summary of the report about feedback, having seen that it tells of the newest answer."""
    report = ledger.report_about(feedback.id)
    if not feedback.state.authorized:
        assert report is None or report.status is ReportStatus.WITHDRAWN
        return None
    assert report is not None
    if feedback.resolution is not None:
        assert report.resolution_id == feedback.resolution.id
    return report.status, summary_of(report)


def asked_again(world: World, ledger: Ledger, refs: Iterable[ObjectRef]) -> dict[ObjectRef, Answer | None]:
    """Return what the chain answers now to the feedback among some objects; None where it is not to be resolved."""
    found = {ref: one for ref in refs for one in ledger.feedback_on(ref)}
    return {ref: _answer_now(world, ledger, one) for ref, one in found.items()}


def _answer_now(world: World, ledger: Ledger, one: Feedback) -> Answer | None:
    if one.state.status in {Status.IGNORED, Status.WITHDRAWN}:
        return None
    query = of_feedback(ledger, one.object, one.state, workspace=one.workspace, repository=one.repository)
    return _promised(walk(ledger, world.policy, query).answer)


def latest(ledger: Ledger, refs: Iterable[ObjectRef]) -> set[int]:
    """Return the ids of the newest resolutions of the feedback among some objects."""
    found = (one for ref in refs for one in ledger.feedback_on(ref))
    return {one.resolution.id for one in found if one.resolution is not None}


def _promised(answer: Answer) -> Answer:
    """Return what of an answer does not depend on the order of arrival: of an exact one not how it was found."""
    return replace(answer, findings=()) if answer.confidence is Confidence.EXACT else answer
