"""Prints one table of figures that were taken in this run (SPEC §11), beside the last ones that were kept."""

from __future__ import annotations

import argparse
import dataclasses
import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tests.bench import deliveries, document, kept, machine
from tests.bench.figure import FULL, QUICK, Figure, Scale
from tests.bench.kept import Taken
from tests.bench.load import CONNECTIONS
from tests.bench.sections import SECTIONS

CAPTION = """\
"bare" is Flask under gunicorn with two sync workers that checks the signature and nothing else (tests/bench/bare.py).
"change" is the ratio against the last one kept (deploy/benchmarks.json), above 1 for better; what lost more than a
quarter is marked. Taken in {seconds:.0f} s; {busy:.1f} other processes were busy on this machine at the start.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what is asked for, print it, and keep it when that is asked for; return the exit code."""
    asked = _read(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is stopped, and databases go
    begun, busy = time.monotonic(), os.getloadavg()[0]
    before = kept.read()
    taken: kept.Kept = {}
    console = Console(width=None if os.isatty(1) else 150)
    table = _table()
    for name, figures in _measured(asked.only, asked.scale):
        at = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
        taken[name] = Taken(at, machine.commit(), asked.machine, round(busy, 1), figures)
        _add(table, figures, kept.last(before))
    console.print(table)
    console.print(CAPTION.format(seconds=time.monotonic() - begun, busy=busy), markup=False)
    for figure in (figure for one in taken.values() for figure in one.figures if figure.left_out):
        console.print(f"[bold red]LEFT OUT[/]: {figure.name}: {figure.left_out}")
    if asked.keep:
        merged = before | taken
        ordered = {name: merged[name] for name in SECTIONS if name in merged}
        kept.write(ordered)
        document.write(kept.read())  # as they are kept: rounded twice, a figure may come out otherwise
        console.print(f"Kept in {kept.FILE.name} and {document.FILE.name}.")
    return 0


def _measured(names: Sequence[str], scale: Scale) -> Iterator[tuple[str, tuple[Figure, ...]]]:
    for name in names:
        sys.stderr.write(f"measuring: {name}\n")
        yield name, tuple(SECTIONS[name](scale))


def _read(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Figures of SPEC §11, as ratios.")
    parser.add_argument("--only", default=",".join(SECTIONS), help=f"sections, of {','.join(SECTIONS)}")
    parser.add_argument("--quick", action="store_true", help="about a minute for all; rough, and not to be kept")
    parser.add_argument("--keep", action="store_true", help="write deploy/benchmarks.json and benchmarks.md")
    parser.add_argument("--artifacts", type=int, help="how many stand in the large store of the section growth")
    asked = parser.parse_args(arguments)
    asked.only = asked.only.split(",")
    unknown = sorted({*asked.only} - {*SECTIONS})
    if unknown:
        parser.error(f"no such section: {', '.join(unknown)}")
    if asked.quick and asked.keep:
        parser.error("what --quick measures is too rough to be kept")
    asked.scale = QUICK if asked.quick else FULL
    if asked.artifacts is not None:
        asked.scale = dataclasses.replace(asked.scale, artifacts=asked.artifacts)
    asked.machine = machine.described()
    return asked


def _table() -> Table:
    size = sum(len(deliveries.body(index)[1]) for index in range(4)) / 4 / 1024
    title = f"{os.cpu_count()} cores, {CONNECTIONS} connections over loopback, payloads of {size:.0f} KiB"
    columns = ("figure", "here", "against", "ratio", "wanted", "change")
    return Table(*columns, title=title, title_justify="left", title_style="bold")


def _add(table: Table, figures: Sequence[Figure], before: dict[str, Figure]) -> None:
    table.add_section()
    for figure in figures:
        old = before.get(figure.key)
        change = figure.change(old)
        shown = "" if change is None else f"{change:.2f}"
        table.add_row(
            figure.name,
            escape(figure.here) if not figure.left_out else "[bold red]LEFT OUT[/]",
            escape(figure.against),
            "" if figure.ratio is None else f"{figure.ratio:.3g}",
            figure.wanted + {True: " [green]met[/]", False: " [bold red]missed[/]", None: ""}[figure.met],
            f"[bold red]{shown or 'gone'} FELL[/]" if figure.fell(old) else shown,
        )


if __name__ == "__main__":
    sys.exit(main())
