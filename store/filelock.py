"""One writer at a time on SQLite, across threads and processes, by ``flock`` on a file next to the database.

SQLite's own busy handler sleeps ever longer and starves whoever lost twice: waits of more than a second were
measured where this lock takes a tenth. The kernel frees the lock when its holder dies.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from resolver.errors import StoreError

_FIRST_PAUSE = 0.0001
_LONGEST_PAUSE = 0.0005


class _LockFile:
    """An open file that is closed with its thread."""

    def __init__(self, path: Path) -> None:
        self.number = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)

    def __del__(self) -> None:
        if hasattr(self, "number"):
            os.close(self.number)


class FileLock(threading.local):
    """The lock; each thread has an open file of its own, because ``flock`` belongs to the open file.

    Not for use across a fork: a child would share its parent's open file, and so the parent's lock.
    """

    def __init__(self, path: Path, *, patience: float) -> None:
        self._path = path
        self._patience = patience
        self._file: _LockFile | None = None

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock. Raises StoreError when it does not come free within the patience, in seconds."""
        file = self._open()
        self._take(file.number)
        try:
            yield
        finally:
            fcntl.flock(file.number, fcntl.LOCK_UN)

    def close(self) -> None:
        """Close this thread's file."""
        self._file = None

    def _open(self) -> _LockFile:
        if self._file is None:
            try:
                self._file = _LockFile(self._path)
            except OSError as error:
                raise StoreError(f"cannot open the lock file {self._path}: {error.strerror}") from error
        return self._file

    def _take(self, file: int) -> None:
        # Polling, since a blocking flock cannot be given a deadline in a thread. Pauses stay far below a
        # transaction's length, so nobody who waits is left behind for long.
        deadline = time.monotonic() + self._patience
        pause = _FIRST_PAUSE
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise StoreError(f"the database is busy: its lock was not free for {self._patience:g} s") from None
                time.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
            except OSError as error:
                raise StoreError(f"cannot lock {self._path}: {error.strerror}") from error
            else:
                return
