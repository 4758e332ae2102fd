"""The scoreboard counts what it says it counts, and this tree does well on it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from resolver.model.answers import Confidence
from resolver.model.github import Kind, ObjectRef
from tests.bench.accuracy import noise, score
from tests.bench.accuracy.__main__ import main
from tests.bench.accuracy.kinds import KINDS
from tests.bench.accuracy.plain import Plain
from tests.bench.accuracy.play import Batch, Outcome, make, newest, opened, play, said, tell
from tests.bench.accuracy.truth import (
    IGNORED,
    NOBODY,
    NOTHING,
    Asked,
    Case,
    Given,
    Truth,
    Verdict,
    determined,
    judge,
    open_between,
)
from tests.support.builders import Delivery

pytestmark = pytest.mark.no_cover  # counting lines doubles the time of what only repeats them

REPLY = "reply_to_a_reviewers_comment"
EXACT, INFERRED, UNRESOLVED = Confidence.EXACT, Confidence.INFERRED, Confidence.UNRESOLVED


@pytest.fixture(scope="module")
def outcomes() -> list[Outcome]:
    """Play a story of each kind."""
    return play(Batch(11, tuple(range(len(KINDS))), tuple(sorted(KINDS))))


def outcome(truth: Truth, given: Given) -> Outcome:
    """Make up an outcome."""
    return Outcome("made_up", "0/made_up/0", Asked(ObjectRef(1, Kind.REVIEW, 1), "there", truth), given, NOTHING)


def test_no_exact_answer_is_wrong(outcomes: list[Outcome]) -> None:
    """Over every kind of conversation, disturbed and out of order, what is called exact is right."""
    assert [score.full(one) for one in score.wrong(outcomes, EXACT)] == []


def test_what_is_determined_is_found(outcomes: list[Outcome]) -> None:
    """Where the evidence admits one run, it is nearly always named."""
    ours, _ = score.scores(outcomes)

    assert ours.recall.share >= score.LEAST_RECALL
    assert len(outcomes) >= 250


def test_there_are_many_kinds_and_each_asks(outcomes: list[Outcome]) -> None:
    """Each of the many kinds of conversation holds feedback, and every case of truth is among it."""
    assert len(KINDS) >= 45
    assert {one.kind for one in outcomes} == set(KINDS)
    assert {one.asked.truth.case for one in outcomes} == set(Case)


def test_both_are_measured_on_the_same_feedback(outcomes: list[Outcome]) -> None:
    """The plain resolver is counted over the same feedback, answers much of it, and is often wrong."""
    ours, plain = score.scores(outcomes)

    assert plain.cases == ours.cases
    assert plain.recall_exact.right > 0
    assert not plain.holds


def test_the_plain_resolver_takes_what_whichrun_takes() -> None:
    """Told in its natural order, a reply's run is found by both; told backwards, the plain one never looks again."""
    with opened() as (world, clone):
        for place, backwards in enumerate((False, True)):
            story = make(REPLY, 3, place, clone)
            happenings = [what for _, what in sorted(story.parts, key=lambda part: part[0])]
            plain = Plain()
            tell(world, plain, happenings[::-1] if backwards else happenings)
            with world.facts() as facts:
                known = newest(facts)
            for asked in story.asked:
                assert judge(asked.truth, said(known.get(asked.ref))) is Verdict.RIGHT
                right = judge(asked.truth, plain.answers[asked.ref]) is Verdict.RIGHT
                assert right is not backwards
            assert plain.taken == len(happenings)


@pytest.mark.parametrize(
    ("truth", "given", "verdict"),
    [
        (determined("a"), Given(EXACT, "direct", "a"), Verdict.RIGHT),
        (determined("a"), Given(INFERRED, "inferred", "a"), Verdict.RIGHT),
        (determined("a"), Given(EXACT, "direct", "b"), Verdict.WRONG),
        (determined("a"), Given(INFERRED, "inferred", "b"), Verdict.WRONG),
        (determined("a"), Given(UNRESOLVED, "unresolved", "a"), Verdict.MISSED),
        (determined("a"), NOTHING, Verdict.MISSED),
        (NOBODY, Given(UNRESOLVED, "unresolved", None), Verdict.RIGHT),
        (NOBODY, Given(INFERRED, "inferred", "a"), Verdict.WRONG),
        (NOBODY, Given(EXACT, "direct", "a"), Verdict.WRONG),
        (open_between("a", "b"), Given(UNRESOLVED, "direct", None), Verdict.RIGHT),
        (open_between("a", "b"), Given(INFERRED, "inferred", "b"), Verdict.RIGHT),
        (open_between("a", "b"), Given(INFERRED, "inferred", "c"), Verdict.WRONG),
        (open_between("a", "b"), Given(EXACT, "direct", "a"), Verdict.WRONG),
        (IGNORED, NOTHING, Verdict.RIGHT),
        (IGNORED, Given(UNRESOLVED, "unresolved", None), Verdict.WRONG),
    ],
)
def test_an_answer_is_judged(truth: Truth, given: Given, verdict: Verdict) -> None:
    """Right, wrong or missed: what an answer is worth follows from what is true alone."""
    assert judge(truth, given) is verdict


@pytest.mark.parametrize(
    "given",
    [Given(EXACT, "direct", "another"), Given(INFERRED, "direct", "another"), Given(UNRESOLVED, "unresolved", None)],
)
def test_the_scoreboard_can_fail(outcomes: list[Outcome], given: Given) -> None:
    """Answers that are wrong are counted as wrong: one exact one, or many others, and the score does not hold."""
    determined_ones = [one for one in outcomes if one.asked.truth.case is Case.DETERMINED]
    many = len(determined_ones) // 10
    spoilt = [replace(one, ours=given) for one in determined_ones[: 1 if given.confidence is EXACT else many]]

    ours, _ = score.scores([*spoilt, outcome(determined("a"), Given(EXACT, "direct", "a"))])

    assert not ours.holds
    assert len(score.wrong(spoilt, given.confidence or UNRESOLVED)) == len(spoilt)


def test_wrong_exact_answers_are_shown_in_full() -> None:
    """A wrong exact answer is printed with its story's seed, what is true, and its findings."""
    given = Given(EXACT, "direct", "b", ("direct: decided: the text says so",))

    shown = score.full(outcome(determined("a"), given))

    for part in ("0/made_up/0", "determined a", "exact direct b", "the text says so"):
        assert part in shown


def test_a_story_is_made_again_from_its_seed() -> None:
    """The same seed, kind and place make the same story, arriving in the same order."""
    with opened() as (_, clone):
        once, again = (noise.arrive(make(REPLY, 5, 7, clone)) for _ in range(2))

    assert [one.guid for one in once if isinstance(one, Delivery)] == [
        one.guid for one in again if isinstance(one, Delivery)
    ]
    assert len(once) == len(again)


def test_the_command_prints_one_table(capsys: pytest.CaptureFixture[str]) -> None:
    """The command plays kinds that are named, prints the table and what was played, and ends well."""
    code = main(["--feedback", "4", "--seed", "2", "--kinds", f"{REPLY},window_without_runs", "--by-kind"])

    shown = capsys.readouterr().out
    assert code == 0
    assert "| `exact` answers that are right |" in shown
    assert "of 2 kinds" in shown
    assert "seed 2" in shown
    assert f"{REPLY}: " in shown
