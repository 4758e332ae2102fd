"""A backup is made while deliveries arrive, the database is lost, and the backup put in its place.

Whatever was acknowledged before the backup began is in it; what came later comes back by GitHub's *Redeliver*, under
its own GUID.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from store.address import sqlite_path
from tests.torture.cluster import cluster, programs
from tests.torture.ground import Ground, ground
from tests.torture.verdict import Verdict


def backups(database: str, folder: Path, *, most: int) -> Verdict:
    """Back up under load, lose everything, restore, and send everything once more."""
    with {"sqlite": _sqlite, "postgresql": _postgresql}[database](folder) as (here, restore):
        here.begin()
        load = here.load(most)
        copy = here.folder / "copy"
        with load.running():
            load.wait_acknowledged(most // 3)
            before = set(load.acknowledged)
            made = here.whichrun("backup", str(copy), "--json")
            load.wait_all()
        load.finish()
        here.stop()
        verdict = Verdict("backups", database)
        verdict.expect(made.returncode == 0, f"whichrun backup: {made.stderr}")
        verdict.expect(isinstance(json.loads(made.stdout or "null"), dict), "whichrun backup --json printed no object")
        if verdict.broken:
            return verdict
        restore(copy)
        here.start()
        held = here.statuses()
        here.wait_processed()
        checked = here.check()
        load.send_all_again()
        here.wait_processed()
        judged = here.judge("backups", load, held=len(held), later=most - len(held))
        judged.lost += sorted({load.teller(number).guid for number in before} - held.keys())
        judged.broken += checked
        return judged


@contextmanager
def _sqlite(folder: Path) -> Iterator[tuple[Ground, Callable[[Path], None]]]:
    with ground("sqlite", folder) as here:
        path = sqlite_path(here.url)

        def restore(copy: Path) -> None:
            for suffix in ("", "-wal", "-shm"):
                path.with_name(path.name + suffix).unlink(missing_ok=True)
            shutil.copy(copy, path)

        yield here, restore


@contextmanager
def _postgresql(folder: Path) -> Iterator[tuple[Ground, Callable[[Path], None]]]:
    with cluster() as server:
        here = Ground("postgresql", folder, server.url, reach=server.socket_url)

        def restore(copy: Path) -> None:
            with here.looking() as store:
                store.change("DROP SCHEMA public CASCADE")
                store.change("CREATE SCHEMA public")
            command = [
                str(programs() / "pg_restore"),
                "--no-owner",
                "--exit-on-error",
                "-d",
                server.socket_url,
                str(copy),
            ]
            subprocess.run(command, check=True, capture_output=True)

        try:
            yield here, restore
        finally:
            here.end()
