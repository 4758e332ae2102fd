"""The entries of reports' logs. A row is never removed: deleting an entry only marks it."""

# ruff: noqa: S608 -- statements are composed of this room's constants; what comes from outside is bound

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from resolver.errors import NotFoundError, StoreError
from resolver.model.reports import Entry, EntryRevision, NewEntry, Producer, ProducerKind
from store.database import Row
from store.hashes import entry_hash, text_hash
from store.part import Part, below, compose
from store.times import from_micros, to_micros

_COLUMNS = (
    "e.id, e.report_id, e.type, e.entry_key, e.content, e.producer_kind, e.producer_name, e.producer_account, "
    "e.writer_kind, e.writer_name, e.writer_account, e.revision, e.counts, e.created_at, e.updated_at"
)
_ENTRY = f"SELECT {_COLUMNS} FROM report_entry e WHERE e.deleted_at IS NULL"
_BY_ID = f"{_ENTRY} AND e.id = ? AND e.report_id = ?"
_COUNTING = f"{_ENTRY} AND e.counts = 1 AND e.report_id = ? AND e.type = ? AND e.entry_key = ?"
_WITH_KEY = f"{_ENTRY} AND e.report_id = ? AND e.type = ? AND e.entry_key = ? ORDER BY e.id DESC LIMIT 100"
_LISTED = f"{_ENTRY} AND e.report_id = ? AND e.id < ?"
_FILTERS = {
    "type": "e.type = ?",
    "run": "e.producer_name = ? AND e.producer_kind = 'run'",
    "counts": "e.counts = ?",
}
_ORDER = "ORDER BY e.id DESC LIMIT ?"
_STATES = f"""
SELECT {_COLUMNS} FROM wanted CROSS JOIN report_entry e
WHERE e.report_id = wanted.column1 AND e.type = wanted.column2 AND e.entry_key = '' AND e.counts = 1
AND e.deleted_at IS NULL
"""
_ADD = """
INSERT INTO report_entry (report_id, type, entry_key, counts, content, producer_kind, producer_name, producer_account,
    writer_kind, writer_name, writer_account, revision, created_at, updated_at, content_sha256, sha256,
    previous_sha256)
VALUES (?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?, (
    SELECT b.sha256 FROM report_entry b WHERE b.report_id = ? ORDER BY b.id DESC LIMIT 1
)) RETURNING id
"""
_KEEP_REVISION = """
INSERT INTO report_entry_revision (entry_id, revision, content, writer_kind, writer_name, writer_account, written_at,
    content_sha256)
SELECT e.id, e.revision, e.content, e.writer_kind, e.writer_name, e.writer_account, e.updated_at, e.content_sha256
FROM report_entry e WHERE e.id = ?
"""
_REWRITE = """
UPDATE report_entry SET counts = 0, content = ?, content_sha256 = ?, entry_key = ?, writer_kind = ?, writer_name = ?,
    writer_account = ?,    revision = revision + 1, updated_at = ? WHERE id = ?
"""
_REMOVE = """
UPDATE report_entry SET counts = 0, deleted_at = ?, remover_kind = ?, remover_name = ?, remover_account = ?
WHERE id = ? AND deleted_at IS NULL
"""
_UNCOUNT = "UPDATE report_entry SET counts = 0 WHERE report_id = ? AND type = ? AND entry_key = ? AND counts = 1"
_COUNT = """
UPDATE report_entry SET counts = 1 WHERE id = (
    SELECT e.id FROM report_entry e WHERE e.report_id = ? AND e.type = ? AND e.entry_key = ? AND e.deleted_at IS NULL
    ORDER BY e.id DESC LIMIT 1
)
"""
_REVISIONS = """
SELECT v.revision, v.content, v.writer_kind, v.writer_name, v.writer_account, v.written_at
FROM report_entry_revision v WHERE v.entry_id = ? AND v.revision < ? ORDER BY v.revision DESC LIMIT ?
"""


