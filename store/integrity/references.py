"""References: whatever a row names is there, by a foreign key or without one."""

from __future__ import annotations

from peewee import ForeignKeyField

from resolver.model.integrity import Examined
from store.database import Database
from store.tables import TABLES

_NAMES_NOTHING = """
SELECT {key}, c.{column} FROM {table} c LEFT JOIN {parent} p ON p.id = c.{column}
WHERE c.{column} IS NOT NULL AND p.id IS NULL LIMIT 1000
"""
_SOFT = (
    ("object", "id", "repository_id", "repository"),
    ("push", "id", "repository_id", "repository"),
    ("feedback", "id", "repository_id", "repository"),
    ("feedback", "id", "resolution_id", "resolution"),
    ("change", "id", "resolution_id", "resolution"),
    ("report", "id", "feedback_id", "feedback"),
    ("report", "id", "resolution_id", "resolution"),
    ("posting", "id", "feedback_id", "feedback"),
)
"""Table, its key, the column, and the table that it names a row of, where no foreign key of the models says so."""

_NOBODY = (
    (
        "report",
        "no run of its workspace is registered that implements it",
        """
        SELECT p.id, p.implementation FROM report p LEFT JOIN run n ON n.workspace = p.workspace
        AND n.span_id = p.implementation WHERE p.implementation IS NOT NULL AND n.id IS NULL LIMIT 1000
        """,
    ),
    (
        "report_entry",
        "the run that wrote it is not registered in its report's workspace",
        """
        SELECT e.id, e.producer_name FROM report_entry e JOIN report p ON p.id = e.report_id
        LEFT JOIN run n ON n.workspace = p.workspace AND n.span_id = e.producer_name
        WHERE e.producer_kind = 'run' AND n.id IS NULL LIMIT 1000
        """,
    ),
    (
        "report_entry",
        "the run that it associates is not registered in its report's workspace",
        """
        SELECT e.id, e.entry_key FROM report_entry e JOIN report p ON p.id = e.report_id
        LEFT JOIN run n ON n.workspace = p.workspace AND n.span_id = e.entry_key
        WHERE e.type = 'task_run' AND n.id IS NULL LIMIT 1000
        """,
    ),
    (
        "resolution",
        "the run that it names is not registered in its workspace",
        """
        SELECT x.id, x.span_id FROM resolution x LEFT JOIN run n ON n.workspace = x.workspace
        AND n.span_id = x.span_id WHERE x.span_id IS NOT NULL AND x.confidence <> 'unresolved' AND n.id IS NULL
        LIMIT 1000
        """,
    ),
    (
        "object",
        "it has no version of its text",
        """
        SELECT o.id, o.kind FROM object o WHERE NOT EXISTS (SELECT 1 FROM revision r WHERE r.object_id = o.id)
        LIMIT 1000
        """,
    ),
    (
        "feedback",
        "it was authorised, and has no report",
        """
        SELECT f.id, f.status FROM feedback f LEFT JOIN report p ON p.feedback_id = f.id
        WHERE f.authorized = 1 AND p.id IS NULL LIMIT 1000
        """,
    ),
    (
        "sighting",
        "it belongs to neither a version of a text nor a commit, or to both",
        """
        SELECT s.id, s.digest FROM sighting s WHERE (s.revision_id IS NULL) = (s.commit_id IS NULL)
        OR (s.revision_id IS NULL) <> (s.object_id IS NULL) LIMIT 1000
        """,
    ),
    (
        "pull_commit",
        "it belongs to a list that is not there",
        """
        SELECT c.commit_id, c.number FROM pull_commit c LEFT JOIN pull_list l ON l.repository_id = c.repository_id
        AND l.number = c.number AND l.head_sha = c.head_sha WHERE l.number IS NULL LIMIT 1000
        """,
    ),
)
"""Table, what is wrong, and the rows of which it is."""


def check_references(database: Database, examined: Examined) -> None:
    """Look for rows that name others which are not there."""
    for table, key, column, parent in (*_declared(), *_SOFT):
        examined.checked["references"] += 1
        keyed = ", ".join(f"c.{name}" for name in key.split(","))
        sql = _NAMES_NOTHING.format(key=keyed, column=column, table=table, parent=parent)
        for *found, named in database.rows(sql):
            message = f"{column} names a row of {parent} that is not there"
            examined.fault("reference", table, "/".join(_shown(one) for one in found), message, found=named)
    for table, message, sql in _NOBODY:
        examined.checked["references"] += 1
        for row_key, named in database.rows(sql):
            examined.fault("reference", table, row_key, message, found=named)


def _declared() -> list[tuple[str, str, str, str]]:
    """Return what the tables declare as foreign keys."""
    found = []
    for meta in (table._meta for table in TABLES):  # noqa: SLF001 -- peewee documents Model._meta
        key = ",".join(field.column_name for field in meta.get_primary_keys())  # type: ignore[no-untyped-call]
        for field in meta.sorted_fields:
            if isinstance(field, ForeignKeyField):
                parent = field.rel_model._meta.table_name  # noqa: SLF001
                found.append((meta.table_name, key, field.column_name, parent))
    return found


def _shown(value: object) -> str:
    return bytes(value).hex() if isinstance(value, bytes | memoryview) else str(value)
