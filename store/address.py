"""The database URL: which database it names, and how that is opened.

``sqlite:///whichrun.db`` is a file in the working folder, ``sqlite:////var/lib/whichrun.db`` one by its full path;
``postgresql://user@host/name`` is as in libpq's documentation (32.1.1.2), all its parameters included.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import peewee

from resolver.errors import SettingsError

_HOW = (
    "the database URL must be sqlite:///FILE (sqlite:////FILE for a full path) or postgresql://USER:PASSWORD@HOST/NAME"
)
_SQLITE_PRAGMAS = (
    ("journal_mode", "wal"),
    ("synchronous", "full"),  # a commit is on disk when it returns, also after a power cut
    ("foreign_keys", 1),
    ("secure_delete", 1),  # what is deleted is overwritten: a person may ask for it (many builds do so anyway)
)
_STATEMENTS_KEPT = 1024
"""How many statements a connection keeps ready: more than the store has."""
BUSY_SECONDS = 5
"""How long SQLite waits for programs that do not take the file lock; a second line only."""

_POSTGRES_DEFAULTS: dict[str, int | str] = {
    # psycopg on a cut network hangs for minutes otherwise. A request is answered within 15 seconds: it takes 10 to give
    # a connection up, and 5 to find that no other can be made.
    "connect_timeout": 5,
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
    "application_name": "whichrun",
}
_POSTGRES_OPTIONS = (
    "-c synchronous_commit=on -c statement_timeout=30s -c lock_timeout=10s "
    "-c idle_in_transaction_session_timeout=60s -c timezone=UTC "
    # Every look-up follows indexes, row by row. A plan made while a table was small would read it whole, gather and
    # sort instead, and be kept when the table has become large. To compile such plans, or to run them in several
    # processes, would take longer than they do.
    "-c enable_bitmapscan=off -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off "
    "-c jit=off -c max_parallel_workers_per_gather=0"
)


def is_postgres(url: str) -> bool:
    """Say whether a URL names a PostgreSQL database."""
    return url.startswith(("postgresql://", "postgres://"))


def sqlite_path(url: str) -> Path:
    """Return the file that a ``sqlite:`` URL names. Raises SettingsError when it names none."""
    try:
        parts = urlsplit(url)
    except ValueError:  # which quotes what it choked on
        raise SettingsError(_HOW) from None
    path = unquote(parts.path.removeprefix("/"))
    if parts.scheme != "sqlite" or parts.netloc or parts.query or parts.fragment or path in {"", ":memory:"}:
        raise SettingsError(_HOW)
    return Path(path).absolute()


def sqlite_database(path: Path) -> peewee.Database:
    """Return the way into a SQLite file, not yet opened."""
    return peewee.SqliteDatabase(
        str(path), pragmas=_SQLITE_PRAGMAS, timeout=BUSY_SECONDS, cached_statements=_STATEMENTS_KEPT
    )


def postgres_database(url: str) -> peewee.Database:
    """Return the way into a PostgreSQL database, not yet opened; the URL's own parameters come first.

    Raises SettingsError, which never quotes the URL: it may hold a password.
    """
    if importlib.util.find_spec("psycopg") is None:
        raise SettingsError("PostgreSQL needs its driver: install whichrun[postgres]")
    import psycopg.conninfo  # noqa: PLC0415 -- an extra that SQLite users do without

    url = url.replace("postgres://", "postgresql://", 1)
    try:
        given = psycopg.conninfo.conninfo_to_dict(url)
    except psycopg.Error:
        raise SettingsError("the database URL is not one that libpq can read") from None
    parameters: dict[str, Any] = {name: value for name, value in _POSTGRES_DEFAULTS.items() if name not in given}
    parameters["options"] = f"{_POSTGRES_OPTIONS} {given.get('options') or ''}".strip()
    return peewee.PostgresqlDatabase(url, prefer_psycopg3=True, **parameters)


def without_password(url: str) -> tuple[str, str | None]:
    """Return where a PostgreSQL database is, as libpq's programs take it, and its password apart from that.

    A command line is there for everybody to read. Raises SettingsError as ``postgres_database``.
    """
    import psycopg.conninfo  # noqa: PLC0415 -- as above

    try:
        given = psycopg.conninfo.conninfo_to_dict(url)
    except psycopg.Error:
        raise SettingsError("the database URL is not one that libpq can read") from None
    password = given.pop("password", None)
    given.setdefault("connect_timeout", _POSTGRES_DEFAULTS["connect_timeout"])
    return psycopg.conninfo.make_conninfo("", **given), None if password is None else str(password)
