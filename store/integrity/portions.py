"""Reading a table some rows at a time."""

from __future__ import annotations

from collections.abc import Iterator

from store.database import Database, Row

PORTION = 500
"""Rows that are read at once."""
MANY_BYTES = 8 * 1024 * 1024
"""Bytes of bodies that are read at once, unless one alone has more."""


def portions(database: Database, sql: str, *, size: int = PORTION) -> Iterator[Row]:
    """Yield the rows of a statement that begins with the id, and ends ``WHERE id > ? … ORDER BY id LIMIT ?``."""
    last = 0
    while rows := database.rows(sql, (last, size)):
        yield from rows
        last = rows[-1][0]


def by_size(sized: Iterator[Row]) -> Iterator[list[int]]:
    """Group the ids of rows of ``(id, bytes)``, so that each group is read at once."""
    group: list[int] = []
    total = 0
    for row_id, size in sized:
        if group and (total + size > MANY_BYTES or len(group) >= PORTION):
            yield group
            group, total = [], 0
        group.append(row_id)
        total += size
    if group:
        yield group
