"""Whose files are whose in the folder: every process has a seat, and whoever comes after a dead one takes its.

The library names a process's files by its id. Then each death leaves files behind for as long as the service runs,
and to drop them would make counters go backwards. Named by seats, they are gone on with: a service that starts its
processes again and again has no more files than it ever had processes at once.
"""

from __future__ import annotations

import fcntl
import itertools
import os
from pathlib import Path

from receiver.metrics import folder as folders

KINDS = ("counter", "histogram", "gauge_mostrecent")
"""The files of a seat, by the library's names: ``KIND_SEAT.db``."""
ROOM = 128 * 1024
"""Bytes that are set aside in each: on a file system that is full, a write into a map would end the process."""


class Seat:
    """This process's seat in a folder: called, it returns its number. A fork takes one of its own.

    Raises OSError when there is no folder, or no room in it.
    """

    def __init__(self, folder: Path) -> None:
        """Take a seat."""
        self._folder = folder
        self._take()

    def __call__(self) -> str:
        """Return the number. Called each time that something is counted."""
        if os.getpid() != self._process:
            self._take()
        return self._number

    def _take(self) -> None:
        self._held = folders.hold(self._folder)
        self._number, self._lock = self._free()
        self._process = os.getpid()
        for kind in KINDS:
            _set_aside(self._folder / f"{kind}_{self._number}.db")

    def _free(self) -> tuple[str, int]:
        """Return the first number that no living process has, and the lock on it, which ends with the process."""
        for number in itertools.count():
            lock = os.open(self._folder / f"seat-{number}", os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(lock)
            else:
                return str(number), lock
        raise AssertionError  # pragma: no cover - numbers do not end


def _set_aside(file: Path) -> None:
    handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        os.posix_fallocate(handle, 0, ROOM)
    finally:
        os.close(handle)
