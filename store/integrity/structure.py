"""The database's own check of itself: SQLite's pages, indexes and foreign keys. PostgreSQL has none in SQL."""

from __future__ import annotations

from resolver.model.integrity import Examined
from store.database import Database

_MOST = 100


def check_structure(database: Database, examined: Examined) -> None:
    """Have SQLite check its pages, its indexes against the rows, and its foreign keys."""
    if database.is_postgres:
        # Rows and indexes are read whole here: the settings of the service are for look-ups of a few rows.
        for name, value in (
            ("statement_timeout", "0"),
            ("idle_in_transaction_session_timeout", "0"),
            ("enable_seqscan", "on"),
            ("enable_hashjoin", "on"),
            ("enable_mergejoin", "on"),
            ("enable_bitmapscan", "on"),
        ):
            database.rows("SELECT set_config(?, ?, true)", (name, value))
        return
    for (message,) in database.rows(f"PRAGMA integrity_check({_MOST})"):
        if message != "ok":
            examined.fault("database", "sqlite", "file", str(message))
    for table, rowid, parent, _ in database.rows("PRAGMA foreign_key_check"):
        examined.fault("database", str(table), rowid, f"refers to a row of {parent} that is not there")
