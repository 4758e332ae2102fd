"""What the figures were taken on."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from tests.support.tree import ROOT

WRITES = 200
PAGE = bytes(4096)


def described() -> dict[str, str]:
    """Return what matters of this machine, by name."""
    return {
        "cores": str(os.cpu_count()),
        "processor": _processor(),
        "memory": f"{os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 2**30:.0f} GiB",
        "fsync of 4 KiB": f"{fsync_seconds() * 1000:.2f} ms",
        "Python": platform.python_version(),
    }


def fsync_seconds() -> float:
    """Return the median of what it takes to have one more page on this disk, where temporary files lie."""
    with tempfile.TemporaryFile() as file:
        seconds = []
        for _ in range(WRITES):
            file.write(PAGE)
            file.flush()
            begun = time.perf_counter()
            os.fdatasync(file.fileno())
            seconds.append(time.perf_counter() - begun)
    return statistics.median(seconds)


def commit() -> str:
    """Return the commit that is measured, marked when files differ from it."""

    def git(*words: str) -> str:
        return subprocess.run(["git", *words], cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()

    changed = git("status", "--porcelain", "--untracked-files=no", "--", ".", ":!deploy/benchmarks.*")
    return git("rev-parse", "--short", "HEAD") + ("+" if changed else "")


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, "unknown")
