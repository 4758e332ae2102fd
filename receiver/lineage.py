"""How the service's processes hang together: started by one keeper, ready when they say so, gone when it is.

The keeper hands each child ``--parent`` (its own process id) and ``--ready-fd`` (the end of a pipe). Standard library
only: the keeper imports this, and is to stay small.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import os
import signal
import sys
from pathlib import Path

PR_SET_PDEATHSIG = 1
"""prctl(2)."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options with which a keeper starts a child."""
    parser.add_argument("--parent", type=int, help="end when this process does (the one that started this one)")
    parser.add_argument("--ready-fd", type=int, help="write a byte into this file descriptor when ready")


def python(module: str, *arguments: str) -> list[str]:
    """Return the command that runs a module of this project with the interpreter and the code that run now.

    ``-m`` looks into the working folder first, where any package named ``store`` would hide ours; so it may do that
    only where the present process does.
    """
    looks_here = any(Path(entry).resolve() == Path.cwd() for entry in sys.path)
    return [sys.executable, *([] if looks_here else ["-P"]), "-m", module, *arguments]


def die_with(parent: int | None) -> None:
    """Have this process ended, with SIGTERM, as soon as its parent is gone, even killed (Linux).

    ``None`` leaves it on its own. Exits at once when the parent is gone already.
    """
    if parent is None:
        return
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:  # it went between the start of this process and the line above
        raise SystemExit(1)


def say_ready(ready_fd: int | None) -> None:
    """Tell the keeper, if there is one, that this process does its work now."""
    if ready_fd is not None:
        with contextlib.suppress(OSError):  # the keeper is gone: then nobody needs to know
            os.write(ready_fd, b"1")
