"""Programs that hold what cannot be run here to its own rules, where they are installed."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

PROMTOOL_LEFT_OUT: Final = "promtool is not here"
SYSTEMD_LEFT_OUT: Final = "systemd-analyze is not here"


def installed(name: str) -> bool:
    """Whether a program of the system is there."""
    return shutil.which(name) is not None


def ours(name: str) -> str:
    """Return the path of a program that pip installed beside this Python."""
    return str(Path(sys.executable).with_name(name))


def complaints(*command: str | Path) -> str:
    """Return what a program says when it is not content; nothing where it is."""
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    return f"exit code {done.returncode}: {done.stdout}{done.stderr}" if done.returncode else ""
