"""How far long work has come, on standard error: a bar in a terminal, a line for each stage elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from receiver.backfill import Report
from receiver.cli.output import print_line, printable
from resolver import times

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


class Teller(Report, Protocol):
    """Tells a person how the work goes."""

    def wait(self, reason: str, until: datetime) -> None:
        """Say why nothing goes on, and until when."""
        ...


def is_terminal() -> bool:
    """Whether a person watches standard error."""
    return sys.stderr.isatty()


@contextmanager
def teller(*, quiet: bool) -> Iterator[Teller]:
    """Return who tells of progress; ``quiet`` where standard error is read by a program, unless it is a terminal."""
    if not is_terminal():
        yield _Lines(quiet=quiet)
        return
    from rich.console import Console  # noqa: PLC0415 - rich takes longer to import than most commands to run
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    text = TextColumn("{task.description}", markup=False)
    columns = (text, BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        yield _Bars(progress)


def _waiting(reason: str, until: datetime) -> str:
    return f"{reason}; waiting until {times.write(until.replace(microsecond=0))}"


class _Lines:
    """One line for each stage."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._words = ""

    def begin(self, words: str, done: int) -> None:
        self._words = words
        if done:
            self._say(f"{words}: going on after {done}")

    def advance(self, done: int, total: int | None) -> None:
        """Say nothing: a line for each thing would be too many."""

    def end(self, done: int) -> None:
        self._say(f"{self._words}: {done}")

    def wait(self, reason: str, until: datetime) -> None:
        self._say(_waiting(reason, until))

    def _say(self, text: str) -> None:
        if not self._quiet:
            print_line(text, err=True)


class _Bars:
    """One bar for each stage."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task: TaskID | None = None

    def begin(self, words: str, done: int) -> None:
        self._task = self._progress.add_task(words, completed=done, total=None)

    def advance(self, done: int, total: int | None) -> None:
        if self._task is not None:
            self._progress.update(self._task, completed=done, total=total)

    def end(self, done: int) -> None:
        if self._task is not None:
            self._progress.update(self._task, completed=done, total=done or 1)
            self._progress.stop_task(self._task)

    def wait(self, reason: str, until: datetime) -> None:
        self._progress.console.print(printable(_waiting(reason, until)), markup=False)
