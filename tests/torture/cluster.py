"""A PostgreSQL server of its own, to be killed, filled up and cut off. The one that other tests share is left alone."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from tests.support.service import free_port, until

NO_PROGRAMS = "the programs of a PostgreSQL server are not here"
USER = "postgres"
STARTING = 60.0
"""Seconds that a server may take to come up on a busy machine, with what it has to recover."""


@dataclass
class Cluster:
    """One server: ``url`` is where it listens, ``socket_url`` reaches it whatever becomes of the network."""

    programs: Path
    folder: Path
    host: str
    port: int
    prefix: Sequence[str] = ()
    """What its commands are run by: another user, or another network."""

    @property
    def url(self) -> str:
        """Its database, over TCP."""
        return f"postgresql://{USER}@{self.host}:{self.port}/postgres"

    @property
    def socket_url(self) -> str:
        """The same through its socket in the file system."""
        return f"postgresql://{USER}@/postgres?host={self.folder}&port={self.port}"

    @property
    def data(self) -> Path:
        """Where its tables are."""
        return self.folder / "data"

    def make(self) -> None:
        """Make it, without starting it; its log of writes lies beside the tables, on the disk of ``folder``."""
        self._run("initdb", "-D", self.data, "-U", USER, "--auth=trust", "--no-sync", "-X", self.folder / "wal")
        with (self.data / "pg_hba.conf").open("a") as allowed:  # initdb lets loopback in alone
            allowed.write("host all all samenet trust\n")

    def start(self) -> None:
        """Start it; what a killed one left behind may need a moment to go."""
        until(self._starts, patience=STARTING)

    def stop(self, mode: str = "immediate") -> None:
        """Stop it, by default without a word to whoever is connected."""
        with contextlib.suppress(subprocess.CalledProcessError):  # it does not run
            self._run("pg_ctl", "-D", self.data, "-m", mode, "-w", "stop")

    def kill(self) -> None:
        """Kill its first process (``kill -9``); the others notice, and end."""
        os.kill(self.pid, signal.SIGKILL)

    @property
    def pid(self) -> int:
        """Its first process, as it says itself."""
        return int((self.data / "postmaster.pid").read_text().split()[0])

    def _starts(self) -> bool:
        settings = {
            "listen_addresses": self.host, "port": self.port, "unix_socket_directories": self.folder, "fsync": "off",
            "max_connections": 40, "shared_buffers": "16MB", "autovacuum": "off",
        }  # fmt: skip
        given = " ".join(f"-c {name}={value}" for name, value in settings.items())
        with contextlib.suppress(subprocess.CalledProcessError, psycopg.OperationalError):
            self._run("pg_ctl", "-D", self.data, "-l", self.folder / "log", "-w", "-o", given, "start")
            psycopg.connect(self.socket_url, connect_timeout=3).close()
            return True
        return False

    def _run(self, program: str, *arguments: object) -> None:
        command = [*self.prefix, str(self.programs / program), *map(str, arguments)]
        # Not to the pipe of a test: the server would keep it open.
        with (self.folder / "commands").open("ab") as said:
            subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=said, stderr=said, cwd="/")


def programs() -> Path:
    """Return the folder of the newest server's programs; skips where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if found:
        return found[-1]
    on_path = shutil.which("initdb")
    if on_path is None:
        pytest.skip(NO_PROGRAMS)
    return Path(on_path).parent


@contextmanager
def cluster(
    *,
    host: str = "127.0.0.1",
    prefix: Sequence[str] = (),
    disk: Callable[[Path], AbstractContextManager[None]] = lambda _: nullcontext(),
) -> Iterator[Cluster]:
    """Make and start a server; stop it and remove everything in the end. ``disk`` mounts one for its tables."""
    server = programs()
    folder = Path(tempfile.mkdtemp(prefix="whichrun-cluster-"))
    as_user: tuple[str, ...] = ()
    if os.geteuid() == 0:  # the server refuses to be run by root
        shutil.chown(folder, USER)
        as_user = ("runuser", "-u", USER, "--")
    made = Cluster(server, folder, host, free_port(), (*prefix, *as_user))
    made.data.mkdir(mode=0o700)
    try:
        with disk(made.data):
            if as_user:
                shutil.chown(made.data, USER)
            try:
                made.make()
                made.start()
                yield made
            finally:
                made.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
