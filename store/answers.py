"""GitHub's answers as they came, the newest one to each question: what has not changed is not sent, or asked, again."""

from __future__ import annotations

import zlib

from resolver.errors import StoreError
from store.database import Database
from store.rows import text_key
from store.times import now, to_micros

_GET = "SELECT body, etag FROM github_answer WHERE repository_id = ? AND question_hash = ?"
_PUT = """
INSERT INTO github_answer (repository_id, question_hash, question, etag, kept_at, body) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (repository_id, question_hash)
DO UPDATE SET etag = excluded.etag, kept_at = excluded.kept_at, body = excluded.body
"""


class Answers:
    """Answers by repository and question. Each method is a transaction of its own, and raises StoreError."""

    def __init__(self, database: Database) -> None:
        """Keep answers in a database."""
        self._db = database

    def get(self, repository_id: int, question: str) -> tuple[bytes, str | None] | None:
        """Return the body of the answer that is kept, and its ETag if it had one; None when none is kept."""
        with self._db.reading():
            row = self._db.row(_GET, (repository_id, text_key(question)))
        if row is None:
            return None
        try:
            return zlib.decompress(row[0]), row[1]
        except zlib.error as error:
            raise StoreError(f"the answer that is kept to {question!r} cannot be read: {error}") from error

    def put(self, repository_id: int, question: str, body: bytes, etag: str | None) -> None:
        """Keep an answer, in place of the one before; it is kept for 30 days."""
        values = (repository_id, text_key(question), question, etag, to_micros(now()), zlib.compress(body, 1))
        with self._db.writing():
            self._db.change(_PUT, values)
