"""Prints one table of figures that were taken in this run (SPEC §11). What counts are the ratios, not the machine."""

from __future__ import annotations

import os
import time

from rich.console import Console
from rich.table import Table

from tests.bench import deliveries, growth, reading, reporting, scanning, serving, streaming
from tests.bench.load import CONNECTIONS, percentile
from tests.support.databases import unreachable

CAPTION = """\
"bare" is Flask under gunicorn with two sync workers that checks the signature and nothing else (tests/bench/bare.py).
Taken in {seconds:.0f} s; {busy:.1f} other processes were busy on this machine at the start.
"""


def main() -> None:
    """Measure everything, and print it."""
    begun, busy = time.monotonic(), os.getloadavg()[0]
    size = sum(len(deliveries.body(index)[1]) for index in range(4)) / 4 / 1024
    title = f"{os.cpu_count()} cores, {CONNECTIONS} connections over loopback, SQLite, payloads of {size:.0f} KiB"
    table = Table("figure", "here", "against", "ratio", title=title, title_justify="left", title_style="bold")
    _add_intake(table)
    _add_idle(table)
    table.add_section()
    for name, once, twice in scanning.figures():
        table.add_row(f"scanning {name}, 128 KiB", _ms(twice), f"64 KiB: {_ms(once)}", f"{twice / once:.1f}")
    _add_reading(table)
    _add_reports(table)
    _add_growth(table)
    console = Console(width=None if os.isatty(1) else 120)
    console.print(table)
    console.print(CAPTION.format(seconds=time.monotonic() - begun, busy=busy))


def _add_intake(table: Table) -> None:
    bare, ours = serving.intake()
    against = f"bare: {bare.load.rate:.0f}/s"

    def rate(name: str, found: float) -> None:
        table.add_row(name, f"{found:.0f}/s", against, f"{found / bare.load.rate:.2f}")

    def processor(name: str, found: float) -> None:
        table.add_row(name, _us(found), f"bare: {_us(bare.processor)}", f"{found / bare.processor:.2f}")

    rate("deliveries on disk, web alone", ours.load.rate)
    processor("processor time of each", ours.processor)
    for name, load in (("its webhook's", ours.load), ("the bare one's", bare.load)):
        p50, p99 = load.percentile(50), load.percentile(99)
        table.add_row(f"{name} p99", _ms(p99), f"p50: {_ms(p50)}", f"{p99 / p50:.1f}")
    found = serving.sustained()
    rate("deliveries on disk, worker at work", found.load.rate)
    rate("taken in, captured and resolved", found.rate)
    processor("processor time of each: web", found.web)
    processor("processor time of each: worker", found.worker)


def _add_idle(table: Table) -> None:
    seconds, mebibytes = serving.idle()
    p50, p95 = percentile(seconds, 50), percentile(seconds, 95)
    table.add_row("202 to readable answer, idle service, p95", _ms(p95), f"p50: {_ms(p50)}", f"{p95 / p50:.1f}")
    seconds = streaming.latencies()
    p50, p95 = percentile(seconds, 50), percentile(seconds, 95)
    table.add_row("change to event on the stream, p95", _ms(p95), f"p50: {_ms(p50)}", f"{p95 / p50:.1f}")
    table.add_row(
        "memory of the idle service, all processes", f"{mebibytes:.0f} MiB", "200 MiB", f"{mebibytes / 200:.2f}"
    )


def _add_reading(table: Table) -> None:
    """Add what lists cost with a million pieces of feedback, on SQLite."""
    table.add_section()
    many, few = reading.pages(1_000_000), reading.pages(10_000)
    for name, page in many.items():
        table.add_row(
            f"100 of 10^6 pieces of feedback, {name}: p50",
            f"{_ms(page.median)}, {page.statements} statements",
            f"10^4: {_ms(few[name].median)}, {few[name].statements}",
            f"{page.median / few[name].median:.1f}",
        )


def _add_reports(table: Table) -> None:
    """Add what a report costs with a log of 100,000 entries, and of 10,000, against one of ten."""
    for kind in reporting.databases():
        table.add_section()
        found = {count: reporting.costs(kind, count) for count in (10, 10_000, 100_000)}
        for count in (10_000, 100_000):
            for name, cost in found[count].items():
                few = found[10][name]
                table.add_row(
                    f"{name}, report of {count:,} entries, {kind}: p50",
                    f"{_ms(cost.median)}, {cost.statements} statements",
                    f"10: {_ms(few.median)}, {few.statements}",
                    f"{cost.median / few.median:.1f}",
                )


def _add_growth(table: Table) -> None:
    """Add what it takes to resolve again, on PostgreSQL, which counts rows."""
    table.add_section()
    if unreachable() is not None:
        table.add_row("rows read to resolve again", "left out", "no PostgreSQL", "")
        return
    for (name, cost), (_, before) in zip(growth.figures(1_000_000), growth.figures(10_000), strict=True):
        table.add_row(
            f"rows found to resolve again at 10^6 artifacts: {name}",
            f"{cost.found} ({cost.visited} visits)",
            f"10^4: {before.found} ({before.visited})",
            f"{cost.found / before.found:.1f}" if before.found else "",
        )


def _us(seconds: float) -> str:
    return f"{seconds * 1_000_000:.0f} µs"


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"


if __name__ == "__main__":
    main()
