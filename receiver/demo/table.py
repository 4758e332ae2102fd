"""The demonstration's outcome as a table that a person enjoys reading, in colour or without."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from receiver.cli.output import printable
from receiver.demo.rows import Row

WIDEST = 120
IN_A_PIPE = 100
"""Columns: longer lines are hard to read."""

COLOURS = {"exact": "green", "claimed": "cyan", "inferred": "yellow", "unresolved": "magenta", "ignored": "red"}


def show(rows: Sequence[Row]) -> None:
    """Print one row for each piece of feedback."""
    console = Console(width=None if sys.stdout.isatty() else IN_A_PIPE, highlight=False)
    console.width = min(console.width, WIDEST)
    table = Table(box=box.SIMPLE, show_lines=True, pad_edge=False, expand=True)
    table.add_column("Feedback on GitHub", ratio=10)
    table.add_column("Run", ratio=4)
    table.add_column("Evidence", ratio=10)
    for row in rows:
        table.add_row(_feedback(row), _run(row), _evidence(row))
    console.print(table)


def _feedback(row: Row) -> Text:
    said = Text(f'{printable(row.author)}: "{printable(row.says)}"', style="bold")
    return said.append(f"\n{printable(row.where)}", style="not bold dim")


def _run(row: Row) -> Text:
    verdict = row.confidence or row.status
    name = Text(printable(row.agent or "no run"), style="bold")
    return name.append(f"\n{printable(verdict)}", style=f"not bold {COLOURS.get(verdict, 'red')}")


def _evidence(row: Row) -> Text:
    text = Text(printable(row.mode or "not resolved"), style="bold")
    text.append(f"\n{printable(row.because)}", style="not bold")
    if not row.as_told:
        text.append("\nThe story says otherwise: this is a fault.", style="not bold red")
    return text
