"""The hashes by which a row that was changed, or is missing, is found out (``whichrun check``).

A row's hash is the SHA-256 of a JSON array of what never changes in it. A text stands in it as its own hash, so the
row's hash holds also when the text was taken away. In a history (a feedback's resolutions, a report's log) each row
repeats the hash of the one before, and the owner that of the last one: so rows that were removed are missed.

There is no key: this finds damage and careless hands, not whoever computes the hashes anew. The format is kept in
``migrations/0007_integrity.py`` for rows that are older.
"""

from __future__ import annotations

import hashlib
import json

from store.database import Values


def text_hash(text: str) -> bytes:
    """Return the hash of a text."""
    return hashlib.sha256(text.encode()).digest()


def values_hash(values: Values) -> bytes:
    """Return the hash of some values; bytes among them stand in hexadecimal digits."""
    plain = [value.hex() if isinstance(value, bytes) else value for value in values]
    return hashlib.sha256(json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode()).digest()


def revision_hash(object_key: Values, updated_at: int, body_sha256: bytes) -> bytes:
    """Return a revision's hash; ``object_key`` is the object's repository, kind and id."""
    return values_hash((*object_key, updated_at, body_sha256))


def resolution_hashes(told: Values, texts: Values, resolved_at: int) -> tuple[bytes, bytes]:
    """Return the hash of an answer's texts, and that of its row.

    ``told`` are feedback, workspace, confidence, mode and span; ``texts`` diagnostic, candidates, findings and cause.
    """
    texts_sha256 = values_hash(texts)
    return texts_sha256, resolution_hash(told, texts_sha256, resolved_at)


def resolution_hash(told: Values, texts_sha256: bytes, resolved_at: int) -> bytes:
    """Return the hash of a resolution's row."""
    return values_hash((*told, texts_sha256, resolved_at))


def entry_hash(report_id: int, type_: str, producer: Values, created_at: int, content_sha256: bytes) -> bytes:
    """Return an entry's hash; ``producer`` is its kind, name and account, the content the first one.

    A user is known by the account's number, for the login may be taken away.
    """
    kind, name, account = producer
    return values_hash((report_id, type_, kind, None if kind == "user" else name, account, created_at, content_sha256))
