"""A fresh database for each test, on SQLite and on PostgreSQL alike, built by the migrations.

``database_url`` names an empty one, ``migrated_url`` one with its schema, ``store`` opens that; all run each test
twice. A schema is made once in a process, and then emptied for each test (PostgreSQL) or copied (SQLite): to make it
takes longer than most tests do. Where PostgreSQL cannot be reached its half is skipped, and the summary says so; where
the environment names a server (``WHICHRUN_TEST_POSTGRES_URL``), one that cannot be reached is a failure.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from psycopg import sql

from store import Store, open_store
from store.database import Database, Values

_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND tablename <> 'schema_migration'"
_RESTART = """
SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, 1, false) FROM pg_sequences
WHERE schemaname = current_schema() AND sequencename NOT LIKE 'schema_migration%'
"""
SETTING = "WHICHRUN_TEST_POSTGRES_URL"
POSTGRES_URL = os.environ.get(SETTING, "postgresql://postgres@127.0.0.1:5432/test")
LEFT_OUT = "PostgreSQL cannot be reached"


@cache
def unreachable() -> str | None:
    """Say why PostgreSQL cannot be reached, once in a session; None when it can."""
    try:
        psycopg.connect(POSTGRES_URL, connect_timeout=3).close()
    except psycopg.OperationalError as error:
        return str(error)
    return None


@contextmanager
def postgres_url() -> Iterator[str]:
    """Make a schema of its own in the PostgreSQL database, and name it in a URL; skip where there is no server."""
    reason = unreachable()
    if reason is not None:
        if SETTING in os.environ:
            pytest.fail(f"{SETTING} is set, but {LEFT_OUT}: {reason}")
        pytest.skip(LEFT_OUT)
    schema = f"whichrun_{uuid.uuid4().hex}"
    with psycopg.connect(POSTGRES_URL, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {schema}".encode())
        try:
            separator = "&" if "?" in POSTGRES_URL else "?"
            yield f"{POSTGRES_URL}{separator}options={quote(f'-c search_path={schema}')}"
        finally:
            connection.execute(b"SET client_min_messages = warning")
            connection.execute(f"DROP SCHEMA {schema} CASCADE".encode())


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Name an empty database, of either kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'store.db'}"
    else:
        with postgres_url() as url:
            yield url


@pytest.fixture(scope="session")
def postgres_with_schema() -> Iterator[str]:
    """Name a PostgreSQL database with its schema, for all tests of this process, one after the other."""
    with postgres_url() as url:
        _migrate(url)
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def migrated_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Name a database, of either kind, with its schema and nothing in it."""
    if request.param == "sqlite":
        return fresh_sqlite(tmp_path / "store.db")
    url = request.getfixturevalue("postgres_with_schema")
    _empty(url)
    return str(url)


@pytest.fixture
def store(migrated_url: str) -> Iterator[Store]:
    """Open a store with its schema, of either kind."""
    opened = open_store(migrated_url)
    yield opened
    opened.close()


def fresh_sqlite(path: Path) -> str:
    """Make a SQLite database with its schema at a path, unless there is one; return its URL."""
    if not path.exists():
        shutil.copy(_migrated_sqlite(), path)
    return f"sqlite:///{path}"


@cache
def _migrated_sqlite() -> Path:
    """Return a SQLite file that the migrations built, made once in this process; nothing is at work on it."""
    folder = Path(tempfile.mkdtemp(prefix="whichrun-tests-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    _migrate(f"sqlite:///{folder / 'migrated.db'}")
    return folder / "migrated.db"


def _migrate(url: str) -> None:
    store = open_store(url)
    store.migrate()
    store.close()


def _empty(url: str) -> None:
    """Remove every row, and number the next ones from 1 again. Rows in other schemas are not touched."""
    with psycopg.connect(url) as connection:
        connection.execute("SET LOCAL session_replication_role = replica")  # in any order, whatever refers to what
        for (table,) in connection.execute(_TABLES).fetchall():
            connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
        connection.execute(_RESTART)


@contextmanager
def noting(store: Store) -> Iterator[list[tuple[str, Values]]]:
    """Yield a list to which the statements that a store runs inside come, each with its values."""
    ran: list[tuple[str, Values]] = []
    database = look_into(store)
    execute = database._execute  # noqa: SLF001 -- likewise

    def note(statement: str, values: Values) -> Any:  # noqa: ANN401 -- a cursor of either driver
        ran.append((statement, values))
        return execute(statement, values)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "_execute", note)
        yield ran


def look_into(store: Store) -> Database:
    """Return the database of a store, for what the store itself does not tell."""
    return store._db  # noqa: SLF001 -- the one place where tests reach into the store


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly, at the end of a session, that half of the store's tests did not run."""
    left_out = [
        report
        for report in terminalreporter.stats.get("skipped", ())
        if isinstance(report.longrepr, tuple) and LEFT_OUT in report.longrepr[2]
    ]
    if left_out:
        terminalreporter.section("PostgreSQL was left out", sep="!", red=True, bold=True)
        terminalreporter.line(
            f"{len(left_out)} tests did not run: {LEFT_OUT} at its default address. Set {SETTING} to name another.",
            red=True,
        )
