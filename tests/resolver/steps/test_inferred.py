"""Step 13: exactly one run of the number shortly before; and step 14, none."""

from __future__ import annotations

import pytest

from resolver.model.answers import Confidence
from tests.support.builders import discussion_comment, issue, issue_comment, minute
from tests.support.world import REPO, World

IMPROVE = "/agents improve please handle the empty case"
DAY = 24 * 60


def remark(world: World, *, number: int = 9, at: str = minute(10)) -> None:
    """Let a maintainer give feedback in general on an issue."""
    world.deliver(issue(REPO), issue_comment(REPO, id=1, number=number, on_pull=False, body=IMPROVE, at=at))


def test_one_run_shortly_before(world: World) -> None:
    """Nothing but one run of the same number within a day before: it is inferred."""
    world.run("coder", number=9)
    remark(world)
    answer = world.answer()
    assert (answer.confidence, answer.mode, answer.span_id) == (Confidence.INFERRED, "inferred", "span-coder")


def test_two_runs_shortly_before(world: World) -> None:
    """Of two runs neither is guessed; both are candidates."""
    world.run("coder", number=9)
    world.run("planner", number=9)
    remark(world)
    answer = world.answer()
    assert (answer.confidence, answer.span_id) == (Confidence.UNRESOLVED, None)
    assert {candidate.span_id for candidate in answer.candidates} == {"span-coder", "span-planner"}


@pytest.mark.parametrize(
    ("started", "counts"),
    [(10 - DAY - 1, False), (10 - DAY, True), (10, True), (11, False)],
    ids=["a minute too early", "a day before", "at the time", "a minute after"],
)
def test_the_window_has_two_ends(world: World, started: int, *, counts: bool) -> None:
    """A run counts from a day before the feedback to the moment it was given, and not after."""
    world.run("coder", number=9, at=minute(started))
    remark(world)
    assert (world.answer().confidence is Confidence.INFERRED) is counts


def test_internal_runs_are_left_out(world: World) -> None:
    """Runs of internal agents, marked or named in the settings, are never inferred."""
    world.run("hidden", number=9, internal=True)
    world.run("internal-catalog-analyst", number=9)
    world.run("coder", number=9)
    remark(world)
    assert world.answer().span_id == "span-coder"


def test_a_run_of_another_number_is_not_inferred(world: World) -> None:
    """A run counts for the numbers that it was registered for, and for no other."""
    world.run("coder", number=8, numbers=(10,))
    remark(world)
    answer = world.answer()
    assert (answer.confidence, answer.mode, answer.span_id) == (Confidence.UNRESOLVED, "unresolved", None)
    assert answer.diagnostic


def test_a_run_for_several_numbers_is_inferred_on_each(world: World) -> None:
    """A run that was registered for several numbers is inferred on its second, too."""
    world.run("coder", number=8, numbers=(9,))
    remark(world)
    assert world.answer().span_id == "span-coder"


def test_the_run_may_be_registered_late(world: World) -> None:
    """Feedback that came before its run was registered reaches it then, and a second run takes that back."""
    remark(world)
    assert world.answer().mode == "unresolved"
    world.run("coder", number=9)
    assert world.answer().span_id == "span-coder"
    world.run("planner", number=9)
    assert (world.answer().confidence, world.answer().span_id) == (Confidence.UNRESOLVED, None)


def test_a_discussion_has_a_number_too(world: World) -> None:
    """Feedback in a discussion is inferred by the discussion's number."""
    world.run("coder", number=7)
    world.deliver(discussion_comment(REPO, id=1, body=IMPROVE, at=minute(10)))
    assert world.answer().span_id == "span-coder"
