"""A chart of days as shapes for SVG: a bar for each day, its parts one on the other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from resolver.model.answers import Confidence
from resolver.model.statistics import Count

WIDTH: Final = 600
HEIGHT: Final = 120
_EPOCH: Final = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a bar, in units of the drawing."""

    kind: str
    x: float
    y: float
    width: float
    height: float
    title: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars, from the first day to the last one; ``most`` is what the highest one stands for."""

    parts: tuple[Part, ...]
    first: str
    last: str
    most: int
    width: int = WIDTH
    height: int = HEIGHT


def chart(days: Iterable[Count], *, since: datetime, until: datetime) -> Chart:
    """Draw all days of a time; those without feedback are left empty. Keys are days since 1970 (``By.DAY``)."""
    counts = {int(count.key or 0): count for count in days}
    if not counts:
        return Chart((), "", "", 0)
    first, last = _day(since), max(_day(until), *counts)
    most = max(count.total for count in counts.values())
    step = WIDTH / (last - first + 1)
    parts = []
    for day, count in sorted(counts.items()):
        y = float(HEIGHT)
        for confidence in Confidence:
            number = count.by_confidence[confidence]
            height = HEIGHT * number / most
            y -= height
            if number:
                title = f"{_written(day)}: {number} {confidence}"
                parts.append(Part(confidence, (day - first) * step, y, max(step * 0.85, 0.5), height, title))
    return Chart(tuple(parts), _written(first), _written(last), most)


def _day(moment: datetime) -> int:
    return (moment.astimezone(UTC).date() - _EPOCH).days


def _written(day: int) -> str:
    return (_EPOCH + timedelta(days=day)).isoformat()
