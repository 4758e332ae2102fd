"""The register of keys that claims are verified with, shared by all processes. It never holds a secret.

The dates of Ed25519 keys stand here alone; those of secrets stand in the settings, and are repeated here for people.
"""

# ruff: noqa: S608 -- statements are composed of this room's constants; what comes from outside is bound

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime

from resolver.claims.validity import Validity
from resolver.model.keys import KeyKind, NewKey, RegisteredKey
from store.database import Database, Row
from store.times import from_micros, from_optional, to_micros, to_optional

_COLUMNS = "k.id, k.kind, k.public_jwk, k.not_before, k.not_after, k.retired_at, k.created_at, k.read_again_at"
_ALL = f"SELECT {_COLUMNS} FROM signing_key k ORDER BY k.created_at DESC, k.id"
_ADD = """
INSERT INTO signing_key (id, kind, public_jwk, not_before, not_after, created_at) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO NOTHING
"""
_DATES = """
UPDATE signing_key SET not_before = ?, not_after = ? WHERE id = ? AND kind = 'hmac'
    AND (COALESCE(not_before, 0) <> COALESCE(?, 0) OR COALESCE(not_after, 0) <> COALESCE(?, 0))
"""
# What is retired already stays so: a later time would have it count again.
_RETIRE = "UPDATE signing_key SET retired_at = ? WHERE id = ? AND (retired_at IS NULL OR retired_at > ?)"
_READ_AGAIN = "UPDATE signing_key SET read_again_at = ? WHERE id = ? AND read_again_at IS NULL"
_COUNTS = """
SELECT verified_with, COUNT(DISTINCT object_id) + COUNT(DISTINCT commit_id) FROM sighting
WHERE verified_with IS NOT NULL GROUP BY verified_with
"""


class SigningKeys:
    """Keys in a database. Each method is a transaction of its own, and raises StoreError."""

    def __init__(self, database: Database) -> None:
        """Keep keys in a database."""
        self._db = database

    def all(self) -> tuple[RegisteredKey, ...]:
        """Return every key, the newest first; also from within a transaction that is open in this thread."""
        with self._db.looking():
            return tuple(map(_to_key, self._db.rows(_ALL)))

    def register(self, keys: Iterable[NewKey], at: datetime) -> frozenset[str]:
        """Keep those keys that are not known yet; return their ids.

        Of a secret that is known the dates are mended; an Ed25519 key keeps those it was registered with.
        """
        wanted = tuple(keys)
        known = {one.id: one for one in self.all()}
        if all(key.id in known and not _differ(key, known[key.id]) for key in wanted):
            return frozenset()  # as on most starts: nothing is written
        with self._db.writing():
            return frozenset(key.id for key in wanted if self._register(key, at))

    def retire(self, key_id: str, retired_at: datetime, now: datetime) -> bool:
        """Retire a key from a time on. False when it is not known, or was retired by now already."""
        with self._db.writing():
            return self._db.change(_RETIRE, (to_micros(retired_at), key_id, to_micros(now))) > 0

    def note_read_again(self, key_id: str, at: datetime) -> None:
        """Note that what had been refused for want of a key was read again."""
        with self._db.writing():
            self._db.change(_READ_AGAIN, (to_micros(at), key_id))

    def counts(self) -> dict[str, int]:
        """Return how many objects and commits carry a claim that each key verified: reads through all claims."""
        with self._db.reading():
            return {row[0]: int(row[1]) for row in self._db.rows(_COUNTS)}

    def _register(self, key: NewKey, at: datetime) -> bool:
        dates = (to_optional(key.validity.not_before), to_optional(key.validity.not_after))
        jwk = None if key.public_jwk is None else json.dumps(dict(key.public_jwk))
        added = self._db.change(_ADD, (key.id, key.kind.value, jwk, *dates, to_micros(at))) > 0
        self._db.change(_DATES, (*dates, key.id, *dates))
        return added


def _differ(key: NewKey, known: RegisteredKey) -> bool:
    """Whether the dates of a secret have changed."""
    if key.kind is not KeyKind.HMAC:
        return False
    ours, theirs = key.validity, known.validity
    return (ours.not_before, ours.not_after) != (theirs.not_before, theirs.not_after)


def _to_key(row: Row) -> RegisteredKey:
    key_id, kind, jwk, not_before, not_after, retired_at, created_at, read_again_at = row
    return RegisteredKey(
        key_id,
        KeyKind(kind),
        None if jwk is None else json.loads(jwk),
        Validity(from_optional(not_before), from_optional(not_after), from_optional(retired_at)),
        created_at=from_micros(created_at),
        read_again_at=from_optional(read_again_at),
    )
