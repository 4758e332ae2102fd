"""What runs: looked up in ``/proc`` (Linux), for tests that end processes and count what is left."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

PROC = Path("/proc")


def is_running(pid: int) -> bool:
    """Whether a process exists and has not ended (a zombie has)."""
    return _state(pid) not in {"", "Z", "X"}


def descendants(pid: int) -> list[int]:
    """Return the processes that a process started, and those that they started, in no order."""
    found = _children(pid)
    return found + [grandchild for child in found for grandchild in descendants(child)]


def command_of(pid: int) -> str:
    """Return a process's command line, its words separated by spaces; empty when it is gone."""
    try:
        return (PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def named(pid: int, word: str) -> list[int]:
    """Return the descendants of a process whose command line holds a word."""
    return [child for child in descendants(pid) if word in command_of(child)]


def kill_tree(pid: int) -> None:
    """Kill a process and all that it started, as good as at once (``kill -9``)."""
    for one in (pid, *descendants(pid)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(one, signal.SIGKILL)


def _children(pid: int) -> list[int]:
    everyone = (int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit())
    return [other for other in everyone if _field(other, 1) == str(pid)]


def _state(pid: int) -> str:
    return _field(pid, 0)


def _field(pid: int, index: int) -> str:
    """Return a field of ``/proc/PID/stat`` after the name (state, parent, …); empty when the process is gone."""
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[index]
    except (FileNotFoundError, ProcessLookupError):
        return ""


def forked(work: Callable[[], None], *, seconds: int = 0) -> int:
    """Do something in a fork of this process, which ends after so many seconds at the latest (0: never); return its id.

    What it raises is told on standard error, and its exit code is 1 then.
    """
    child = os.fork()
    if child:
        return child
    signal.alarm(seconds)
    code = 1
    try:
        work()
        code = 0
    except BaseException:  # noqa: BLE001 -- told, and ended here: this is not the parent's stack
        sys.excepthook(*sys.exc_info())
    sys.stderr.flush()
    os._exit(code)
