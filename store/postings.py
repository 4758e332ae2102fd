"""What is to stand on GitHub, as it is noted and as people see it: one row for each subject, by a unique key."""

# ruff: noqa: S608 -- statements are composed of this room's constants; what comes from outside is bound

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from resolver.model.posting import Fate, Means, NewPosting
from store.part import Part
from store.times import to_micros

APART: Final = timedelta(seconds=10)
"""How long something stands, at least, before it is edited: the newest answer counts, not each on the way to it."""

_FIRST_WAIT = f"""
CASE WHEN COALESCE(posting.written_at, 0) + {APART // timedelta(microseconds=1)} > excluded.next_try_at
THEN COALESCE(posting.written_at, 0) + {APART // timedelta(microseconds=1)} ELSE excluded.next_try_at END
"""
_ADD = f"""
INSERT INTO posting (means, repository_id, subject, feedback_id, number, head_sha, wanted, status, tries, noted_at,
    next_try_at) VALUES (?, ?, ?, ?, ?, ?, 1, '{Fate.WAITING}', 0, ?, ?)
ON CONFLICT (repository_id, means, subject)
"""
# What waits already waits no longer for what comes in between; an edit that was given up is tried anew. What had not to
# be said until now is as new as what it is noted for.
_AGAIN = f"""
DO UPDATE SET wanted = posting.wanted + 1,
    next_try_at = CASE WHEN posting.status = '{Fate.WAITING}' THEN posting.next_try_at ELSE {_FIRST_WAIT} END,
    tries = CASE WHEN posting.status = '{Fate.WAITING}' THEN posting.tries ELSE 0 END,
    number = excluded.number, status = '{Fate.WAITING}',
    noted_at = CASE WHEN ? = 1 AND posting.status = '{Fate.DONE}' AND posting.github_id IS NULL
        THEN excluded.noted_at ELSE posting.noted_at END
WHERE posting.status <> '{Fate.GONE}' AND (posting.status <> '{Fate.DEAD}' OR posting.github_id IS NOT NULL)
"""
_ADD_OR_AGAIN = f"{_ADD} {_AGAIN}"
_ADD_ONCE = f"{_ADD} DO NOTHING"
_IS_THERE = "SELECT 1 FROM posting WHERE repository_id = ? AND means = ? AND subject = ?"
_CLAIMING = """
SELECT DISTINCT c.repository_id, c.sha FROM sighting s JOIN git_commit c ON c.id = s.commit_id
WHERE s.workspace = ? AND s.span_id = ? ORDER BY c.repository_id, c.sha
"""
# Each by the index of the few rows that it is about.
_WAITING = f"SELECT COUNT(*) FROM posting p WHERE p.status = '{Fate.WAITING}'"
_STUCK = f"(p.status = '{Fate.DEAD}' OR p.refusal IS NOT NULL)"
_DEAD = f"SELECT COUNT(*) FROM posting p WHERE {_STUCK} AND p.status = '{Fate.DEAD}'"
_REFUSALS = f"""
SELECT p.refusal, COUNT(*) FROM posting p WHERE {_STUCK} AND p.refusal IS NOT NULL
GROUP BY p.refusal ORDER BY p.refusal LIMIT ?
"""


class PostingFacts(Part):
    """Looking at postings."""

    def posting_counts(self) -> tuple[int, int]:
        """Return how many wait, and how many were given up."""
        ((waiting,),), ((dead,),) = self._db.rows(_WAITING), self._db.rows(_DEAD)
        return int(waiting), int(dead)

    def posting_refusals(self, limit: int) -> tuple[tuple[str, int], ...]:
        """Return why GitHub may not be written to, each with for how many postings that holds."""
        return tuple((row[0], int(row[1])) for row in self._db.rows(_REFUSALS, (limit,)))

    def commits_claiming(self, workspace: str, span_id: str) -> tuple[tuple[int, str], ...]:
        """Return ``(repository_id, sha)`` of the commits that carry a claim of a run, in order."""
        return tuple((row[0], row[1]) for row in self._db.rows(_CLAIMING, (workspace, span_id)))


class PostingLedger(PostingFacts):
    """Noting what is to stand on GitHub."""

    def note_posting(self, posting: NewPosting, at: datetime, *, due: datetime, new: bool) -> None:
        """Have something stand on GitHub from ``due`` on, once for its subject, however often it is noted.

        One that stands is looked at again then. One that is not there is added where it is ``new``, else nothing is
        done. A reaction that stands stays as it is, and so does everything that is gone.
        """
        key = (posting.repository_id, posting.means.value, posting.subject)
        if not new and self._db.row(_IS_THERE, key) is None:
            return  # nobody adds it meanwhile: its repository is locked
        values = (
            posting.means.value,
            posting.repository_id,
            posting.subject,
            posting.feedback_id,
            posting.number,
            posting.head_sha,
            to_micros(at),
            to_micros(due),
        )
        if posting.means is Means.REACTION:
            self._db.change(_ADD_ONCE, values)
        else:
            self._db.change(_ADD_OR_AGAIN, (*values, int(new)))
