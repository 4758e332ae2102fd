"""How a report is headed while nobody has worded it otherwise: by what the maintainer asked for."""

from __future__ import annotations

from typing import Final

from resolver.model.reports import Report

MAX_HEADING: Final = 120
"""Characters of a title that follows from the feedback."""
MAX_TITLE: Final = 200
MAX_WORDS: Final = 20_000
"""Characters of a title, and of a summary or a reason, that somebody gives."""
WORDLESS: Final = "Feedback without words"
"""The title where the command stands alone."""


def title_of(report: Report) -> str:
    """Return a report's title."""
    return heading(report.instruction) if report.title is None else report.title


def summary_of(report: Report) -> str:
    """Return a report's summary."""
    return report.instruction if report.summary is None else report.summary


def heading(instruction: str) -> str:
    """Return the first line of an instruction that says something, cut to a title's length."""
    line = next((" ".join(line.split()) for line in instruction.splitlines() if line.strip()), WORDLESS)
    return line if len(line) <= MAX_HEADING else f"{line[: MAX_HEADING - 1].rstrip()}…"
