"""Telling stories to the real domain over a real store, and to the plain resolver, in the same order."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from resolver import questions
from resolver.model.feedback import Feedback, Status
from resolver.model.github import ObjectRef
from resolver.model.runs import Run
from store import Catalogue, open_store
from tests.bench.accuracy import noise
from tests.bench.accuracy.cast import SECRET
from tests.bench.accuracy.kinds import KINDS
from tests.bench.accuracy.plain import Plain
from tests.bench.accuracy.story import Fetch, Happening, Story
from tests.bench.accuracy.truth import NOTHING, Asked, Given
from tests.support.builders import Delivery
from tests.support.clone import Clone
from tests.support.databases import fresh_sqlite
from tests.support.world import World

MOST = 12
"""Pieces of feedback in one story, at most."""
IN_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
"""Where the databases stand when there is such a place: they are gone in the end, so no disk has to keep them."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One piece of feedback: what is true of it, what whichrun says in the end, and what the plain resolver said."""

    kind: str
    seed: str
    asked: Asked
    ours: Given
    plain: Given


@dataclass(frozen=True, slots=True)
class Batch:
    """Stories to be told in one store: their places in the whole run, and the kinds they take turns with."""

    seed: int
    places: tuple[int, ...]
    kinds: tuple[str, ...]
    folder: Path | None = None
    database: str | None = None


def play(batch: Batch) -> list[Outcome]:
    """Tell the stories of a batch, and return how they ended."""
    outcomes: list[Outcome] = []
    with opened(batch.folder, batch.database) as (world, clone):
        for place in batch.places:
            name = batch.kinds[place % len(batch.kinds)]
            outcomes += outcomes_of(world, name, make(name, batch.seed, place, clone))
    return outcomes


def make(name: str, seed: int, place: int, clone: Clone) -> Story:
    """Make the story of a kind that a seed and a place name."""
    story = Story(f"{seed}/{name}/{place}", place + 1, clone)
    story.wait()
    KINDS[name](story)
    noise.disturb(story)
    return story


def outcomes_of(world: World, name: str, story: Story) -> list[Outcome]:
    """Tell a story to both, and return what they say of each piece of its feedback."""
    plain = Plain()
    tell(world, plain, noise.arrive(story))
    with world.facts() as facts:
        known = newest(facts)
    return [
        Outcome(name, story.seed, asked, said(known.get(asked.ref)), plain.answers.get(asked.ref, NOTHING))
        for asked in story.asked
    ]


def scratch(folder: Path | None = None) -> tempfile.TemporaryDirectory[str]:
    """Make a folder that is gone in the end, in the one given or where there is memory for it."""
    place = folder or (IN_MEMORY if IN_MEMORY.is_dir() else None)
    return tempfile.TemporaryDirectory(prefix="whichrun-", dir=place, ignore_cleanup_errors=True)


@contextmanager
def opened(folder: Path | None = None, database: str | None = None) -> Iterator[tuple[World, Clone]]:
    """Open a fresh service over SQLite (or the database given), and a repository for its commits."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(scratch(folder)))
        store = stack.enter_context(closing(open_store(database or fresh_sqlite(folder / "world.db"))))
        store.migrate()
        yield World(store, secrets=SECRET), Clone(folder / "clone").make()


def tell(world: World, plain: Plain, happenings: Sequence[Happening]) -> None:
    """Let things happen. Who wrote a line is asked again in the end, as it is of feedback that came later."""
    for what in happenings:
        plain.take(what)
        if isinstance(what, Run):
            world.register(what)
        elif isinstance(what, Delivery):
            world.deliver(what)
        else:
            fetch(world, what)
    for what in happenings:
        if isinstance(what, Fetch):
            fetch(world, what)


def fetch(world: World, wanted: Fetch) -> None:
    """Ask who wrote the lines that a piece of feedback is about, once it is known."""
    with world.facts() as facts:
        feedback = newest(facts).get(wanted.ref)
        if feedback is None:
            return
        query = questions.of_feedback(
            facts, feedback.object, feedback.state, workspace=feedback.workspace, repository=feedback.repository
        )
    blame = None if query.lines is None else wanted.blamer.blame(query.lines, base=wanted.base)
    if blame is not None:
        world.keep_blame(blame)


def newest(facts: Catalogue) -> dict[ObjectRef, Feedback]:
    """Return the feedback of the story that is being told: what was received last."""
    rows = facts.feedback_list("default", before=None, limit=MOST)
    return {feedback.object.ref: feedback for _, feedback in rows}


def said(feedback: Feedback | None) -> Given:
    """Return the newest answer to a piece of feedback; none where it is ignored or withdrawn."""
    if feedback is None or feedback.state.status in {Status.IGNORED, Status.WITHDRAWN}:
        return NOTHING
    if feedback.resolution is None:
        return Given(None, "never resolved", None)
    answer = feedback.resolution.answer
    account = tuple(f"{finding.step}: {finding.outcome}: {finding.detail}" for finding in answer.findings)
    return Given(answer.confidence, answer.mode, answer.span_id, account)


def batches(
    seed: int, kinds: Iterable[str], *, size: int, folder: Path | None = None, database: str | None = None
) -> Iterator[Batch]:
    """Yield batches without end; the same for the same seed and kinds."""
    turns, begin = tuple(kinds), 0
    while True:
        yield Batch(seed, tuple(range(begin, begin + size)), turns, folder, database)
        begin += size
