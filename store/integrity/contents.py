"""Texts and claims: each is what its hash says, unless it was erased, which its row says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from resolver.model.integrity import Examined
from store.database import Database, Row
from store.hashes import revision_hash, text_hash, values_hash
from store.integrity.portions import portions

_REVISIONS = """
SELECT r.id, r.body_sha256, r.body, r.erased_at, r.sha256, o.repository_id, o.kind, o.github_id, r.updated_at
FROM revision r JOIN object o ON o.id = r.object_id WHERE r.id > ? ORDER BY r.id LIMIT ?
"""
_COMMITS = """
SELECT c.id, c.message_sha256, c.message, c.erased_at FROM git_commit c WHERE c.id > ? ORDER BY c.id LIMIT ?
"""
_SIGHTINGS = """
SELECT s.id, s.sha256, s.digest, s.workspace, s.span_id, s.agent_id, s.agent_name, s.claim_repository, s.claim_number,
    s.trust, s.verified_with, s.verified_at
FROM sighting s WHERE s.id > ? ORDER BY s.id LIMIT ?
"""


@dataclass(slots=True)
class Texts:
    """Checks texts of one table against their hashes, and counts the rows that have none."""

    examined: Examined
    table: str
    what: str
    without: int = 0

    def check(self, key: object, sha256: bytes | None, text: str, *, erased: bool) -> None:
        """Check one text."""
        self.examined.checked[self.table] += 1
        if erased:
            if text:
                self.examined.fault("hash", self.table, key, f"it is marked as erased, and has a {self.what}")
        elif sha256 is None:
            self.without += 1
        elif (found := text_hash(text)) != bytes(sha256):
            message = f"its {self.what} is not the one that was kept"
            self.examined.fault("hash", self.table, key, message, expected=sha256, found=found)

    def row(self, key: object, sha256: bytes | None, compute: Callable[[], bytes]) -> None:
        """Check the hash of a row."""
        if sha256 is None:
            self.without += 1
        elif (found := compute()) != bytes(sha256):
            message = "what never changes in it has changed"
            self.examined.fault("hash", self.table, key, message, expected=sha256, found=found)

    def close(self) -> None:
        """Note how many rows have no hash."""
        if self.without:
            message = f"{self.without} rows of {self.table} have no hash: an older version of this service wrote them"
            self.examined.note("hash", message)


def check_contents(database: Database, examined: Examined) -> None:
    """Check the hashes of revisions, commit messages and claims."""
    texts = Texts(examined, "revision", "text")
    for row in portions(database, _REVISIONS):
        texts.check(row[0], row[1], row[2], erased=row[3] is not None)
        texts.row(row[0], row[4], lambda row=row: revision_hash(row[5:8], row[8], bytes(row[1])))  # type: ignore[misc]
    texts.close()
    messages = Texts(examined, "git_commit", "message")
    for row in portions(database, _COMMITS):
        messages.check(row[0], row[1], row[2], erased=row[3] is not None)
    messages.close()
    claims = Texts(examined, "sighting", "claim")
    for row in portions(database, _SIGHTINGS):
        examined.checked["sighting"] += 1
        claims.row(row[0], row[1], lambda row=row: _claim_hash(row))  # type: ignore[misc]
    claims.close()


def _claim_hash(row: Row) -> bytes:
    return values_hash(row[2:])
