"""One row of the table, and how much is measured for it."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

FALL = 0.75
"""What is left of a figure that has fallen by more than a quarter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What was measured, against what, and the ratio of the two: that counts, the machine does not.

    ``key`` names it over time. ``goal`` is what the ratio has to reach (SPEC §11), from below when ``more`` is better.
    ``bound`` says what keeps it from being better. ``left_out`` says why nothing was measured.
    """

    key: str
    name: str
    here: str = ""
    against: str = ""
    ratio: float | None = None
    goal: float | None = None
    more: bool = True
    bound: str = ""
    left_out: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the goal is reached; None where there is none, or no figure."""
        if self.goal is None or self.ratio is None:
            return None
        return self.ratio >= self.goal if self.more else self.ratio <= self.goal

    @property
    def wanted(self) -> str:
        """The goal as the table has it."""
        return "" if self.goal is None else f"{'≥' if self.more else '≤'} {self.goal:g}"

    def change(self, before: Figure | None) -> float | None:
        """Return how this stands against an earlier one, above 1 for better; None where that cannot be said."""
        if before is None or not self.ratio or not before.ratio:
            return None
        return self.ratio / before.ratio if self.more else before.ratio / self.ratio

    def fell(self, before: Figure | None) -> bool:
        """Whether this is worse than an earlier one by more than a quarter, or is missing where there was one."""
        if before is not None and before.ratio is not None and self.ratio is None:
            return True
        change = self.change(before)
        return change is not None and change < FALL


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is measured: rounds of deliveries, probes of the idle service, rows that stand in the store."""

    quick: bool
    rounds: int
    deliveries: int
    probes: int
    rows: int
    artifacts: int


FULL = Scale(quick=False, rounds=3, deliveries=3_000, probes=60, rows=1_000_000, artifacts=1_000_000)
QUICK = Scale(quick=True, rounds=1, deliveries=300, probes=10, rows=20_000, artifacts=50_000)
FEW = 10_000
"""Rows and artifacts of the small store that a large one is held against."""


def percentile(values: Sequence[float], percent: int) -> float:
    """Return a percentile."""
    return statistics.quantiles(values, n=100)[percent - 1]


def per_second(rate: float) -> str:
    """Write a rate."""
    return f"{rate:,.0f}/s"


def ms(seconds: float) -> str:
    """Write a time in milliseconds."""
    return f"{seconds * 1000:,.1f} ms"


def us(seconds: float) -> str:
    """Write a time in microseconds."""
    return f"{seconds * 1_000_000:,.0f} µs"


def power(count: int) -> str:
    """Write a large round number as people say it."""
    exponent = len(str(count)) - 1
    return f"10^{exponent}" if count == 10**exponent else f"{count:,}"
