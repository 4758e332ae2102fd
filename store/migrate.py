"""Migrations: which were run, which wait, and running them, by any number of processes at once.

Each is a transaction together with its record in ``schema_migration``; one that was interrupted left nothing.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import peewee
from playhouse.migrations import Runner  # type: ignore[import-untyped]

import migrations
from store.database import Database

FOLDER = Path(migrations.__file__).parent


def migrate(database: Database, folder: Path = FOLDER) -> tuple[str, ...]:
    """Run what waits, in order; return the names of what was run here. Raises StoreError."""
    with database.alone() as alone:
        return tuple(_runner(alone, folder).up())


def pending(database: Database, folder: Path = FOLDER) -> tuple[str, ...]:
    """Return the names of what waits, in order. Raises StoreError."""
    known = sorted(path.stem for path in folder.glob("[0-9]*.py"))
    with database.reading():
        applied = _applied(database)
    return tuple(name for name in known if name not in applied)


def applied(database: Database) -> frozenset[str]:
    """Return the names of what was run. Raises StoreError."""
    with database.reading():
        return frozenset(_applied(database))


def _applied(database: Database) -> set[str]:
    if database.is_postgres:
        table = database.row("SELECT 1 FROM pg_catalog.pg_class WHERE oid = to_regclass('schema_migration')")
    else:
        table = database.row("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'schema_migration'")
    if table is None:
        return set()
    return {name for (name,) in database.rows("SELECT name FROM schema_migration")}


def _runner(database: peewee.Database, folder: Path) -> Runner:
    runner = Runner(database, str(folder))
    # playhouse writes local time; here all time is UTC.
    applied = peewee.DateTimeField(default=lambda: datetime.now(UTC).replace(tzinfo=None))
    runner.History._meta.add_field("applied", applied)  # noqa: SLF001 -- peewee documents Model._meta
    return runner
