"""Looking up objects, the versions of their texts, and the claims in them."""

# ruff: noqa: S608 -- statements are composed of this room's constants; what comes from outside is bound

from __future__ import annotations

from datetime import datetime

from resolver.model.github import GithubObject, Kind, ObjectRef, Revision
from resolver.model.runs import Reading, Sighting
from store.part import Part
from store.rows import CLAIM, OBJECT, OBJECT_CARRIER, REVISION, to_object, to_revision, to_sighting, to_texts
from store.times import to_micros

_IS_REF = "o.repository_id = ? AND o.kind = ? AND o.github_id = ?"
# The revision in force of object o at a time.
_IN_FORCE = """
JOIN revision r ON r.id = (
    SELECT v.id FROM revision v WHERE v.object_id = o.id AND v.updated_at <= ?
    ORDER BY v.updated_at DESC, v.rank DESC LIMIT 1
)
"""
_OBJECT = f"SELECT {OBJECT} FROM object o WHERE {_IS_REF}"
_SUBJECT = f"""
SELECT {OBJECT} FROM object o WHERE o.repository_id = ? AND o.number = ?
AND o.kind IN ('pull_request', 'issue', 'discussion')
ORDER BY CASE o.kind WHEN 'pull_request' THEN 0 WHEN 'issue' THEN 1 ELSE 2 END, o.github_id LIMIT 1
"""
_REVISIONS = f"""
SELECT {REVISION} FROM object o JOIN revision r ON r.object_id = o.id WHERE {_IS_REF}
ORDER BY r.updated_at, r.rank
"""
_READING = f"""
SELECT r.refusals, s.id, {OBJECT_CARRIER}, {CLAIM} FROM object o {_IN_FORCE}
LEFT JOIN sighting s ON s.revision_id = r.id WHERE {_IS_REF} ORDER BY s.id
"""
_THREAD = f"""
SELECT {OBJECT_CARRIER}, {CLAIM} FROM object o {_IN_FORCE} JOIN sighting s ON s.revision_id = r.id
WHERE o.repository_id = ? AND o.kind = ? AND o.thread = ? ORDER BY r.updated_at, o.github_id, s.digest
"""
_ON_NUMBER = f"""
SELECT {OBJECT_CARRIER}, {CLAIM} FROM object o {_IN_FORCE} JOIN sighting s ON s.revision_id = r.id
WHERE o.repository_id = ? AND o.number = ?
AND o.kind IN ('pull_request_review', 'pull_request_review_comment')
"""
_ON_PATH = f"{_ON_NUMBER} AND o.path = ?"
_ON_COMMIT = f"{_ON_NUMBER} AND (o.commit_sha = ? OR o.original_commit_sha = ?)"
# Whoever can have written it no later than the one text that was written by then for certain.
_FIRST_POSTERS = """
SELECT DISTINCT s.author_id FROM sighting s
WHERE s.digest = ? AND s.posted_from <= (SELECT MIN(e.posted_at) FROM sighting e WHERE e.digest = ?)
"""
_DIGESTS = f"SELECT DISTINCT s.digest FROM object o JOIN sighting s ON s.object_id = o.id WHERE {_IS_REF}"
_IN_COMMITS = """
SELECT 1 FROM sighting s JOIN git_commit c ON c.id = s.commit_id
WHERE s.digest = ? AND s.repository_id = ? AND c.pushed_at <= ? LIMIT 1
"""
_SIGNS = "SELECT 1 FROM sighting WHERE repository_id = ? AND author_id = ? LIMIT 1"


class ObjectFacts(Part):
    """Objects, revisions, and the claims in force."""

    def object(self, ref: ObjectRef) -> GithubObject | None:
        """Return an object, deleted or not."""
        row = self._db.row(_OBJECT, (ref.repository_id, ref.kind.value, ref.id))
        return None if row is None else to_object(row)

    def subject(self, repository_id: int, number: int) -> GithubObject | None:
        """Return the issue, pull request or discussion of a number (a pull request where both were seen)."""
        row = self._db.row(_SUBJECT, (repository_id, number))
        return None if row is None else to_object(row)

    def revisions(self, ref: ObjectRef) -> tuple[Revision, ...]:
        """Return every version of an object's text, oldest first."""
        rows = self._db.rows(_REVISIONS, (ref.repository_id, ref.kind.value, ref.id))
        return tuple(to_revision(row) for row in rows)

    def reading(self, ref: ObjectRef, at: datetime) -> Reading | None:
        """Return the claims in the revision in force at a time; None when no revision is known by then."""
        rows = self._db.rows(_READING, (to_micros(at), ref.repository_id, ref.kind.value, ref.id))
        if not rows:
            return None
        sightings = tuple(to_sighting(row[2:]) for row in rows if row[1] is not None)
        return Reading(sightings, to_texts(rows[0][0]))

    def thread_sightings(self, repository_id: int, kind: Kind, root_id: int, at: datetime) -> tuple[Sighting, ...]:
        """Return the claims in force at a time in the comments of a thread, oldest first by ``posted_at``."""
        rows = self._db.rows(_THREAD, (to_micros(at), repository_id, kind.value, root_id))
        return tuple(to_sighting(row) for row in rows)

    def comment_sightings(
        self, repository_id: int, number: int, at: datetime, *, path: str | None, commit: str | None
    ) -> tuple[Sighting, ...]:
        """Return the claims in force at a time in a number's reviews and review comments on a path, or a commit."""
        place = (to_micros(at), repository_id, number)
        if path is not None:
            rows = self._db.rows(_ON_PATH, (*place, path))
        else:
            rows = self._db.rows(_ON_COMMIT, (*place, commit, commit))
        return tuple(to_sighting(row) for row in rows)

    def first_posters(self, digest: str) -> frozenset[int]:
        """Return the author ids of those who may have posted a claim first, in a text (not a commit).

        A text was written when its revision says: whoever edits a claim into an old comment is no earlier. But the
        first revision known of an object may be as old as the object. Where the earliest texts of several authors
        overlap in time, all of them are returned.
        """
        return frozenset(author_id for (author_id,) in self._db.rows(_FIRST_POSTERS, (digest, digest)))

    def digests(self, ref: ObjectRef) -> frozenset[str]:
        """Return the claims that any revision of an object carries."""
        return frozenset(digest for (digest,) in self._db.rows(_DIGESTS, (ref.repository_id, ref.kind.value, ref.id)))

    def claim_in_commits(self, repository_id: int, digest: str, at: datetime) -> bool:
        """Return whether a commit of the repository, pushed by a time, carries a claim."""
        return self._db.row(_IN_COMMITS, (digest, repository_id, to_micros(at))) is not None

    def author_signs(self, repository_id: int, author_id: int) -> bool:
        """Return whether any text by this author in this repository carries a verified claim."""
        return self._db.row(_SIGNS, (repository_id, author_id)) is not None
