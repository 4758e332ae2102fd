"""How answers are printed: JSON for programs, lines and tables for people.

Much of what is printed was written by strangers on GitHub. No control character of theirs may reach a terminal
(it could move the cursor, set the title or forge a line), so every such text passes through ``printable``.
"""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Iterable, Sequence

import click

_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode categories that move, hide or reorder text, or break a line."""

_SPACES = frozenset("\t\n\r")

_WIDTH_OF_A_PIPE = 100_000
"""Columns; a table takes only what it needs of them."""


def printable(text: str) -> str:
    """Return a text as one line that is safe on any terminal: white space as spaces, control characters escaped."""
    return "".join(map(_safe, text))


def _safe(character: str) -> str:
    if character in _SPACES:
        return " "
    if unicodedata.category(character) in _UNSAFE:
        return character.encode("unicode_escape").decode("ascii")
    return character


def print_json(value: object) -> None:
    """Print one JSON document, ASCII only: it survives every locale and pipe."""
    click.echo(json.dumps(value, indent=2))


def print_line(text: str, *, err: bool = False) -> None:
    """Print one line that may hold text from outside."""
    click.echo(printable(text), err=err)


def warn(text: str) -> None:
    """Say something on standard error that does not stop the command."""
    print_line(f"whichrun: warning: {text}", err=True)


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str | None]]) -> None:
    """Print rows under headings; a dash stands for what is missing. Long cells fold, nothing is cut off."""
    from rich.console import Console  # noqa: PLC0415 - rich takes longer to import than most commands to run
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in columns:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(Text(printable(cell) if cell else "-") for cell in row))
    # A pipe has no width: lines stay whole there, as `grep` and `awk` expect.
    console = Console() if sys.stdout.isatty() else Console(width=_WIDTH_OF_A_PIPE)
    console.print(table)