class EntryFacts(Part):
    """Looking entries up."""

    def entry(self, report_id: int, entry_id: int) -> Entry | None:
        """Return an entry of a report; None when it was deleted."""
        row = self._db.row(_BY_ID, (entry_id, report_id))
        return None if row is None else _to_entry(row)

    def counting_entry(self, report_id: int, type_: str, key: str | None) -> Entry | None:
        """Return the entry of a type and key that counts."""
        row = self._db.row(_COUNTING, (report_id, type_, key))
        return None if row is None else _to_entry(row)

    def entries_with_key(self, report_id: int, type_: str, key: str) -> tuple[Entry, ...]:
        """Return the last hundred entries of a type and key, newest first."""
        return tuple(map(_to_entry, self._db.rows(_WITH_KEY, (report_id, type_, key))))

    def entries(
        self,
        report_id: int,
        *,
        type_: str | None = None,
        run: str | None = None,
        current: bool = False,
        before: int | None,
        limit: int,
    ) -> tuple[tuple[int, Entry], ...]:
        """Return a report's entries, the last appended first: ``run`` wrote them, ``current`` are those that count."""
        filters: dict[str, int | str | None] = {"type": type_, "run": run, "counts": 1 if current else None}
        sql, values = compose(_LISTED, _FILTERS, filters, _ORDER)
        rows = self._db.rows(sql, (report_id, below(before), *values, limit))
        return tuple((row[0], _to_entry(row)) for row in rows)

    def states(self, report_ids: Iterable[int], types: Iterable[str]) -> dict[int, tuple[Entry, ...]]:
        """Return the entries of some types, of which only the newest counts, that count in each of some reports."""
        kinds = tuple(types)
        found: dict[int, tuple[Entry, ...]] = {}
        wanted = [(report_id, kind) for report_id in dict.fromkeys(report_ids) for kind in kinds]
        for entry in map(_to_entry, self._db.rows_among(_STATES, wanted)):
            found[entry.report_id] = (*found.get(entry.report_id, ()), entry)
        return found

    def former_contents(self, entry: Entry, *, before: int | None, limit: int) -> tuple[tuple[int, EntryRevision], ...]:
        """Return what an entry held before it was edited, the last first, from below the revision ``before`` on."""
        rows = self._db.rows(_REVISIONS, (entry.id, below(before), limit))
        return tuple(
            (
                row[0],
                EntryRevision(
                    revision=row[0],
                    content=_content(row[1], entry.id),
                    writer=_to_producer(row[2:5]),
                    written_at=from_micros(row[5]),
                ),
            )
            for row in rows
        )


class EntryLedger(EntryFacts):
    """Keeping entries. Whoever writes is named in every row."""

    def add_entry(self, entry: NewEntry) -> int:
        """Append an entry; return its id. Whether it counts is for ``count_newest`` to say."""
        at, producer = to_micros(entry.at), _named(entry.producer)
        content = json.dumps(entry.content, separators=(",", ":"))
        content_sha256 = text_hash(content)
        hashes = (content_sha256, entry_hash(entry.report_id, entry.type, producer, at, content_sha256))
        told = (entry.report_id, entry.type, entry.key, content, *producer, *producer, at, at)
        values = (*told, *hashes, entry.report_id)
        return int(self._db.rows(_ADD, values)[0][0])

    def rewrite_entry(self, entry: Entry, content: Any, key: str | None, *, writer: Producer, at: datetime) -> None:  # noqa: ANN401 - JSON
        """Give an entry another content; the former one is kept as a revision. Raises NotFoundError.

        It counts no more, for another one may under its new key: whether it does is for ``count_newest`` to say.
        """
        self._db.change(_KEEP_REVISION, (entry.id,))
        written = json.dumps(content, separators=(",", ":"))
        values = (written, text_hash(written), key, *_named(writer), to_micros(at), entry.id)
        if not self._db.change(_REWRITE, values):
            raise NotFoundError(f"there is no entry {entry.id}")

    def remove_entry(self, entry: Entry, *, remover: Producer, at: datetime) -> None:
        """Take an entry out of the log; its row stays. Raises NotFoundError when it was taken out before."""
        if not self._db.change(_REMOVE, (to_micros(at), *_named(remover), entry.id)):
            raise NotFoundError(f"there is no entry {entry.id}")

    def count_newest(self, report_id: int, type_: str, key: str | None) -> None:
        """Have the newest entry of a type and key count, and no other."""
        self._db.change(_UNCOUNT, (report_id, type_, key))
        self._db.change(_COUNT, (report_id, type_, key))


def _named(producer: Producer) -> tuple[str, str | None, int | None]:
    return producer.kind.value, producer.name, producer.account


def _to_producer(row: Row) -> Producer:
    kind, name, account = row
    return Producer(ProducerKind(kind), name, account)


def _to_entry(row: Row) -> Entry:
    return Entry(
        id=row[0],
        report_id=row[1],
        type=row[2],
        key=row[3],
        content=_content(row[4], row[0]),
        producer=_to_producer(row[5:8]),
        writer=_to_producer(row[8:11]),
        revision=row[11],
        counts=bool(row[12]),
        created_at=from_micros(row[13]),
        updated_at=from_micros(row[14]),
    )


def _content(text: str, entry_id: int) -> Any:  # noqa: ANN401 - JSON
    """Read a content, of whatever shape. Raises StoreError for what is no JSON at all."""
    try:
        return json.loads(text)
    except ValueError as error:
        raise StoreError(f"the content of entry {entry_id} cannot be read: {error}") from error
