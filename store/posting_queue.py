"""Postings on their way to GitHub: handed out one by one, the one that is due longest first.

One worker at a time writes (it has the turn), so nothing is held here: a try that was claimed later than another one
makes what becomes of the earlier one void.
"""

# ruff: noqa: S608 -- statements are composed of this room's constants; what comes from outside is bound

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from resolver.model.posting import ClaimedPosting, Fate, Means, NewPosting, PostingChange
from store.database import Database, Row
from store.postings import APART
from store.times import from_micros, from_optional, to_micros, to_optional
from store.waiting import CLOCKS_DIFFER

LONGEST_WAIT: Final = timedelta(days=1)
"""No posting waits longer for its next try."""
HEADS_KEPT: Final = timedelta(days=90)
"""How long it is kept what was said of a head's commits."""

_NEXT = f"""
SELECT p.id, p.means, p.repository_id, p.subject, p.feedback_id, p.number, p.head_sha, p.wanted, p.tries, p.noted_at,
    p.refusal, p.begun_at, p.marker, p.github_id, p.said_sha256
FROM posting p WHERE p.status = '{Fate.WAITING}' AND p.next_try_at %s ? ORDER BY p.next_try_at, p.id LIMIT 1
"""
# As of wants: a time that lies further ahead than any is ever set was set by a clock that has been put back.
_DUE, _AHEAD = _NEXT % "<=", _NEXT % ">"
_TRY = "UPDATE posting SET tries = tries + 1 WHERE id = ?"
_BEGIN = f"UPDATE posting SET begun_at = ?, marker = ? WHERE id = ? AND tries = ? AND status = '{Fate.WAITING}'"
_SETTLE = f"""
UPDATE posting SET status = CASE WHEN wanted <> ? AND ? = '{Fate.DONE}' THEN '{Fate.WAITING}' ELSE ? END,
    next_try_at = ?, error = ?, refusal = ?, tries = ?, github_id = COALESCE(?, github_id),
    said_sha256 = COALESCE(?, said_sha256), written_at = COALESCE(?, written_at),
    begun_at = CASE WHEN ? = 1 THEN begun_at END
WHERE id = ? AND tries = ? AND status = '{Fate.WAITING}'
"""
_OLD_HEADS = f"""
DELETE FROM posting WHERE id IN (
    SELECT id FROM posting WHERE means = '{Means.COMMITS}' AND noted_at < ? AND COALESCE(written_at, 0) < ? LIMIT ?
)
"""


class PostingQueue:
    """Postings that wait to be written. Each method is a transaction of its own."""

    def __init__(self, database: Database) -> None:
        """Hand out the postings of a database."""
        self._db = database

    def is_due(self, at: datetime) -> bool:
        """Look, without a lock, whether there is one to be written: this is done often, mostly in vain."""
        with self._db.reading():
            return self._first(at, lambda sql: sql) is not None

    def claim(self, at: datetime) -> ClaimedPosting | None:
        """Return the posting that is due longest; its try is counted on disk before this returns."""
        with self._db.writing():
            row = self._first(at, self._db.skipping)
            if row is None:
                return None
            self._db.change(_TRY, (row[0],))
        return _to_claimed(row)

    def begin(self, claimed: ClaimedPosting, at: datetime, marker: str) -> bool:
        """Keep that it is about to be made: whoever tries next has to look whether it was, by its marker.

        False when another worker has it by now.
        """
        with self._db.writing():
            return self._db.change(_BEGIN, (to_micros(at), marker, claimed.id, claimed.tries)) > 0

    def settle(self, claimed: ClaimedPosting, change: PostingChange) -> bool:
        """Keep what became of a try; False, with nothing changed, when another worker has it by now.

        What changed since it was claimed has it looked at again.
        """
        retry_at = min(change.retry_at or change.at + APART, change.at + LONGEST_WAIT)
        tries = claimed.tries if change.counts else claimed.tries - 1
        values = (
            claimed.wanted,
            change.fate.value,
            change.fate.value,
            to_micros(retry_at),
            change.error,
            change.refusal,
            0 if change.fate is Fate.DONE else tries,
            change.github_id,
            change.said,
            to_optional(change.at if change.wrote else None),
            int(change.begun),
            claimed.id,
            claimed.tries,
        )
        with self._db.writing():
            return self._db.change(_SETTLE, values) > 0

    def prune(self, now: datetime, portion: int) -> int:
        """Forget heads of long ago, some at a time; return how many."""
        before = to_micros(now - HEADS_KEPT)
        removed = 0
        while True:
            with self._db.writing():
                gone = self._db.change(_OLD_HEADS, (before, before, portion))
            removed += gone
            if gone < portion:
                return removed

    def _first(self, at: datetime, dialect: Callable[[str], str]) -> Row | None:
        row = self._db.row(dialect(_DUE), (to_micros(at),))
        return row or self._db.row(dialect(_AHEAD), (to_micros(at + LONGEST_WAIT + CLOCKS_DIFFER),))


def _to_claimed(row: Row) -> ClaimedPosting:
    posting_id, means, repository_id, subject, feedback_id, number, head_sha, wanted, tries, noted_at, *rest = row
    refusal, begun_at, marker, github_id, said = rest
    return ClaimedPosting(
        id=posting_id,
        new=NewPosting(
            means=Means(means),
            repository_id=repository_id,
            subject=subject,
            feedback_id=feedback_id,
            number=number,
            head_sha=head_sha,
        ),
        wanted=wanted,
        tries=tries + 1,
        noted_at=from_micros(noted_at),
        refusal=refusal,
        begun_at=from_optional(begun_at),
        marker=marker,
        github_id=github_id,
        said=None if said is None else bytes(said),
    )
