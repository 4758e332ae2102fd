"""The SQLite file of eloylp/agents, read and never written (``resolver.model.imported`` says what is in it).

It is opened with ``mode=ro``: what still stands in its write-ahead log is read too, which ``immutable`` would leave
out (https://www.sqlite.org/uri.html). SQLite may make the ``-shm`` file beside it, as for every reader of a WAL
database. Each portion is a read transaction of its own, so the tool may go on writing.
"""

# ruff: noqa: S608 -- statements are composed of the names of dataclasses' fields; what comes from outside is bound

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import MISSING, Field, fields
from pathlib import Path
from typing import Any, TypeVar, get_type_hints
from urllib.parse import quote

from resolver.errors import ForeignError
from resolver.model.imported import Misfit, OldArtifact, OldFeedback, OldRun
from resolver.names import MAX_ID

BUSY_SECONDS = 10.0
"""How long a reader waits for whoever holds the whole file, as some do where there is no write-ahead log."""

TABLES: dict[type[Any], str] = {
    OldRun: "run_attributions",
    OldArtifact: "run_attribution_artifacts",
    OldFeedback: "self_improvement_feedback",
}
"""Which table holds what."""

_IS_TABLE = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
_COLUMNS = "SELECT lower(name) FROM pragma_table_info(?)"

T = TypeVar("T", bound=OldRun | OldArtifact | OldFeedback)


class AgentsFile:
    """An open file, with the tables that are to be imported, all checked."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Look at the tables. Raises ForeignError for one that is missing, or that lacks a column."""
        self._connection = connection
        with _told():
            self._present = {shape: self._columns(shape, name) for shape, name in TABLES.items()}

    def rows(self, shape: type[T], after: int, limit: int) -> list[T | Misfit]:
        """Return up to ``limit`` rows behind the row ``after``, in their order; what is no such row is a misfit."""
        present = self._present[shape]
        columns = [name if name in present else "NULL" for name in _names(shape)]
        select = f"SELECT rowid, {', '.join(columns)} FROM {TABLES[shape]} WHERE rowid > ? ORDER BY rowid LIMIT ?"
        with _told():
            return [_read(shape, row) for row in self._connection.execute(select, (after, limit))]

    def row(self, shape: type[T], number: int) -> T | Misfit | None:
        """Return one row."""
        found = self.rows(shape, number - 1, 1)
        return found[0] if found and found[0].row == number else None

    def count(self, shape: type[T]) -> int:
        """Return how many rows a table has."""
        with _told():
            (found,) = self._connection.execute(f"SELECT COUNT(*) FROM {TABLES[shape]}").fetchone()
        return int(found)

    def _columns(self, shape: type[Any], table: str) -> frozenset[str]:
        if self._connection.execute(_IS_TABLE, (table,)).fetchone() is None:
            raise ForeignError(f"the file has no table {table}: it is no database of agents, or of a version before it")
        present = frozenset(name for (name,) in self._connection.execute(_COLUMNS, (table,)))
        missing = [one.name for one in _fields(shape) if one.default is MISSING and one.name not in present]
        if missing:
            raise ForeignError(f"the table {table} has no column {', '.join(missing)}")
        return present


@contextmanager
def open_agents_file(path: Path) -> Iterator[AgentsFile]:
    """Open a file for reading alone. Raises ForeignError, which says what is wrong with it."""
    if not path.is_file():
        raise ForeignError(f"there is no file {path}")
    with _told():
        # Of autocommit: no transaction stays open between two portions.
        connection = sqlite3.connect(
            f"file:{quote(str(path.absolute()))}?mode=ro", uri=True, timeout=BUSY_SECONDS, isolation_level=None
        )
    try:
        connection.text_factory = _text
        yield AgentsFile(connection)
    finally:
        connection.close()


@contextmanager
def _told() -> Iterator[None]:
    """Turn SQLite's errors into one sentence."""
    try:
        yield
    except sqlite3.Error as error:
        raise ForeignError(f"the file cannot be read as a SQLite database: {error}") from error


def _text(value: bytes) -> str | bytes:
    """Return text as text; SQLite checks no encoding, and one bad row must not end the reading."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value


def _fields(shape: type[Any]) -> list[Field[Any]]:
    return [one for one in fields(shape) if one.name != "row"]


def _names(shape: type[Any]) -> list[str]:
    return [one.name for one in _fields(shape)]


def _read(shape: type[T], row: tuple[Any, ...]) -> T | Misfit:
    """Read one row: texts are stripped, NULL is the column's default. SQLite's columns hold values of any type."""
    number, *values = row
    kinds = get_type_hints(shape)
    read: dict[str, Any] = {}
    for one, value in zip(_fields(shape), values, strict=True):
        if value is None:
            if one.default is MISSING:
                return Misfit(number, f"{one.name} is NULL")
            continue
        if not isinstance(value, kinds[one.name]):
            return Misfit(number, f"{one.name} is no {'number' if kinds[one.name] is int else 'text'}")
        if isinstance(value, int) and not 0 <= value <= MAX_ID:
            return Misfit(number, f"{one.name} is not between 0 and {MAX_ID}")
        if isinstance(value, str) and "\0" in value:
            return Misfit(number, f"{one.name} holds a NUL character")
        read[one.name] = value.strip() if isinstance(value, str) and one.name != "raw_body" else value
    return shape(row=number, **read)
