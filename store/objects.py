"""Looking up objects, the versions of their texts, and the claims in them."""

# ruff: noqa: S608 -- statements are composed of this room's constants; what comes from outside is bound

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from resolver.model.github import GithubObject, Kind, ObjectRef, Revision, Text
from resolver.model.runs import Reading, Sighting, Verification
from resolver.watch import ALWAYS
from store.part import Part
from store.rows import (
    CLAIM,
    FIRST_POSTERS,
    OBJECT,
    OBJECT_CARRIER,
    REVISION,
    to_object,
    to_revision,
    to_sighting,
    to_texts,
)
from store.times import from_micros, to_micros

_IS_REF = "o.repository_id = ? AND o.kind = ? AND o.github_id = ?"


# The revision in force of an object at a time.
def _latest(object_id: str) -> str:
    return f"""
(SELECT v.id FROM revision v WHERE v.object_id = {object_id} AND v.updated_at <= ?
 ORDER BY v.updated_at DESC, v.rank DESC LIMIT 1)
"""


_IN_FORCE = f"JOIN revision r ON r.id = {_latest('o.id')}"
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
# Ordered by no column of an index (+): in that order either database would read all comments of the repository.
_CHANGED = f"""
SELECT {OBJECT} FROM object o WHERE o.repository_id = ? AND o.kind = ? AND o.thread = ? AND o.created_at <= ?
AND EXISTS (SELECT 1 FROM revision v WHERE v.object_id = o.id AND v.updated_at > ?) ORDER BY +o.github_id
"""
# From the claims, not from the objects: of the many comments on a number, few may be signed.
_ON_NUMBER = f"""
SELECT {OBJECT_CARRIER}, {CLAIM}
FROM sighting s JOIN object o ON o.id = s.object_id JOIN revision r ON r.id = s.revision_id
WHERE s.repository_id = ? AND s.number = ? AND s.posted_at <= ? AND s.revision_id = {_latest("s.object_id")}
"""
_ON_PULL = f"{_ON_NUMBER} AND o.kind IN ('pull_request_review', 'pull_request_review_comment')"
_ON_PATH = f"{_ON_PULL} AND o.path = ?"
_ON_COMMIT = f"{_ON_PULL} AND (o.commit_sha = ? OR o.original_commit_sha = ?)"
# Back in time over the versions to the last one wanted, and then all those since: so only they are sorted.
_TEXTS = f"""
SELECT o.repository_id, o.kind, o.github_id, r.body, o.url, o.review_id
FROM revision r JOIN object o ON o.id = r.object_id
WHERE r.repository_id = ? AND r.number = ? AND r.updated_at <= ? AND r.id = {_latest("r.object_id")}
AND r.updated_at >= COALESCE((
    SELECT w.updated_at FROM revision w
    WHERE w.repository_id = ? AND w.number = ? AND w.updated_at <= ? AND w.id = {_latest("w.object_id")}
    ORDER BY w.updated_at DESC LIMIT 1 OFFSET ?
), {to_micros(ALWAYS)})
ORDER BY r.updated_at DESC, o.kind, o.github_id LIMIT ?
"""
_COUNTED = "SELECT 1 FROM revision r WHERE r.repository_id = ? AND r.number = ? LIMIT ?"
# Whoever can have written it no later than the one text that was written by then for certain.
_FIRST_POSTERS = FIRST_POSTERS.format(digest="?")
_DIGESTS = f"SELECT DISTINCT s.digest FROM object o JOIN sighting s ON s.object_id = o.id WHERE {_IS_REF}"
_SIGNS_OF = f"""
SELECT {OBJECT_CARRIER}, {CLAIM} FROM object o
JOIN sighting s ON s.object_id = o.id AND s.workspace = ? AND s.span_id = ? JOIN revision r ON r.id = s.revision_id
WHERE {_IS_REF} ORDER BY s.posted_at, s.id
"""
_SPANS = f"SELECT DISTINCT s.workspace, s.span_id FROM object o JOIN sighting s ON s.object_id = o.id WHERE {_IS_REF}"
# Only of claims in commits is it unknown when they were posted, so that the index leads past those in texts.
_IN_COMMITS = """
SELECT 1 FROM sighting s JOIN git_commit c ON c.id = s.commit_id
WHERE s.digest = ? AND s.posted_at IS NULL AND s.repository_id = ? AND c.pushed_at <= ? LIMIT 1
"""
_VERIFIED = """
SELECT s.digest, s.verified_with, MIN(s.verified_at) first_at, s.proof
FROM wanted CROSS JOIN sighting s WHERE s.digest = wanted.column1 AND s.trust = 'signed'
GROUP BY s.digest, s.verified_with, s.proof ORDER BY first_at, s.verified_with, s.proof
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

    def thread_changed(self, repository_id: int, kind: Kind, root_id: int, at: datetime) -> tuple[GithubObject, ...]:
        """Return the comments of a thread that were there at a time, and of which a later version is known."""
        micros = to_micros(at)
        rows = self._db.rows(_CHANGED, (repository_id, kind.value, root_id, micros, micros))
        return tuple(to_object(row) for row in rows)

    def comment_sightings(
        self, repository_id: int, number: int, at: datetime, *, path: str | None, commit: str | None
    ) -> tuple[Sighting, ...]:
        """Return the claims in force at a time in a number's reviews and review comments on a path, or a commit."""
        place = (repository_id, number, to_micros(at), to_micros(at))
        if path is not None:
            rows = self._db.rows(_ON_PATH, (*place, path))
        else:
            rows = self._db.rows(_ON_COMMIT, (*place, commit, commit))
        return tuple(to_sighting(row) for row in rows)

    def text_sightings(self, repository_id: int, number: int, at: datetime) -> tuple[Sighting, ...]:
        """Return the claims in force at a time in all texts of a number."""
        rows = self._db.rows(_ON_NUMBER, (repository_id, number, to_micros(at), to_micros(at)))
        return tuple(to_sighting(row) for row in rows)

    def text_count(self, repository_id: int, number: int, limit: int) -> int:
        """Return how many versions of texts there are on a number; ``limit`` where there are more."""
        return len(self._db.rows(_COUNTED, (repository_id, number, limit)))

    def texts_on(self, repository_id: int, number: int, at: datetime, limit: int) -> tuple[Text, ...]:
        """Return the texts of a number in force at a time, bodies among them, the newest first, ``limit`` at most.

        Those of objects that have been deleted since are among them: they were there.
        """
        if limit < 1:
            return ()
        place = (repository_id, number, to_micros(at), to_micros(at))
        rows = self._db.rows(_TEXTS, (*place, *place, limit - 1, limit))
        return tuple(Text(ObjectRef(row[0], Kind(row[1]), row[2]), *row[3:]) for row in rows)

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

    def spans_in(self, ref: ObjectRef) -> frozenset[tuple[str, str]]:
        """Return the runs, by workspace and span, whose claims stand, or stood, in an object."""
        rows = self._db.rows(_SPANS, (ref.repository_id, ref.kind.value, ref.id))
        return frozenset((workspace, span_id) for workspace, span_id in rows)

    def signs_in(self, ref: ObjectRef, workspace: str, span_id: str) -> tuple[Sighting, ...]:
        """Return the claims of a run in all versions of an object's text, the oldest first."""
        rows = self._db.rows(_SIGNS_OF, (workspace, span_id, ref.repository_id, ref.kind.value, ref.id))
        return tuple(map(to_sighting, rows))

    def verifications(self, digests: Iterable[str]) -> dict[str, tuple[Verification, ...]]:
        """Return how claims were verified, by their digests, the first time first; signed ones alone."""
        found: dict[str, tuple[Verification, ...]] = {}
        for digest, key_id, first_at, proof in self._db.rows_among(_VERIFIED, [(digest,) for digest in digests]):
            one = Verification(key_id, from_micros(first_at), None if proof is None else bytes(proof))
            found[digest] = (*found.get(digest, ()), one)
        return found

    def claim_in_commits(self, repository_id: int, digest: str, at: datetime) -> bool:
        """Return whether a commit of the repository, pushed by a time, carries a claim."""
        return self._db.row(_IN_COMMITS, (digest, repository_id, to_micros(at))) is not None

    def author_signs(self, repository_id: int, author_id: int) -> bool:
        """Return whether any text by this author in this repository carries a verified claim."""
        return self._db.row(_SIGNS, (repository_id, author_id)) is not None
