"""What is true of a piece of feedback, and whether an answer agrees."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from resolver.model.answers import Confidence
from resolver.model.github import ObjectRef


class Case(enum.StrEnum):
    """What the delivered evidence says of the run that feedback is about."""

    DETERMINED = "determined"
    """It admits one run."""
    OPEN = "open"
    """It does not decide between some runs, or between one run and somebody else."""
    NOBODY = "nobody"
    """No run made it."""
    IGNORED = "ignored"
    """It is no feedback that anybody has to answer."""


class Verdict(enum.StrEnum):
    """What an answer is worth."""

    RIGHT = "right"
    WRONG = "wrong"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Truth:
    """The case, and the spans that may be named: one where it is determined, any number where it is open."""

    case: Case
    spans: frozenset[str] = frozenset()


NOBODY = Truth(Case.NOBODY)
IGNORED = Truth(Case.IGNORED)


def determined(span: str) -> Truth:
    """The evidence admits just this run."""
    return Truth(Case.DETERMINED, frozenset({span}))


def open_between(*spans: str) -> Truth:
    """The evidence does not decide: naming one of these with a doubt is right, naming any surely is wrong."""
    return Truth(Case.OPEN, frozenset(spans))


@dataclass(frozen=True, slots=True)
class Given:
    """An answer: how surely which run is named, by which step. Without a confidence nothing was answered at all."""

    confidence: Confidence | None
    mode: str
    span: str | None
    account: tuple[str, ...] = ()

    @property
    def named(self) -> str | None:
        """The run that is named; an unresolved answer names none, even where it knows a span."""
        return None if self.confidence in {None, Confidence.UNRESOLVED} else self.span


NOTHING = Given(None, "-", None)


@dataclass(frozen=True, slots=True)
class Asked:
    """One piece of feedback: what it is on GitHub, where, and what is true of it."""

    ref: ObjectRef
    url: str
    truth: Truth


def judge(truth: Truth, given: Given) -> Verdict:
    """Hold an answer against the truth."""
    if truth.case is Case.IGNORED:
        return Verdict.RIGHT if given.confidence is None else Verdict.WRONG
    if given.named is None:
        return Verdict.MISSED if truth.case is Case.DETERMINED else Verdict.RIGHT
    if given.named not in truth.spans:
        return Verdict.WRONG
    if truth.case is Case.OPEN and given.confidence is Confidence.EXACT:
        return Verdict.WRONG
    return Verdict.RIGHT
