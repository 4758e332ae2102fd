"""A copy of the whole store beside the running service: there when it is whole and verified, or not there at all.

It is made in a file beside the target, readable by nobody else, and put in its place in one step. What belongs to the
running service alone (the lock file, the write-ahead log) is no part of it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from receiver.settings import Settings
from receiver.wiring import Services
from resolver.errors import ConflictError, SettingsError, StoreError
from store.address import is_postgres, sqlite_path, without_password
from store.backup import copy_sqlite, verify_sqlite

DUMP: Final = "pg_dump"
PUBLIC: Final = "public"
"""The schema that is there when nobody names one."""
RESTORE: Final = "pg_restore"


@dataclass(frozen=True, slots=True)
class Backup:
    """What was made: ``kind`` is ``sqlite`` or ``postgresql``, ``size`` in bytes."""

    path: Path
    kind: str
    size: int


def back_up(services: Services, target: Path, *, force: bool) -> Backup:
    """Copy the store to a file; ``force`` replaces one that is there.

    Raises ConflictError for a file that is there, SettingsError for a folder or program that is not, and StoreError
    when the copy cannot be made or is not what it should be; then there is none.
    """
    target = target.absolute()
    _refuse(services.settings, target, force=force)
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
    os.close(descriptor)  # mkstemp lets nobody else read it
    part = Path(name)
    try:
        if is_postgres(services.settings.database_url):
            kind = "postgresql"
            _dump(services, part)
        else:
            kind = "sqlite"
            copy_sqlite(sqlite_path(services.settings.database_url), part)
            verify_sqlite(part, services.store.migrations())
        size = part.stat().st_size
        _put(part, target, force=force)
    except OSError as error:
        raise StoreError(f"{target} cannot be written: {error.strerror}") from error
    finally:
        for rest in ("", "-journal", "-wal", "-shm"):
            part.with_name(f"{part.name}{rest}").unlink(missing_ok=True)
    return Backup(target, kind, size)


def _refuse(settings: Settings, target: Path, *, force: bool) -> None:
    if not target.parent.is_dir():
        raise SettingsError(f"there is no folder {target.parent}")
    if not is_postgres(settings.database_url):
        own = sqlite_path(settings.database_url)
        ours = [own.with_name(f"{own.name}{end}") for end in ("", "-wal", "-shm", "-lock", "-journal")]
        if target.resolve() in {one.resolve() for one in ours}:
            raise ConflictError(f"{target} is part of the database itself")
    if target.is_dir():
        raise ConflictError(f"{target} is a folder: name a file")
    if target.exists() and not force:
        raise ConflictError(f"{target} is there already: name another file, or give --force")


def _put(part: Path, target: Path, *, force: bool) -> None:
    """Put a file in its place in one step, and see that on disk."""
    if force:
        part.replace(target)
    else:
        try:
            os.link(part, target)  # which, unlike renaming, never replaces what somebody else put there meanwhile
        except FileExistsError:
            raise ConflictError(f"{target} is there already: name another file, or give --force") from None
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _dump(services: Services, part: Path) -> None:
    """Have pg_dump write what this service keeps, and pg_restore read its list of contents."""
    for program in (DUMP, RESTORE):
        if shutil.which(program) is None:
            raise SettingsError(
                f"{program} is missing: install PostgreSQL's client programs, of the server's version or newer "
                "(Debian: postgresql-client)"
            )
    connection, password = without_password(services.settings.database_url)
    secrets = {} if password is None else {"PGPASSWORD": password}
    schema = services.store.schema()
    # Every new database has a schema public: a dump that made it again could not be restored into one.
    chosen = f"--table={PUBLIC}.*" if schema == PUBLIC else f'--schema="{schema}"'
    _run([DUMP, "--format=custom", "--no-password", chosen, f"--file={part}", f"--dbname={connection}"], secrets)
    listed = _run([RESTORE, "--list", str(part)], {})
    if " schema_migration " not in listed:
        raise StoreError("the copy does not hold the service's tables")
    descriptor = os.open(part, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _run(command: list[str], secrets: dict[str, str]) -> str:
    environment = {**os.environ, **secrets}
    done = subprocess.run(  # noqa: S603 - the program's name is ours, its arguments are no shell's
        command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise StoreError(f"{command[0]} failed: {done.stderr.strip() or f'exit code {done.returncode}'}")
    return done.stdout
