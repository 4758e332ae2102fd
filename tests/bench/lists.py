"""Rows about what grows with what is in the store: texts that are scanned, lists, reports, what is resolved again."""

from __future__ import annotations

from collections.abc import Iterator

from tests.bench import again, reading, reporting, scanning
from tests.bench.figure import FEW, Figure, Scale, ms, power
from tests.bench.measured import Cost
from tests.support.databases import LEFT_OUT, unreachable


def scanned(_scale: Scale) -> Iterator[Figure]:
    """Yield what twice as much hostile text costs."""
    for name, once, twice in scanning.figures():
        yield Figure(
            key=f"scanning.{name}",
            name=f"scanning {name}, 128 KiB",
            here=ms(twice),
            against=f"64 KiB: {ms(once)}",
            ratio=twice / once,
            more=False,
        )


def read(scale: Scale) -> Iterator[Figure]:
    """Yield what pages cost with many pieces of feedback, on SQLite."""
    many, few = reading.pages(scale.rows), reading.pages(FEW)
    for name, page in many.items():
        yield _compared(
            f"reading.{name}", f"100 of {power(scale.rows)} pieces of feedback, {name}: p50", page, few[name]
        )


def reported(scale: Scale) -> Iterator[Figure]:
    """Yield what a report costs with a long log, against one of ten entries."""
    long = (scale.rows // 100, scale.rows // 10)
    for kind in reporting.databases():
        found = {count: reporting.costs(kind, count) for count in (10, *long)}
        for count in long:
            for name, cost in found[count].items():
                title = f"{name}, report of {count:,} entries, {kind}: p50"
                yield _compared(f"reports.{kind}.{count}.{name}", title, cost, found[10][name], before="10")


def grown(scale: Scale) -> Iterator[Figure]:
    """Yield what it takes to resolve again, on PostgreSQL, which counts rows."""
    if unreachable() is not None:
        yield Figure(key="again", name="rows read to resolve again", left_out=LEFT_OUT)
        return
    many, few = again.figures(scale.rows), again.figures(FEW)
    for (name, cost), (_, before) in zip(many, few, strict=True):
        yield Figure(
            key=f"again.{name}",
            name=f"rows found to resolve again at {power(scale.rows)} artifacts: {name}",
            here=f"{cost.found} ({cost.visited} visits)",
            against=f"{power(FEW)}: {before.found} ({before.visited})",
            ratio=cost.found / before.found if before.found else None,
            more=False,
        )


def _compared(key: str, name: str, cost: Cost, few: Cost, *, before: str = "10^4") -> Figure:
    return Figure(
        key=key,
        name=name,
        here=f"{ms(cost.median)}, {cost.statements} statements",
        against=f"{before}: {ms(few.median)}, {few.statements}",
        ratio=cost.median / few.median,
        more=False,
    )
