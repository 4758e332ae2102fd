"""Counting steps: how much work a call does, told by the lines of Python that run and not by a clock."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection
from types import FrameType
from typing import Any

from tests.support.tree import ROOT


def steps(function: Callable[[str], object], text: str) -> int:
    """Count the lines of Python that a call runs."""
    count = 0

    def trace(frame: FrameType, event: str, _argument: object) -> Any:  # noqa: ANN401 -- the shape of a trace function
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        function(text)
    finally:
        sys.settrace(before)
    return count


def lines_of(function: Callable[[], object], rooms: Collection[str]) -> set[tuple[str, int]]:
    """Return the lines of the project's rooms that a call runs, each by its file and number."""
    reached: set[tuple[str, int]] = set()
    folders = tuple(f"{ROOT / room}/" for room in rooms)

    def trace(frame: FrameType, event: str, _argument: object) -> Any:  # noqa: ANN401 -- the shape of a trace function
        if not frame.f_code.co_filename.startswith(folders):
            return None
        if event == "line":
            reached.add((frame.f_code.co_filename, frame.f_lineno))
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        function()
    finally:
        sys.settrace(before)
    return reached


def fill(unit: str, length: int) -> str:
    """Repeat a unit up to a length, behind the words that make the scanners look."""
    return "/agents improve agents-run\n\nAgents-Attribution: e30\n" + (unit * (length // len(unit) + 1))[:length]
