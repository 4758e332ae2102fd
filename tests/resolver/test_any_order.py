"""The order of arrival never shows in the end: whole conversations, in any order, with whatever can happen on the way.

A state machine writes a conversation and delivers it at once: some of its parts early, some late, some twice, with
restarts and killed workers in between. In the end the same conversation is told in its natural order to another
world, and both must have come to the same (SPEC §5.3). That one is always on SQLite: so the databases agree, too.

All conversations of a database share it, each with repositories and runs of its own: to make (or copy) a database
takes longer than to tell a conversation.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from uuid import uuid4

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from resolver.model.runs import Run
from resolver.payloads import envelope
from store.waiting import HELD_FOR
from tests.support.builders import Delivery, Person
from tests.support.examined_store import assert_clean
from tests.support.grounds import Part
from tests.support.recipes import (
    AGENTS,
    FEEDBACK,
    NUMBERS,
    ODDLY,
    PEOPLE,
    PUSHES,
    SOME,
    SPOTS,
    WHENS,
    WORDS,
    Pushed,
    Spot,
    When,
    Words,
)
from tests.support.stories import Story
from tests.support.telling import Worlds, asked_again, end_of, keep, latest, open_worlds, prepared, tell

EXAMPLES = {"sqlite": (4, 150), "postgresql": (2, 60)}
"""For each database: in how many tests (they run side by side), and with how many examples in each."""
STEPS = 8
"""What happens in an example after it has begun: conversations have 4 to 16 parts, mostly."""

NUMBER = st.sampled_from(NUMBERS)
PULL = st.sampled_from((42, 42, 43))
AGENT = st.integers(0, len(AGENTS) - 1)
TEAMS = st.sampled_from(((0, 1, 2), (0, 1), (1, 2), (0,), ()))
SOMES = st.tuples(SOME, SOME)


class KilledError(Exception):
    """Ends a worker where it stands."""


class AnyOrder(RuleBasedStateMachine):
    """Writes a conversation, and delivers it in any order."""

    worlds: Worlds

    def __init__(self) -> None:
        super().__init__()
        self.worlds.clear_inbox()
        self.world = self.worlds.shuffled
        self.story = Story(next(self.worlds.numbers), self.world.marks)
        self.waiting: list[Part] = []
        self.told: list[Part] = []
        self.written = 0
        self.asked: tuple[int, Words, Spot, When] | None = None

    def arrives(self, when: When) -> None:
        """Put what was just written where it will arrive, and let time pass."""
        for number, part in enumerate(self.story.parts[self.written :]):
            self.waiting.insert(len(self.waiting) - when.place(number) % (len(self.waiting) + 1), part)
        self.written = len(self.story.parts)
        self.story.minutes += when.pause

    def next(self) -> Part | None:
        """Take what arrives next; whoever registers a run gives it further numbers only afterwards."""
        if not self.waiting:
            return None
        part = self.waiting[0]
        if isinstance(part, Run):
            of_run = [one for one in self.waiting if isinstance(one, Run) and one.span_id == part.span_id]
            part = min(of_run, key=lambda run: len(run.numbers))
        self.waiting.remove(part)
        self.told.append(part)
        return part

    def rest(self) -> Iterator[Part]:
        """Take everything that has not arrived yet."""
        while (part := self.next()) is not None:
            yield part

    # What is written

    @initialize(
        team=TEAMS, pushed=PUSHES, words=WORDS, asked=st.tuples(st.integers(0, 2), FEEDBACK, SPOTS, WHENS), when=WHENS
    )
    def begins(
        self, team: tuple[int, ...], pushed: Pushed, words: Words, asked: tuple[int, Words, Spot, When], when: When
    ) -> None:
        """Some runs are registered, a branch is pushed, a pull request is opened; in the end a maintainer will ask."""
        for agent in team:
            self.story.register(agent, 42)
        self.story.push_and_tell(pushed)
        self.story.pull(42, words)
        self.arrives(when)
        self.asked = asked

    def ends(self) -> None:
        """A maintainer asks: in a comment, on a line, or in a thread."""
        if self.asked is None:  # hypothesis gave the example up
            return
        how, words, spot, when = self.asked
        if how == 0:
            self.story.comment(42, words)
        elif how == 1:
            self.story.line(42, words, spot)
        else:
            self.story.reply(words, 0)
        self.arrives(when)

    @rule(agent=AGENT, number=NUMBER, hours_ago=st.sampled_from((0, 1, 30)), when=WHENS)
    def register(self, agent: int, number: int, hours_ago: int, when: When) -> None:
        """A run is registered, or given a further number."""
        self.story.register(agent, number, hours_ago=hours_ago)
        self.arrives(when)

    @rule(pushed=PUSHES, then=st.none() | PUSHES, asked=st.none() | st.tuples(FEEDBACK, SPOTS), when=WHENS)
    def push(self, pushed: Pushed, then: Pushed | None, asked: tuple[Words, Spot] | None, when: When) -> None:
        """Commits are pushed, a maintainer may comment on a line, and others may be pushed in the same second."""
        self.story.push_and_tell(pushed)
        if asked is not None:
            self.story.minutes += when.pause
            self.story.line(42, *asked)
            self.story.minutes += when.pause
        if then is not None:
            self.story.push_and_tell(then)
        self.arrives(when)

    @rule(number=PULL, words=WORDS, closes=st.booleans(), when=WHENS)
    def pull(self, number: int, words: Words, closes: bool, when: When) -> None:  # noqa: FBT001 -- hypothesis calls it
        """A pull request is opened, or its body edited."""
        self.story.pull(number, words, closes=closes)
        self.arrives(when)

    @rule(number=PULL, agent=AGENT, words=FEEDBACK, spot=SPOTS, when=WHENS)
    def merge(self, number: int, agent: int, words: Words, spot: Spot, when: When) -> None:
        """A pull request is merged, and a maintainer comments on that commit."""
        self.story.merge(number, agent, words, spot)
        self.arrives(when)

    @rule(words=WORDS, when=WHENS)
    def issue(self, words: Words, when: When) -> None:
        """An issue is opened, or its body edited."""
        self.story.issue(words)
        self.arrives(when)

    @rule(number=NUMBER, words=WORDS, when=WHENS)
    def comment(self, number: int, words: Words, when: When) -> None:
        """Somebody comments on an issue or a pull request."""
        self.story.comment(number, words)
        self.arrives(when)

    @rule(agent=AGENT, words=WORDS, copier=st.none() | PEOPLE, when=WHENS)
    def sticky(self, agent: int, words: Words, copier: Person | None, when: When) -> None:
        """An agent rewrites its comment."""
        self.story.sticky(agent, words, copier)
        self.arrives(when)

    @rule(which=SOME, author=PEOPLE, number=NUMBER, when=WHENS)
    def copy(self, which: int, author: Person, number: int, when: When) -> None:
        """Somebody says once more what was said before, its claim included."""
        self.story.copy(which, author, number)
        self.arrives(when)

    @rule(words=WORDS, number=PULL, commit=SOME, dated=st.booleans(), when=WHENS)
    def review(self, words: Words, number: int, commit: int, dated: bool, when: When) -> None:  # noqa: FBT001
        """Somebody reviews a pull request."""
        self.story.review(words, number=number, commit=commit, dated=dated)
        self.arrives(when)

    @rule(words=WORDS, line=WORDS, spot=SPOTS, when=WHENS)
    def review_with_line(self, words: Words, line: Words, spot: Spot, when: When) -> None:
        """Somebody reviews a pull request, and comments on a line in that review."""
        self.story.review(words, number=42, commit=spot.commit, dated=True)
        self.story.line(42, line, spot, review=0)
        self.arrives(when)

    @rule(which=SOME, words=WORDS, edited=st.booleans(), when=WHENS)
    def dismiss(self, which: int, words: Words, edited: bool, when: When) -> None:  # noqa: FBT001
        """A review is dismissed."""
        self.story.dismiss(which, words, edited=edited)
        self.arrives(when)

    @rule(number=PULL, words=WORDS, spot=SPOTS, review=st.none() | SOME, when=WHENS)
    def line(self, number: int, words: Words, spot: Spot, review: int | None, when: When) -> None:
        """Somebody comments on a line or a file."""
        self.story.line(number, words, spot, review=review)
        self.arrives(when)

    @rule(words=WORDS, spot=SPOTS, review=st.none() | SOME, more=st.none() | WORDS, reply=FEEDBACK, when=WHENS)
    def thread(
        self, words: Words, spot: Spot, review: int | None, more: Words | None, reply: Words, when: When
    ) -> None:
        """Somebody comments on a line, somebody may reply, and a maintainer does."""
        self.story.line(42, words, spot, review=review)
        self.story.minutes += when.pause
        if more is not None:
            self.story.reply(more, 0)
            self.story.minutes += 1
        self.story.reply(reply, 0)
        self.arrives(when)

    @rule(words=WORDS, which=SOME, astray=ODDLY, when=WHENS)
    def reply(self, words: Words, which: int, astray: bool, when: When) -> None:  # noqa: FBT001
        """Somebody replies in a thread."""
        self.story.reply(words, which, astray=astray)
        self.arrives(when)

    @rule(words=WORDS, spot=SPOTS, when=WHENS)
    def commit_comment(self, words: Words, spot: Spot, when: When) -> None:
        """Somebody comments on a commit."""
        self.story.commit_comment(words, spot)
        self.arrives(when)

    @rule(words=WORDS, when=WHENS)
    def discuss(self, words: Words, when: When) -> None:
        """Somebody starts a discussion, or takes part in it."""
        self.story.discuss(words)
        self.arrives(when)

    @rule(which=SOME, words=WORDS, then=st.none() | WORDS, gone=ODDLY, when=WHENS)
    def edit(self, which: int, words: Words, then: Words | None, gone: bool, when: When) -> None:  # noqa: FBT001
        """A text is edited, and perhaps once more in the same second."""
        self.story.edit(which, words, gone=gone)
        if then is not None:
            self.story.edit(which, then)
        self.arrives(when)

    @rule(which=SOME, when=WHENS)
    def delete(self, which: int, when: When) -> None:
        """A text is deleted."""
        self.story.delete(which)
        self.arrives(when)

    @rule(words=FEEDBACK, spot=SPOTS, writers=SOMES, when=WHENS)
    def blamed(self, words: Words, spot: Spot, writers: tuple[int, int], when: When) -> None:
        """A maintainer comments on a line, and it is fetched who last changed it."""
        self.story.line(42, words, spot)
        self.story.blame(0, writers, 0)
        self.arrives(when)

    @rule(which=SOME, writers=SOMES, half=st.integers(0, 2), when=WHENS)
    def blame(self, which: int, writers: tuple[int, int], half: int, when: When) -> None:
        """It is fetched who last changed the lines of a comment."""
        self.story.blame(which, writers, half)
        self.arrives(when)

    @rule(how=st.integers(0, 2), when=WHENS)
    def rename(self, how: int, when: When) -> None:
        """The repository is renamed or transferred, or seen once more."""
        self.story.rename(how)
        self.arrives(when)

    @rule(words=WORDS, agent=AGENT, when=WHENS)
    def elsewhere(self, words: Words, agent: int, when: When) -> None:
        """Another repository takes the name that this one had, and somebody comments there."""
        self.story.elsewhere(words, agent)
        self.arrives(when)

    # What happens on the way

    @rule(count=st.integers(1, 3))
    def deliver(self, count: int) -> None:
        """What is next arrives."""
        tell(self.world, *islice(self.rest(), count))

    @rule(which=SOME, anew=st.booleans())
    def again(self, which: int, anew: bool) -> None:  # noqa: FBT001
        """Something arrives once more: a delivery under its own GUID or another."""
        if self.told:
            part = self.told[-1 - which % len(self.told)]
            tell(self.world, part.again(str(uuid4())) if anew and isinstance(part, Delivery) else part)

    @rule()
    def restart(self) -> None:
        """The service is started again."""
        self.worlds.restart()

    @rule(midway=st.booleans())
    def kill(self, midway: bool) -> None:  # noqa: FBT001
        """A worker is killed with a delivery in its hand, perhaps midway; it is handed out again when that is due."""
        part = self.next()
        if isinstance(part, Delivery):
            self.world.record(part)
            with contextlib.suppress(KilledError):
                self.work_and_die(midway=midway)
            self.world.now += HELD_FOR + timedelta(seconds=1)
            self.world.process()
        elif part is not None:
            tell(self.world, part)

    def work_and_die(self, *, midway: bool) -> None:
        """Take a delivery, and end before its transaction, or within it."""
        store = self.world.store
        claimed = store.claim(self.world.now)
        if claimed is not None and midway:
            ready = self.world.intake.prepare(envelope.read(claimed.event, claimed.body, claimed.content_type))
            with store.processing(claimed, *ready.locks) as ledger:
                assert ledger is not None
                self.world.intake.apply(ledger, ready, cause="a delivery")
                raise KilledError

    # What it comes to

    def teardown(self) -> None:
        """Deliver the rest, and compare: with the natural order, with a fresh look, and with all of it told again."""
        self.ends()
        tell(self.world, *self.rest())
        refs = [said.ref for said in self.story.texts]
        facts = prepared(self.world, self.story.parts)
        natural = self.worlds.natural
        with natural.store.transaction() as ledger:
            for fact in facts:
                keep(natural, ledger, fact)
            expected = end_of(ledger, refs)
        with self.world.store.transaction() as ledger:
            found, resolutions = end_of(ledger, refs), latest(ledger, refs)
            assert found == expected, "the order of arrival shows"
            answers = {ref: end.answer for ref, end in found.items()}
            assert asked_again(self.world, ledger, refs) == answers, "an answer is stale"
            for fact in facts:
                keep(self.world, ledger, fact)
            assert end_of(ledger, refs) == found, "what arrives once more changes something"
            assert latest(ledger, refs) == resolutions, "what arrives once more appends a resolution"


@pytest.fixture(scope="module")
def worlds(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worlds]:
    """Two worlds for all conversations, the first on either database."""
    with open_worlds(request.param, tmp_path_factory.mktemp("any-order")) as opened:
        yield opened


@pytest.mark.no_cover  # it goes where other tests have been, a thousand times, and counting lines doubles its time
@pytest.mark.parametrize(
    ("worlds", "part", "examples"),
    [
        (database, f"{database}_{part}", count)
        for database, (parts, count) in EXAMPLES.items()
        for part in range(1, parts + 1)
    ],
    ids=str,
    indirect=["worlds"],
)
def test_the_order_of_arrival_does_not_show(worlds: Worlds, part: str, examples: int) -> None:
    """In whatever order a conversation arrives, with repeats, restarts and killed workers, it ends as in its own.

    And the store that all of them leave behind is found undamaged.
    """
    machine = type(f"AnyOrder_{part}", (AnyOrder,), {"worlds": worlds})  # each part draws examples of its own
    phases = (Phase.generate, Phase.shrink)  # to explain a failure takes longer than to read it
    run_state_machine_as_test(
        machine,
        settings=settings(max_examples=examples, stateful_step_count=STEPS, phases=phases, report_multiple_bugs=False),
    )
    assert_clean(worlds.shuffled)
    assert_clean(worlds.natural)
