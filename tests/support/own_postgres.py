"""A PostgreSQL server of one's own: in an empty folder, on a free port, gone in the end.

For what would disturb others on the shared one: load, another address, the server's own death. Its commits wait for
the disk, as a service's would. root may not run PostgreSQL: then it runs as the system's user ``postgres``.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.support.service import free_port

LEFT_OUT = "PostgreSQL's programs (initdb, pg_ctl) are not here"
_USER = "postgres"
_SETTINGS = ("unix_socket_directories=", "max_connections=200", "shared_buffers=256MB", "max_wal_size=2GB")


@cache
def programs() -> Path | None:
    """Return the folder of ``initdb`` and ``pg_ctl``, the newest there is; None where there is none."""
    beside = shutil.which("initdb")
    if beside is not None:
        return Path(beside).parent
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    return found[-1].parent if found else None


@contextlib.contextmanager
def own_postgres(host: str = "127.0.0.1", *, trusted: str = "127.0.0.1/32") -> Iterator[str]:
    """Run a server that listens at an address and lets a network in; yield the URL of its database.

    Raises RuntimeError where PostgreSQL is not installed.
    """
    folder = programs()
    if folder is None:
        raise RuntimeError(LEFT_OUT)
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="whichrun-postgres-") as home:
        data = Path(home) / "data"
        if os.geteuid() == 0:
            shutil.chown(home, _USER)
        _run(folder / "initdb", "-D", str(data), "-U", _USER, "--auth=trust", "--no-sync")
        with (data / "pg_hba.conf").open("a") as rules:
            rules.write(f"host all all {trusted} trust\n")
        options = " ".join(f"-c {one}" for one in (f"listen_addresses={host}", f"port={port}", *_SETTINGS))
        _run(folder / "pg_ctl", "-D", str(data), "-l", str(Path(home) / "log"), "-w", "-o", options, "start")
        try:
            yield f"postgresql://{_USER}@{host}:{port}/postgres"
        finally:
            _run(folder / "pg_ctl", "-D", str(data), "-m", "immediate", "-w", "stop")


def _run(program: Path, *words: str) -> None:
    as_user = ("runuser", "-u", _USER, "--") if os.geteuid() == 0 else ()
    done = subprocess.run([*as_user, program, *words], cwd="/", capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{program.name} failed: {done.stdout}{done.stderr}")
