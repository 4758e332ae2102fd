"""The folder where the processes of one service count together, each in files that it maps into its memory.

Prometheus' library adds the files up when it is asked (its multiprocess mode); it finds the folder in the environment,
and so do the processes that a process starts. A fresh one lies in memory where the machine has a file system for
that: on a slow disk, a page that is being written back would make whoever counts wait.

Whoever uses a folder holds a shared lock on it. One that nobody holds was left by a service that was killed, and is
removed by the next that starts. Standard library only: the keeper and gunicorn's master import this.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import os
from pathlib import Path

from resolver.errors import SettingsError

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
"""The library's own name for it."""

PREFIX = "whichrun-metrics-"
IN_MEMORY = Path("/dev/shm")  # noqa: S108 - folders are made there under random names, readable by their owner alone
ON_DISK = Path("/tmp")  # noqa: S108 - likewise


def share() -> Path:
    """Return the folder that the environment names; where it names none, make one and name it there.

    One that was made is removed when this process ends. Raises SettingsError when none can be made.
    """
    given = os.environ.get(VARIABLE)
    try:
        if given:
            Path(given).mkdir(mode=0o700, parents=True, exist_ok=True)
            return Path(given)
        made, held = _fresh()
    except OSError as error:
        message = f"there is no place to count in: {error.strerror}; name a writable folder in {VARIABLE}"
        raise SettingsError(message) from error
    os.environ[VARIABLE] = str(made)
    atexit.register(_let_go, made, held, os.getpid())
    return made


def hold(folder: Path) -> int:
    """Keep a folder from being removed for as long as the file descriptor that is returned is open.

    Raises OSError when it is gone.
    """
    held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(held, fcntl.LOCK_SH | fcntl.LOCK_NB)
        folder.stat()
    except OSError:
        os.close(held)
        raise
    return held


def sweep(base: Path) -> None:
    """Remove what killed services left behind."""
    for entry in base.glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            if entry.lstat().st_uid == os.geteuid():
                _remove(entry)


def _fresh() -> tuple[Path, int]:
    """Make a folder and hold it, in memory, else on disk."""
    for base in (IN_MEMORY, Path(os.environ.get("TMPDIR") or ON_DISK)):
        with contextlib.suppress(OSError):
            sweep(base)
            return _made(base)
    return _made(Path.cwd())


def _made(base: Path) -> tuple[Path, int]:
    folder = base / f"{PREFIX}{os.urandom(8).hex()}"
    folder.mkdir(mode=0o700)
    try:
        return folder, hold(folder)
    except (BlockingIOError, FileNotFoundError):  # another service, which removes what was left behind, was faster
        return _made(base)


def _let_go(folder: Path, held: int, owner: int) -> None:
    """Remove a folder at the end of the process that made it; its forks inherit this, and leave it alone."""
    if os.getpid() == owner:
        os.close(held)
        with contextlib.suppress(OSError):
            _remove(folder)


def _remove(folder: Path) -> None:
    """Remove a folder without folders in it. Raises OSError when somebody holds it, or it is gone."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for name in os.listdir(handle):  # noqa: PTH208 - by the handle, whatever has become of the name
            os.unlink(name, dir_fd=handle)
        folder.rmdir()
    finally:
        os.close(handle)
