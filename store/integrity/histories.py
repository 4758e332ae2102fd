"""Histories: each resolution, and each entry of a log, is what it was, and none is missing between two others."""

from __future__ import annotations

from collections.abc import Iterator

from resolver.model.integrity import Examined
from store.database import Database, Row
from store.hashes import entry_hash, resolution_hash, values_hash
from store.integrity.contents import Texts
from store.integrity.portions import portions

_RESOLUTIONS = """
SELECT x.id, x.texts_sha256, x.sha256, x.erased_at, x.diagnostic, x.candidates, x.findings, x.cause, x.feedback_id,
    x.workspace, x.confidence, x.mode, x.span_id, x.resolved_at
FROM resolution x WHERE x.id > ? ORDER BY x.id LIMIT ?
"""
_ENTRIES = """
SELECT e.id, e.content_sha256, e.content, e.erased_at, e.sha256, e.revision, v.content_sha256, e.report_id, e.type,
    e.producer_kind, e.producer_name, e.producer_account, e.created_at
FROM report_entry e LEFT JOIN report_entry_revision v ON v.entry_id = e.id AND v.revision = 1
WHERE e.id > ? ORDER BY e.id LIMIT ?
"""
_FORMER = """
SELECT v.entry_id, v.revision, v.content_sha256, v.content, v.erased_at FROM report_entry_revision v
WHERE (v.entry_id, v.revision) > (?, ?) ORDER BY v.entry_id, v.revision LIMIT ?
"""
# Of an owner's rows each repeats the hash of the one before; the first has none to repeat.
_BROKEN = """
SELECT t.id, t.previous_sha256, t.before FROM (
    SELECT id, sha256, previous_sha256, LAG(sha256) OVER (PARTITION BY {owner} ORDER BY id) AS before,
        LAG(id) OVER (PARTITION BY {owner} ORDER BY id) AS before_id
    FROM {table}
) t WHERE t.previous_sha256 {isnt} t.before AND t.sha256 IS NOT NULL AND (t.before IS NOT NULL OR t.before_id IS NULL)
LIMIT 1000
"""
_ENDS = """
SELECT w.id, w.{head}, x.sha256 FROM {keeper} w LEFT JOIN {table} x ON x.id = (
    SELECT MAX(y.id) FROM {table} y WHERE y.{owner} = w.id
) WHERE w.{head} {isnt} x.sha256 AND (x.id IS NULL OR x.sha256 IS NOT NULL) LIMIT 1000
"""
_GAPS = """
SELECT e.id, e.revision - 1, COUNT(v.revision) FROM report_entry e
LEFT JOIN report_entry_revision v ON v.entry_id = e.id AND v.revision < e.revision
GROUP BY e.id, e.revision HAVING COUNT(v.revision) <> e.revision - 1 LIMIT 1000
"""
_HISTORIES = (
    ("resolution", "feedback_id", "feedback", "resolution_sha256"),
    ("report_entry", "report_id", "report", "entry_sha256"),
)


def check_histories(database: Database, examined: Examined) -> None:
    """Check rows by their hashes, and that they follow each other without a gap, to the last one."""
    _check_resolutions(database, examined)
    _check_entries(database, examined)
    isnt = "IS DISTINCT FROM" if database.is_postgres else "IS NOT"
    for table, owner, keeper, head in _HISTORIES:
        names = {"table": table, "owner": owner, "keeper": keeper, "head": head, "isnt": isnt}
        for row_id, expected, found in database.rows(_BROKEN.format(**names)):
            message = f"the row before it in its {keeper} is not the one that it followed"
            examined.fault("chain", table, row_id, message, expected=expected or "none", found=found or "none")
        for row_id, expected, found in database.rows(_ENDS.format(**names)):
            message = f"its last {table} is not the last one that was appended"
            examined.fault("chain", keeper, row_id, message, expected=expected or "none", found=found or "none")
    for entry_id, expected, found in database.rows(_GAPS):
        examined.fault("chain", "report_entry", entry_id, "former contents are missing", expected=expected, found=found)


def _check_resolutions(database: Database, examined: Examined) -> None:
    rows = Texts(examined, "resolution", "text")
    for row in portions(database, _RESOLUTIONS):
        examined.checked["resolution"] += 1
        row_id, texts_sha256, sha256, erased_at = row[:4]
        if texts_sha256 is None or sha256 is None:
            rows.without += 1
            continue
        if erased_at is None:
            rows.row(row_id, texts_sha256, lambda row=row: values_hash(row[4:8]))  # type: ignore[misc]
        rows.row(row_id, sha256, lambda row=row: resolution_hash(row[8:13], bytes(row[1]), row[13]))  # type: ignore[misc]
    rows.close()


def _check_entries(database: Database, examined: Examined) -> None:
    entries = Texts(examined, "report_entry", "content")
    for row in portions(database, _ENTRIES):
        entry_id, content_sha256, content, erased_at, sha256, revision, former, report_id, type_, *producer = row
        entries.check(entry_id, content_sha256, content if erased_at is None else "", erased=erased_at is not None)
        first = content_sha256 if revision == 1 else former
        if first is not None and sha256 is not None:
            *by, at = producer
            told = (report_id, type_, by, at, bytes(first))
            entries.row(entry_id, sha256, lambda told=told: entry_hash(*told))  # type: ignore[misc]
    entries.close()
    former_contents = Texts(examined, "report_entry_revision", "content")
    for entry_id, revision, content_sha256, content, erased_at in _former(database):
        key = f"{entry_id}/{revision}"
        former_contents.check(key, content_sha256, content if erased_at is None else "", erased=erased_at is not None)
    former_contents.close()


def _former(database: Database) -> Iterator[Row]:
    last: tuple[int, int] = (0, 0)
    while rows := database.rows(_FORMER, (*last, 500)):
        yield from rows
        last = (rows[-1][0], rows[-1][1])
