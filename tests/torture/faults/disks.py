"""The disk is full, and then has room again. As root it is a small disk; without, files may not grow any more."""

from __future__ import annotations

import contextlib
import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from tests.support.processes import descendants
from tests.torture.cluster import Cluster, cluster
from tests.torture.ground import Ground, ground
from tests.torture.verdict import Verdict

SQLITE_DISK = "6m"
POSTGRES_DISK = "96m"
PORTION = 64 * 1024
FILLER = "filler"


class Disk(Protocol):
    """What can be full."""

    def fill(self) -> None:
        """Leave no room."""

    def free(self) -> None:
        """Make room again."""


class Folder:
    """The file system of a folder."""

    def __init__(self, path: Path) -> None:
        self._file = path / FILLER

    def fill(self) -> None:
        """Write until nothing more fits."""
        with contextlib.suppress(OSError), self._file.open("ab", buffering=0) as file:
            for size in (PORTION, 512, 1):
                with contextlib.suppress(OSError):
                    while True:
                        file.write(bytes(size))

    def free(self) -> None:
        """Remove what was written."""
        self._file.unlink(missing_ok=True)


class Limit:
    """No file of a service's processes may grow beyond what the write-ahead log holds."""

    def __init__(self, here: Ground) -> None:
        self._here = here

    def fill(self) -> None:
        """Let none grow."""
        wal = self._here.folder / "store.db-wal"
        self._limit(wal.stat().st_size if wal.exists() else 0)

    def free(self) -> None:
        """Let them grow again."""
        self._limit(resource.RLIM_INFINITY)

    def _limit(self, size: int) -> None:
        service = self._here.running.process.pid
        for pid in (service, *descendants(service)):
            with contextlib.suppress(ProcessLookupError):
                hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)[1]
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, hard))


def may_mount() -> bool:
    """Whether this process may mount a disk."""
    return (
        os.geteuid() == 0
        and subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False).returncode == 0
    )


@contextmanager
def mounted(folder: Path, size: str) -> Iterator[None]:
    """Mount a small disk in memory at a folder."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=0700", "whichrun-torture", folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


@contextmanager
def sqlite(folder: Path) -> Iterator[tuple[Ground, Disk]]:
    """Make a service over SQLite on a disk of its own."""
    with ground("sqlite", folder) as here:
        if not may_mount():
            yield here, Limit(here)
            return
        disk = here.folder / "disk"
        disk.mkdir()
        with mounted(disk, SQLITE_DISK):
            here.settings["WHICHRUN_DATABASE_URL"] = here.url = f"sqlite:///{disk / 'store.db'}"
            yield here, Folder(disk)
            here.end()


@contextmanager
def postgresql(folder: Path) -> Iterator[tuple[Ground, Disk]]:
    """Make a service over a PostgreSQL whose tables are on a disk of their own, beside its write-ahead log."""
    with cluster(disk=lambda data: mounted(data, POSTGRES_DISK)) as server:
        here = Ground("postgresql", folder, server.url, reach=server.socket_url)
        try:
            yield here, Tables(server)
        finally:
            here.end()


class Tables(Folder):
    """The disk of a server's tables."""

    def __init__(self, server: Cluster) -> None:
        super().__init__(server.data)


def disks(database: str, folder: Path, *, count: int, most: int) -> Verdict:
    """Fill the disk ``count`` times while ``most`` deliveries are sent: 503 while it is full, then all goes on."""
    with {"sqlite": sqlite, "postgresql": postgresql}[database](folder) as (here, disk):
        here.begin()
        load = here.load(most)
        share = load.shared(count)
        with load.running():
            for _ in range(count):
                load.wait_but(share)
                disk.fill()
                load.allow(2 * share)
                load.wait_refused(6, disk.fill)  # what is given back meanwhile (a log was emptied) is taken again
                disk.free()
            load.wait_all()
        load.finish()
        here.wait_processed(max(120.0, most / 20))
        verdict = here.judge("disks", load, fillings=count, refused=load.answers[503], slowest=load.slowest)
        verdict.expect(load.answers[0] == 0, "a request was not answered at all")
        return verdict
