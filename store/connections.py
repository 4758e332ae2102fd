"""Connections: one for each process and thread, opened on first use and kept for life.

One connection for each request would halve the rate of requests. What a fork brought along is the parent's and is
left alone, so a store may be made, and even used, before gunicorn forks its workers.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Callable
from typing import Any, TypeAlias

import peewee

from resolver.errors import StoreError
from store.address import is_postgres, postgres_database, sqlite_database, sqlite_path
from store.filelock import FileLock

Errors: TypeAlias = tuple[type[Exception], ...]

try:
    import psycopg
except ImportError:  # an extra that SQLite users do without
    _DRIVER_ERRORS: Errors = (sqlite3.Error,)
else:
    _DRIVER_ERRORS = (sqlite3.Error, psycopg.Error)

# Rows are fetched outside peewee's own wrapper, so the drivers' errors come bare as well. A value that no column
# can hold (an unpaired surrogate, more than 64 bits) fails while it is bound.
ERRORS: Errors = (peewee.PeeweeException, *_DRIVER_ERRORS, UnicodeError, OverflowError)
"""Whatever can be raised while the database is spoken to."""

PATIENCE_SECONDS = 10.0
"""How long a write waits for SQLite's one writer; PostgreSQL's ``lock_timeout`` is the same."""

_inherited: list[peewee.Database] = []
"""Kept for ever, so that nothing closes the parent's connections from the child."""


def store_error(error: Exception) -> StoreError:
    """Return the error of the database as the domain's: the one place that does."""
    # The drivers' messages name tables, columns and hosts, never a password.
    return StoreError(f"the database cannot do this now: {str(error).strip() or type(error).__name__}")


class Connections:
    """The connections to one database."""

    def __init__(self, url: str) -> None:
        """Make the way to a database without opening it. Raises SettingsError for a URL that it cannot read."""
        self.is_postgres = is_postgres(url)
        self.path = None if self.is_postgres else sqlite_path(url)
        self._make: Callable[[], peewee.Database] = lambda: (
            postgres_database(url) if self.path is None else sqlite_database(self.path)
        )
        self._start()

    def _start(self) -> None:
        self._process = os.getpid()
        self._handle = self._make()
        self._lock = None
        if self.path is not None:
            self._lock = FileLock(self.path.with_name(f"{self.path.name}-lock"), patience=PATIENCE_SECONDS)

    @property
    def handle(self) -> peewee.Database:
        """This process's connections, as peewee has them: one for each thread."""
        if self._process != os.getpid():
            _inherited.append(self._handle)
            self._start()
        return self._handle

    def driver(self) -> Any:  # noqa: ANN401 -- a connection of either driver
        """This thread's connection itself, opened when it is not: peewee's own way to a cursor costs as much as SQL."""
        return self.handle.connection()  # type: ignore[no-untyped-call]

    def one_writer(self) -> contextlib.AbstractContextManager[None]:
        """Hold SQLite's file lock; nothing on PostgreSQL. Raises StoreError when it does not come free in time."""
        return contextlib.nullcontext() if self._lock is None else self._lock.held()

    def open(self) -> None:
        """Open this thread's connection, unless it is open. Raises StoreError."""
        if self.handle.is_closed():
            # On SQLite the first one to come turns the write-ahead log on: nobody else may look meanwhile.
            with self.one_writer():
                self._connect()

    def reopen(self) -> None:
        """Open this thread's connection anew, whatever state it is in. Raises StoreError."""
        self.discard()
        self.open()

    def discard(self) -> None:
        """Drop this thread's connection; the next use opens another."""
        with contextlib.suppress(*ERRORS):
            self.handle.close()
        self.handle.dispose()

    def close(self) -> None:
        """Close what this thread has open; the next use opens it again."""
        self.discard()
        if self._lock is not None:
            self._lock.close()

    def _connect(self) -> None:
        self._begin_private()
        try:
            self.handle.connect()
        except ERRORS as error:
            self.discard()
            raise store_error(error) from error

    def _begin_private(self) -> None:
        """Make SQLite's file for its owner alone, if it is not there: texts of private repositories stand in it.

        SQLite gives its other files the same mode. A file that is there is never opened here: closing it again would
        let go of the locks that SQLite holds on it (https://sqlite.org/howtocorrupt.html, section 2.2).
        """
        if self.path is not None:
            with contextlib.suppress(OSError):  # what is wrong with the place, SQLite says
                os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
