"""What a store holds, without what may differ from one run to the next: surrogate ids, and when this service did what.

Rows are named by what is unique about them on GitHub, so the states of two databases, even of different kinds, can be
compared. ``history`` adds what depends on the order of arrival: every resolution with its cause, and whole logs.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeAlias

from peewee import BigAutoField, Field, ForeignKeyField

from store.database import Database
from store.github_tables import Table
from store.tables import TABLES

State: TypeAlias = Counter[str]
"""Each row in words, and how often it is there."""
Name: TypeAlias = tuple[Any, ...]

OF_THE_SERVICE: Final = frozenset(
    {"progress", "token", "page_session", "page_way_in", "github_answer", "redelivery", "signing_key", "posting"}
)
"""Tables of what the service is at; nothing that was delivered stands in them."""
OF_THE_ORDER: Final = frozenset({"change", "report_entry", "report_entry_revision", "feedback_watch"})
"""Tables that tell how things came about."""
LEFT_OUT: Final = {
    "delivery": {"tries", "received_at", "processed_at", "next_try_at", "held_until", "body", "headers"},
    "delivery_conflict": {"received_at", "body", "headers"},
    "run": {"registered_at"},
    "sighting": {"verified_at", "sha256"},
    "feedback": {"received_at", "status_at", "resolution_id", "resolution_sha256"},
    "feedback_watch": {"given_at"},
    "resolution": {"resolved_at", "sha256", "previous_sha256"},
    "change": {"changed_at", "resolution_id"},
    "report": {"created_at", "updated_at", "resolution_id", "entry_sha256"},
    "report_entry": {
        "created_at",
        "updated_at",
        "deleted_at",
        "content",
        "content_sha256",
        "sha256",
        "previous_sha256",
    },
    "report_entry_revision": {"written_at", "content", "content_sha256"},
    "want": {"wanted_at", "next_try_at", "held_until", "answered_at", "tries"},
}
"""Columns that hold the service's own time, an id, or a hash of such."""
NEWEST: Final = {"id", "cause", "resolved_at", "texts_sha256", "sha256", "previous_sha256"}


def state_of(database: Database, *, history: bool = False) -> State:
    """Read a whole store, at one moment. Raises StoreError."""
    with database.reading():
        tables = {_name(table): _read(database, table) for table in TABLES}
    names = _Names(tables)
    found: State = Counter()
    for table in TABLES:
        name = _name(table)
        if name in OF_THE_SERVICE or (name in OF_THE_ORDER and not history):
            continue
        rows: Iterable[Mapping[str, Any]] = tables[name]
        left_out = LEFT_OUT.get(name, set())
        if name == "resolution" and not history:
            rows, left_out = map(_promised, _newest(tables)), NEWEST
        found.update(_told(name, names.of_row(table, row, left_out)) for row in rows)
    return found


def differences(found: State, expected: State) -> list[str]:
    """Say what is missing (``-``) and what is too much (``+``), a line for each row."""
    missing = [f"- {row}" for row in (expected - found).elements()]
    return sorted(missing + [f"+ {row}" for row in (found - expected).elements()])


def _newest(tables: Mapping[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Return the resolutions that count. One that its feedback does not name is none of them."""
    by_id = {row["id"]: row for row in tables["resolution"]}
    named = (row["resolution_id"] for row in tables["feedback"])
    return [by_id[resolution_id] for resolution_id in named if resolution_id is not None]


def _promised(row: dict[str, Any]) -> dict[str, Any]:
    """Leave out of an exact answer how it was found: it stays, however else it may be found later (SPEC §5.3)."""
    return row | {"findings": ""} if row["confidence"] == "exact" else row


class _Names:
    """Names rows by what is unique about them."""

    def __init__(self, tables: Mapping[str, list[dict[str, Any]]]) -> None:
        self._rows = {name: {row["id"]: row for row in rows if "id" in row} for name, rows in tables.items()}
        self._known: dict[tuple[str, Any], Name] = {}
        self._places: Counter[tuple[str, Name]] = Counter()
        for row in tables["report_entry"]:  # in order of id: an entry is its place in its log
            report = self.of("report", row["report_id"])
            self._known["report_entry", row["id"]] = (report, self._places["report_entry", report])
            self._places["report_entry", report] += 1

    def of(self, table: str, row_id: Any) -> Name:  # noqa: ANN401 -- whatever a key is
        """Name a row; None names none."""
        if row_id is None:
            return (None,)
        known = self._known.get((table, row_id))
        if known is None:
            model = _MODELS[table]
            row = self._rows[table][row_id]
            known = tuple(self._value(model, field, row[field.column_name]) for field in _unique(model))
            self._known[table, row_id] = known
        return known

    def of_row(self, table: type[Table], row: Mapping[str, Any], left_out: set[str]) -> dict[str, Any]:
        """Return a row's columns, its references named."""
        return {
            field.column_name: self._value(table, field, row[field.column_name])
            for field in table._meta.sorted_fields  # noqa: SLF001 -- peewee documents Model._meta
            if field.column_name not in left_out and not isinstance(field, BigAutoField)
        }

    def _value(self, table: type[Table], field: Field, value: Any) -> Any:  # noqa: ANN401 -- a column's
        if isinstance(field, ForeignKeyField):
            return self.of(_name(field.rel_model), value)
        if (_name(table), field.column_name) == ("report", "feedback_id"):
            return self.of("feedback", value)
        return value


def _read(database: Database, table: type[Table]) -> list[dict[str, Any]]:
    columns = [field.column_name for field in table._meta.sorted_fields]  # noqa: SLF001 -- as above
    key = "id" if "id" in columns else columns[0]
    selected = ", ".join(f'"{column}"' for column in columns)
    rows = database.rows(f'SELECT {selected} FROM "{_name(table)}" ORDER BY "{key}"')
    return [dict(zip(columns, row, strict=True)) for row in rows]


def _unique(table: type[Table]) -> list[Field]:
    """Return the columns by which a table's rows are known, without regard to their ids."""
    meta = table._meta  # noqa: SLF001 -- as above
    for columns, is_unique in (index for index in meta.indexes if isinstance(index, tuple)):
        if is_unique:
            return [meta.fields[column] for column in columns]
    found = [field for field in meta.sorted_fields if field.unique]
    return found or [meta.fields["id"]]


def _name(table: Any) -> str:  # noqa: ANN401 -- peewee's models are not typed
    return str(table._meta.table_name)  # noqa: SLF001 -- as above


def _told(table: str, row: Mapping[str, Any]) -> str:
    """Put a row into words; what is long, or no text, as its hash."""
    return f"{table} {json.dumps(row, default=_digest, ensure_ascii=False)}"


def _digest(value: Any) -> str:  # noqa: ANN401 -- bytes of either driver
    return hashlib.sha256(bytes(value)).hexdigest()[:16]


_MODELS: Final[dict[str, type[Table]]] = {_name(table): table for table in TABLES}
