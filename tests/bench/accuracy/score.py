"""Counting: how often each resolver is right, and where it is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial

from resolver.model.answers import Confidence
from tests.bench.accuracy.play import Outcome
from tests.bench.accuracy.truth import Case, Given, Verdict, judge

LEAST_RECALL = 0.98
_NAMING = (Confidence.EXACT, Confidence.INFERRED)


@dataclass(slots=True)
class Count:
    """So many answers, and so many of them right."""

    all: int = 0
    right: int = 0

    def add(self, *, right: bool) -> None:
        """Count one more."""
        self.all += 1
        self.right += right

    @property
    def share(self) -> float:
        """The share of those that are right; 1 of none."""
        return self.right / self.all if self.all else 1.0

    def __str__(self) -> str:
        return f"{self.right:,} of {self.all:,} ({_percent(self.share)})" if self.all else "-"


@dataclass(slots=True)
class Score:
    """What one resolver's answers are worth."""

    by_confidence: dict[Confidence, Count] = field(default_factory=lambda: {one: Count() for one in Confidence})
    by_mode: dict[tuple[str, Confidence], Count] = field(default_factory=dict)
    cases: Counter[Case] = field(default_factory=Counter)
    recall_exact: Count = field(default_factory=Count)
    recall: Count = field(default_factory=Count)
    wrongly_named: int = 0
    wrongly_exact: int = 0
    ignored: Count = field(default_factory=Count)

    def add(self, outcome: Outcome, given: Given) -> None:
        """Count an answer."""
        truth = outcome.asked.truth
        right = judge(truth, given) is Verdict.RIGHT
        self.cases[truth.case] += 1
        if truth.case is Case.IGNORED:
            self.ignored.add(right=right)
            return
        confidence = given.confidence or Confidence.UNRESOLVED
        self.by_confidence[confidence].add(right=right)
        self.by_mode.setdefault((given.mode, confidence), Count()).add(right=right)
        if truth.case is Case.DETERMINED:
            self.recall.add(right=right)
            self.recall_exact.add(right=right and confidence is Confidence.EXACT)
        elif not right:
            self.wrongly_named += given.named not in truth.spans
            self.wrongly_exact += confidence is Confidence.EXACT

    @property
    def holds(self) -> bool:
        """Whether no exact answer is wrong and enough of what is determined was found."""
        exact = self.by_confidence[Confidence.EXACT]
        return exact.right == exact.all and self.recall.share >= LEAST_RECALL


def scores(outcomes: Iterable[Outcome]) -> tuple[Score, Score]:
    """Score whichrun and the plain resolver over the same feedback."""
    ours, plain = Score(), Score()
    for outcome in outcomes:
        ours.add(outcome, outcome.ours)
        plain.add(outcome, outcome.plain)
    return ours, plain


def table(ours: Score, plain: Score) -> str:
    """Write both scores as one Markdown table."""
    cases = ours.cases
    undecided = cases[Case.NOBODY] + cases[Case.OPEN]
    rows: list[tuple[str, str, str]] = [("feedback", "whichrun", "first match wins"), ("---", "---:", "---:")]

    def row(name: str, of: Callable[[Score], object]) -> None:
        rows.append((name, str(of(ours)), str(of(plain))))

    row("`exact` answers that are right", lambda score: score.by_confidence[Confidence.EXACT])
    row("`inferred` answers that are right", lambda score: score.by_confidence[Confidence.INFERRED])
    row("one run determined: found, `exact`", lambda score: score.recall_exact)
    row("one run determined: found at all", lambda score: score.recall)
    row(f"nobody's, or open ({undecided:,}): a wrong run named", lambda score: f"{score.wrongly_named:,}")
    row(f"nobody's, or open ({undecided:,}): `exact` all the same", lambda score: f"{score.wrongly_exact:,}")
    row("to be ignored: ignored", lambda score: score.ignored)
    for mode, confidence in sorted({*ours.by_mode, *plain.by_mode}, key=_by_weight(ours)):
        if confidence in _NAMING:
            row(f"`{mode}`, {confidence}", partial(_of_mode, key=(mode, confidence)))
    return "\n".join(f"| {' | '.join(cells)} |" for cells in rows)


def by_kind(outcomes: Sequence[Outcome]) -> str:
    """Write a line for each kind: how many answers of each worth, and what was said."""
    lines = []
    for kind in sorted({outcome.kind for outcome in outcomes}):
        mine = [outcome for outcome in outcomes if outcome.kind == kind]
        worth = Counter(str(judge(outcome.asked.truth, outcome.ours)) for outcome in mine)
        said = Counter(f"{outcome.ours.confidence or 'nothing'} {outcome.ours.mode}" for outcome in mine)
        shown = ", ".join(f"{count} {name}" for name, count in said.most_common())
        lines.append(f"{kind}: {worth['right']} right, {worth['wrong']} wrong, {worth['missed']} missed ({shown})")
    return "\n".join(lines)


def full(outcome: Outcome) -> str:
    """Write an answer in full, with what was true and how it was found."""
    truth, given = outcome.asked.truth, outcome.ours
    spans = ", ".join(sorted(truth.spans)) or "-"
    lines = [
        f"{outcome.kind} (story {outcome.seed}) {outcome.asked.url}",
        f"  true: {truth.case} {spans}; answered: {given.confidence or 'nothing'} {given.mode} {given.span}",
    ]
    return "\n".join([*lines, *(f"    {one}" for one in given.account)])


def wrong(outcomes: Iterable[Outcome], confidence: Confidence) -> list[Outcome]:
    """Return the outcomes of which whichrun's answer of a confidence is not right."""
    return [
        outcome
        for outcome in outcomes
        if outcome.ours.confidence is confidence and judge(outcome.asked.truth, outcome.ours) is not Verdict.RIGHT
    ]


def _of_mode(score: Score, *, key: tuple[str, Confidence]) -> Count:
    return score.by_mode.get(key) or Count()


def _by_weight(ours: Score) -> Callable[[tuple[str, Confidence]], tuple[str, int]]:
    return lambda key: (key[1], -(ours.by_mode[key].all if key in ours.by_mode else 0))


def _percent(share: float) -> str:
    """Write a share, never rounded up to all of it."""
    return "100 %" if share == 1 else f"{min(share * 100, 99.99):.2f} %"
