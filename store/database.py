"""Statements and transactions, in the two dialects.

Every statement of the store is a constant with ``?`` for its values and goes through ``Database``, where an error
of the database becomes StoreError. peewee's query builders cost twenty times the query and are not used.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import peewee

from resolver.errors import LateLockError, StoreError
from store.connections import ERRORS, Connections, store_error

Row = tuple[Any, ...]
"""What a driver returns; ``store.rows`` gives it types."""
Values = Sequence[int | str | bytes | None]

_AT_ONCE = 500
"""Rows or values in one statement: well below what both databases take."""
_TIME_ON_POSTGRES = "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)"
_TIME_ON_SQLITE = "SELECT CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)"


class _State(threading.local):
    """What a thread is at."""

    busy = False
    driver: Any = None
    """The connection of its transaction: asking for it anew for each statement costs half as much as a short one."""
    held: frozenset[int] = frozenset()
    """The locks of its transaction."""


class Database:
    """A database, spoken to from any process and thread."""

    def __init__(self, url: str) -> None:
        """Make the way to a database without opening it. Raises SettingsError for a URL that it cannot read."""
        self._connections = Connections(url)
        self.is_postgres = self._connections.is_postgres
        self._state = _State()
        self._translated: dict[str, str] = {}
        self._schema: str | None = None

    def check(self) -> None:
        """Raise StoreError, saying what to do, unless the database can be reached and written."""
        path = self._connections.path
        if path is not None and not path.parent.is_dir():
            raise StoreError(f"there is no folder {path.parent}: create it, or change the database URL")
        try:
            with self.writing():
                pass
            journal = ("wal",) if path is None else self.row("PRAGMA journal_mode")
        except StoreError as error:
            name = "PostgreSQL" if path is None else str(path)
            raise StoreError(f"cannot use the database ({name}); check its URL and its permissions: {error}") from error
        if journal != ("wal",):
            raise StoreError(f"{path} cannot have a write-ahead log: it must lie on a local disk")

    @property
    def handle(self) -> peewee.Database:
        """The database as peewee has it, for what peewee itself does with one."""
        return self._connections.handle

    def close(self) -> None:
        """Close this thread's connection; the next use opens another."""
        self._connections.close()

    def time(self) -> int:
        """Return the present moment by the database's own clock, in microseconds. Raises StoreError."""
        return int(self.rows(_TIME_ON_POSTGRES if self.is_postgres else _TIME_ON_SQLITE)[0][0])

    # Statements

    def rows(self, sql: str, values: Values = ()) -> list[Row]:
        """Run a statement and return all its rows. Raises StoreError."""
        try:
            return self._execute(sql, values).fetchall()  # type: ignore[no-any-return]
        except ERRORS as error:
            raise store_error(error) from error

    def row(self, sql: str, values: Values = ()) -> Row | None:
        """Run a statement and return its first row, or None. Raises StoreError."""
        found = self.rows(sql, values)
        return found[0] if found else None

    def change(self, sql: str, values: Values = ()) -> int:
        """Run a statement that returns no rows; return how many it changed. Raises StoreError."""
        try:
            return self._execute(sql, values).rowcount  # type: ignore[no-any-return]
        except ERRORS as error:
            raise store_error(error) from error

    def insert(self, head: str, rows: Iterable[Values], tail: str) -> int:
        """Insert many rows, ``head`` (up to VALUES) and ``tail`` (from ON CONFLICT) around them; count the new."""
        wanted = list(rows)
        added = 0
        for start in range(0, len(wanted), _AT_ONCE):
            part = wanted[start : start + _AT_ONCE]
            tuples = ", ".join([f"({marks(len(part[0]))})"] * len(part))
            added += self.change(f"{head} {tuples} {tail}", [value for row in part for value in row])
        return added

    def rows_among(self, sql: str, keys: Iterable[Values], values: Values = ()) -> list[Row]:
        """Run a statement FROM ``wanted`` for each part of a long list of keys (``column1``, ``column2``, …).

        ``values`` are bound after the keys, each of which is to be given once. As a table that is joined, keys lead
        to rows by an index in all their columns; of a list of values either database may think better.
        """
        wanted = list(keys)
        found: list[Row] = []
        for start in range(0, len(wanted), _AT_ONCE):
            part = wanted[start : start + _AT_ONCE]
            rows = ", ".join([f"({marks(len(part[0]))})"] * len(part))
            bound = [*(value for key in part for value in key), *values]
            found += self.rows(f"WITH wanted AS (VALUES {rows}) {sql}", bound)
        return found

    def locking(self, sql: str) -> str:
        """Return a SELECT that keeps other writers off its rows until the end of the transaction."""
        return f"{sql} FOR NO KEY UPDATE" if self.is_postgres else sql

    def skipping(self, sql: str) -> str:
        """Return a SELECT that does so with rows that nobody holds, and passes over the others."""
        return f"{sql} FOR UPDATE SKIP LOCKED" if self.is_postgres else sql

    def _execute(self, sql: str, values: Values) -> Any:  # noqa: ANN401 -- a cursor of either driver
        if self.is_postgres:
            translated = self._translated.get(sql)
            if translated is None:
                translated = self._translated[sql] = sql.replace("?", "%s")
            sql = translated
        return (self._state.driver or self._connections.driver()).execute(sql, values)

    # Transactions

    @contextmanager
    def writing(self, *locks: str) -> Iterator[None]:
        """Run a write transaction; ``locks`` name what nobody else may change meanwhile (PostgreSQL).

        SQLite has one writer at a time, in all processes, and so needs no names. Raises StoreError.
        """
        self._open()
        with self._connections.one_writer(), self._transaction("BEGIN" if self.is_postgres else "BEGIN IMMEDIATE"):
            self.lock(locks)
            yield

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Run a read transaction: all that is read in it is of one moment. Raises StoreError."""
        self._open()
        with self._transaction("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY" if self.is_postgres else "BEGIN"):
            yield

    @contextmanager
    def looking(self) -> Iterator[None]:
        """Read in the transaction that is open in this thread, else in a read transaction. Raises StoreError."""
        if self._state.busy:
            yield
            return
        with self.reading():
            yield

    @contextmanager
    def alone(self) -> Iterator[peewee.Database]:
        """Keep every other writer (SQLite) or migrator (PostgreSQL) out; the caller runs transactions of its own.

        Raises StoreError, also for what goes wrong inside.
        """
        self._open()
        try:
            with self._connections.one_writer():
                if self.is_postgres:
                    self.rows("SELECT set_config('lock_timeout', '0', false)")
                    self.rows("SELECT set_config('statement_timeout', '0', false)")
                    self.rows("SELECT pg_advisory_lock(?)", (self._lock_id("migrations"),))
                yield self.handle
        except ERRORS as error:
            raise store_error(error) from error
        finally:
            if self.is_postgres:
                self._connections.discard()  # which ends the lock and the settings with it

    def lock(self, names: Iterable[str]) -> bool:
        """Take locks until the end of the transaction, always in one order, so that nobody waits in a circle.

        Returns whether any had to be taken: others may have changed something until then.
        """
        if not self.is_postgres:
            return False
        ids = sorted({self._lock_id(name) for name in names} - self._state.held)
        for start in range(0, len(ids), _AT_ONCE):
            part = ids[start : start + _AT_ONCE]
            self.rows(" ".join(("SELECT", ", ".join(["pg_advisory_xact_lock(?)"] * len(part)))), part)
        self._state.held |= frozenset(ids)
        return bool(ids)

    def lock_late(self, names: Iterable[str]) -> bool:
        """Take locks while others are held, without waiting for any. Raises LateLockError. Returns as ``lock`` does."""
        if not self.is_postgres:
            return False
        wanted = tuple(names)
        ids = sorted({self._lock_id(name) for name in wanted} - self._state.held)
        for start in range(0, len(ids), _AT_ONCE):
            part = ids[start : start + _AT_ONCE]
            taken = self.rows(" ".join(("SELECT", ", ".join(["pg_try_advisory_xact_lock(?)"] * len(part)))), part)
            if not all(taken[0]):
                raise LateLockError(wanted)
        self._state.held |= frozenset(ids)
        return bool(ids)

    def _lock_id(self, name: str) -> int:
        """Return the number of an advisory lock. PostgreSQL keeps them for a database: each schema has its own here."""
        if self._schema is None:
            self._schema = str(self.rows("SELECT current_schema()")[0][0])
        return int.from_bytes(hashlib.blake2b(f"{self._schema} {name}".encode(), digest_size=8).digest(), signed=True)

    def _open(self) -> None:
        if self._state.busy:
            raise StoreError("this thread has a transaction open already")
        self._connections.open()

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[None]:
        self._begin(begin)
        self._state.busy, self._state.held = True, frozenset()
        self._state.driver = self._connections.driver()
        try:
            yield
            self.change("COMMIT")
        except BaseException:
            self._roll_back()
            raise
        finally:
            self._state.busy, self._state.driver = False, None

    def _begin(self, begin: str) -> None:
        try:
            self.change(begin)
        except StoreError:
            if not self.is_postgres:
                raise
            # The connection was lost while idle: nothing was done on it yet, so another may take its place.
            self._connections.reopen()
            self.change(begin)

    def _roll_back(self) -> None:
        try:
            self.change("ROLLBACK")
        except StoreError:  # the connection is no good any more: the database rolls back when it ends
            self._connections.discard()


def marks(count: int) -> str:
    """Return the marks for some values, separated by commas."""
    return ", ".join("?" * count)
