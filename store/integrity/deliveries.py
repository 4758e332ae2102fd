"""The inbox: each body is what was received, and nothing waits or was given up unnoticed."""

from __future__ import annotations

import hashlib
import zlib

from resolver.model.integrity import Examined
from store.database import Database
from store.integrity.portions import by_size, portions

_SIZES = "SELECT id, LENGTH(body) FROM {table} WHERE id > ? ORDER BY id LIMIT ?"
_BODIES = """
SELECT d.id, d.body_sha256, d.body, d.pruned_at FROM wanted CROSS JOIN {table} d WHERE d.id = wanted.column1
ORDER BY d.id
"""
_CHUNK = 1024 * 1024
_LATE = "SELECT COUNT(*) FROM delivery WHERE status IN ('pending', 'failed') AND status = 'pending' AND received_at < ?"
_DEAD = "SELECT COUNT(*) FROM delivery WHERE status = 'dead'"
_ODD = """
SELECT id, status FROM delivery WHERE status NOT IN ('pending', 'done', 'ignored', 'failed', 'dead')
OR (status = 'done') <> (processed_at IS NOT NULL) ORDER BY id LIMIT 1000
"""
_STRAY = """
SELECT c.id, c.guid FROM delivery_conflict c LEFT JOIN delivery d ON d.guid = c.guid WHERE d.id IS NULL
ORDER BY c.id LIMIT 1000
"""


def check_deliveries(database: Database, examined: Examined, late: int) -> None:
    """Check the bodies of deliveries and conflicts, their statuses, and count what waits since before ``late``."""
    for table in ("delivery", "delivery_conflict"):
        sized = portions(database, _SIZES.format(table=table))
        for group in by_size(sized):
            for row in database.rows_among(_BODIES.format(table=table), [(one,) for one in group]):
                _check_body(examined, table, row[0], bytes(row[1]), bytes(row[2]), pruned=row[3] is not None)
    for delivery_id, status in database.rows(_ODD):
        examined.fault("copy", "delivery", delivery_id, "status and time of processing disagree", found=status)
    for conflict_id, _ in database.rows(_STRAY):
        examined.fault("reference", "delivery_conflict", conflict_id, "no delivery has its GUID")
    waiting, dead = (int(database.rows(sql, values)[0][0]) for sql, values in ((_LATE, (late,)), (_DEAD, ())))
    if waiting:
        examined.note("delivery", f"{waiting} deliveries are pending since more than an hour")
    if dead:
        examined.note("delivery", f"{dead} deliveries are dead: `whichrun replay --status dead` tries them again")


def _check_body(examined: Examined, table: str, row_id: int, sha256: bytes, body: bytes, *, pruned: bool) -> None:
    examined.checked[table] += 1
    if pruned:
        if body:
            examined.fault("hash", table, row_id, "it is marked as pruned, and has a body")
        return
    try:
        found = _hash(body)
    except zlib.error as error:
        examined.fault("hash", table, row_id, f"its body cannot be read: {error}", expected=sha256)
        return
    if found != sha256:
        examined.fault("hash", table, row_id, "its body is not the one received", expected=sha256, found=found)


def _hash(body: bytes) -> bytes:
    """Hash what was compressed, a piece at a time: a small body may be a large one. Raises zlib.error."""
    reader, digest = zlib.decompressobj(), hashlib.sha256()
    rest = body
    while piece := reader.decompress(rest, _CHUNK):
        digest.update(piece)
        rest = reader.unconsumed_tail
    if not reader.eof:
        raise zlib.error("it ends too early")
    return digest.digest()
