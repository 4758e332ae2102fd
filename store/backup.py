"""A copy of a SQLite database while it is in use, and the look at it that says whether it is one.

SQLite's online backup copies pages within one read transaction: the copy is of one moment, whoever writes meanwhile is
never kept waiting, and so many writers cannot make it begin anew. (``VACUUM INTO`` takes as long and keeps the disk
busier.) The write-ahead log grows by what is written meanwhile.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path
from typing import Final

from resolver.errors import StoreError
from store.connections import store_error

PAGES: Final = 1000
"""Pages that are copied at once, 4 KiB each."""
PAUSE: Final = 0.001
"""Seconds between them."""


def copy_sqlite(source: Path, target: Path) -> None:
    """Copy a database into an empty file, and see the copy on disk. Raises StoreError."""
    try:
        with (
            contextlib.closing(sqlite3.connect(source, isolation_level=None)) as reading,
            contextlib.closing(sqlite3.connect(target, isolation_level=None)) as writing,
        ):
            reading.execute("BEGIN")
            reading.execute("SELECT 1 FROM sqlite_master").fetchall()  # from here on it is one moment
            reading.backup(writing, pages=PAGES, sleep=PAUSE)
        _sync(target)
    except (sqlite3.Error, OSError) as error:
        raise store_error(error) from error


def verify_sqlite(copy: Path, migrations: frozenset[str]) -> None:
    """Raise StoreError unless a file is an undamaged database with just these migrations."""
    try:
        with contextlib.closing(sqlite3.connect(copy)) as opened:
            damage = [row[0] for row in opened.execute("PRAGMA integrity_check(1)") if row[0] != "ok"]
            found = frozenset(row[0] for row in opened.execute("SELECT name FROM schema_migration"))
    except sqlite3.Error as error:
        raise StoreError(f"the copy cannot be read: {error}") from error
    if damage:
        raise StoreError(f"the copy is damaged: {damage[0]}")
    if found != migrations:
        raise StoreError("the copy has another schema than the database")


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
