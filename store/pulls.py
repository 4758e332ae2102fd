"""Pull requests, their threads' states, and which commits are theirs.

A pull request's commits are those of the pushes to its head branch that lead to one of its heads: from a push that
ends in the head, back over the push before, which ends where the later one began, to the one that created the branch.
"""

# ruff: noqa: S608 -- statements are composed of this room's constants; what comes from outside is bound

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, replace
from datetime import datetime

from resolver.model.github import CommitCount, PullRequest, ThreadSeen
from resolver.model.runs import Sighting
from store.merging import merge_pull_requests
from store.objects import ObjectFacts
from store.rows import CLAIM, COMMIT_CARRIER, PULL_REQUEST, text_key, to_pull_request, to_sighting
from store.times import from_optional, to_micros

_NO_COMMIT = "0" * 40
"""Where a push begins that creates a branch, and ends that deletes it: nothing leads from one branch to the next."""
_HEADS = "refs/heads/"
_MOST_PUSHES = 10_000
"""Of how many pushes a pull request's commits are gathered; for a branch that is older than that, the latest."""

_PULL_PUSHES = f"""
WITH RECURSIVE step (id, repository_id, ref, sha_before) AS (
    SELECT p.id, p.repository_id, p.ref, p.sha_before
    FROM pull_head h
    JOIN push p ON p.repository_id = h.head_repository_id AND p.ref = 'refs/heads/' || h.head_ref
        AND p.sha_after = h.sha
    WHERE h.repository_id = ? AND h.number = ?
    UNION
    SELECT p.id, p.repository_id, p.ref, p.sha_before
    FROM step JOIN push p
    ON p.repository_id = step.repository_id AND p.ref = step.ref AND p.sha_after = step.sha_before
    WHERE step.sha_before <> '{_NO_COMMIT}'
)
"""
_STEPS = f"(SELECT id FROM step LIMIT {_MOST_PUSHES}) t"
_PULL_COMMITS = f"""
{_PULL_PUSHES}, brought (commit_id) AS (
    SELECT DISTINCT b.commit_id FROM {_STEPS} JOIN push_commit b ON b.push_id = t.id
)
"""
# One commit is looked for in each push, rather than all their commits for the one.
_PULL_COMMIT = f"""
{_PULL_PUSHES}, brought (commit_id) AS (
    SELECT DISTINCT b.commit_id FROM {_STEPS} JOIN push_commit b ON b.push_id = t.id WHERE b.commit_id IN (
        SELECT w.id FROM pull_head h JOIN git_commit w ON w.repository_id = h.head_repository_id AND w.sha = ?
        WHERE h.repository_id = ? AND h.number = ?
    )
)
"""
_TOUCHED = "JOIN commit_path f ON f.commit_id = c.id AND f.path_key = ?"
_TOUCHING = f"""
{_PULL_COMMITS} SELECT c.sha FROM brought JOIN git_commit c ON c.id = brought.commit_id {_TOUCHED}
WHERE c.pushed_at <= ? ORDER BY c.pushed_at, c.committed_at, c.sha
"""
_RENAMED = f"""
{_PULL_COMMITS} SELECT DISTINCT g.path FROM brought JOIN git_commit c ON c.id = brought.commit_id {_TOUCHED}
JOIN commit_path g ON g.commit_id = c.id
WHERE c.pushed_at <= ? AND f.change = 'added' AND g.change = 'removed' ORDER BY g.path LIMIT ?
"""
_IS_COMMIT = f"{_PULL_COMMIT} SELECT 1 FROM brought LIMIT 1"
_CLAIMED = f"""
SELECT {COMMIT_CARRIER}, {CLAIM}
FROM brought JOIN git_commit c ON c.id = brought.commit_id JOIN sighting s ON s.commit_id = c.id
"""
_SIGHTINGS = f"{_PULL_COMMITS} {_CLAIMED} WHERE c.pushed_at <= ?"
_SIGHTINGS_ON_PATH = f"{_PULL_COMMITS} {_CLAIMED} {_TOUCHED} WHERE c.pushed_at <= ?"
_SIGHTINGS_ON_COMMIT = f"{_PULL_COMMIT} {_CLAIMED} WHERE c.pushed_at <= ?"
# A push brings at least one commit, but for the first of the walk, which may have created the branch or forced it.
# So where more pushes lead to the head than GitHub counts commits, and two, there are more commits as well.
_PRESENT = f"""
WITH RECURSIVE pull (head_repository_id, head_ref, head_sha, commit_count) AS (
    SELECT q.head_repository_id, 'refs/heads/' || q.head_ref, q.head_sha, q.commit_count
    FROM pull_request q WHERE q.repository_id = ? AND q.number = ? AND q.commit_count > 0
), step (id, repository_id, ref, sha_before, forced, pushed_at) AS (
    SELECT p.id, p.repository_id, p.ref, p.sha_before, p.forced, p.pushed_at
    FROM pull JOIN push p
    ON p.repository_id = pull.head_repository_id AND p.ref = pull.head_ref AND p.sha_after = pull.head_sha
    UNION
    SELECT p.id, p.repository_id, p.ref, p.sha_before, p.forced, p.pushed_at
    FROM step JOIN push p
    ON p.repository_id = step.repository_id AND p.ref = step.ref AND p.sha_after = step.sha_before
    WHERE step.forced = 0 AND step.sha_before <> '{_NO_COMMIT}'
), room (pushes) AS (SELECT COALESCE(MAX(commit_count), 0) + 2 FROM pull)
SELECT (SELECT commit_count FROM pull), COUNT(DISTINCT b.commit_id), MAX(CASE WHEN t.forced = 1 THEN t.pushed_at END),
    (SELECT pushes FROM room) - COUNT(DISTINCT t.id),
    COUNT(DISTINCT CASE WHEN c.paths_known = 0 THEN c.id END),
    COUNT(DISTINCT CASE WHEN substr(c.message, 1, 6) = 'Merge ' THEN c.id END)
FROM (SELECT id, forced, pushed_at FROM step LIMIT (SELECT pushes FROM room)) t
LEFT JOIN push_commit b ON b.push_id = t.id LEFT JOIN git_commit c ON c.id = b.commit_id
"""
_PULL = f"SELECT {PULL_REQUEST} FROM pull_request p WHERE p.repository_id = ? AND p.number = ?"
_MERGED_AS = f"""
SELECT {PULL_REQUEST} FROM pull_request p WHERE p.repository_id = ? AND p.merge_commit_sha = ? AND p.merged = 1
ORDER BY p.number
"""
_ADD = """
INSERT INTO pull_request (head_sha, head_ref, head_repository_id, base_sha, base_ref, state, merged,
    merge_commit_sha, commit_count, updated_at, repository_id, number) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (repository_id, number) DO NOTHING
"""
_MEND = """
UPDATE pull_request SET head_sha = ?, head_ref = ?, head_repository_id = ?, base_sha = ?, base_ref = ?, state = ?,
    merged = ?, merge_commit_sha = ?, commit_count = ?, updated_at = ? WHERE repository_id = ? AND number = ?
"""
_ADD_HEAD = """
INSERT INTO pull_head (repository_id, number, head_repository_id, head_ref, sha) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (repository_id, number, head_repository_id, head_ref, sha) DO NOTHING
"""
_WITH_HEAD = """
SELECT DISTINCT repository_id, number FROM pull_head WHERE head_repository_id = ? AND head_ref = ?
ORDER BY repository_id, number
"""
_REFS_HOLDING = """
SELECT DISTINCT p.ref
FROM wanted CROSS JOIN git_commit c JOIN push_commit b ON b.commit_id = c.id JOIN push p ON p.id = b.push_id
WHERE c.repository_id = wanted.column1 AND c.sha = wanted.column2
"""
_ADD_THREAD = """
INSERT INTO review_thread (repository_id, root_id, resolved, as_of) VALUES (?, ?, ?, ?)
ON CONFLICT (repository_id, root_id) DO UPDATE SET resolved = excluded.resolved, as_of = excluded.as_of
WHERE (excluded.as_of, excluded.resolved) > (review_thread.as_of, review_thread.resolved)
"""


class PullFacts(ObjectFacts):
    """Looking pull requests up."""

    def pull_request(self, repository_id: int, number: int) -> PullRequest | None:
        """Return a pull request as last stated."""
        row = self._db.row(_PULL, (repository_id, number))
        return None if row is None else to_pull_request(row)

    def pull_commits_touching(self, repository_id: int, number: int, path: str, at: datetime) -> tuple[str, ...]:
        """Return the SHAs of the pull request's commits, pushed by a time, that are known to have touched a path."""
        rows = self._db.rows(_TOUCHING, (repository_id, number, text_key(path), to_micros(at)))
        return tuple(sha for (sha,) in rows)

    def pull_former_names(
        self, repository_id: int, number: int, path: str, at: datetime, limit: int
    ) -> tuple[str, ...]:
        """Return the paths that a pull request's commits, pushed by a time, removed where they added this one."""
        rows = self._db.rows(_RENAMED, (repository_id, number, text_key(path), to_micros(at), limit))
        return tuple(name for (name,) in rows)

    def is_pull_commit(self, repository_id: int, number: int, sha: str) -> bool:
        """Return whether a commit is known to be the pull request's."""
        return self._db.row(_IS_COMMIT, (repository_id, number, sha, repository_id, number)) is not None

    def pull_commit_count(self, repository_id: int, number: int) -> CommitCount:
        """Return how many commits lead to a pull request's present head, and how many GitHub counts."""
        counted, brought, forced_at, room, *rest = self._db.rows(_PRESENT, (repository_id, number))[0]
        return CommitCount(brought if room > 0 else None, counted, from_optional(forced_at), *rest)

    def pulls_merged_as(self, repository_id: int, sha: str) -> tuple[PullRequest, ...]:
        """Return the merged pull requests whose merge (or squash) commit this is, by number."""
        return tuple(to_pull_request(row) for row in self._db.rows(_MERGED_AS, (repository_id, sha)))

    def pull_sightings(
        self, repository_id: int, number: int, at: datetime, *, path: str | None, commit: str | None
    ) -> tuple[Sighting, ...]:
        """Return the claims of a number that bear on a path, or (``path`` None) on a commit, oldest first."""
        micros, pull = to_micros(at), (repository_id, number)
        if path is not None:
            rows = self._db.rows(_SIGHTINGS_ON_PATH, (*pull, text_key(path), micros))
        else:
            rows = self._db.rows(_SIGHTINGS_ON_COMMIT, (*pull, commit, *pull, micros))
        found = [to_sighting(row) for row in rows]
        found += self.comment_sightings(repository_id, number, at, path=path, commit=commit)
        return tuple(sorted(found, key=_order))

    def number_sightings(self, repository_id: int, number: int, at: datetime) -> tuple[Sighting, ...]:
        """Return every claim of a number in force at a time, in its texts and its commits, oldest first."""
        rows = self._db.rows(_SIGHTINGS, (repository_id, number, to_micros(at)))
        found = [to_sighting(row) for row in rows]
        found += self.text_sightings(repository_id, number, at)
        return tuple(sorted(found, key=_order))

    def pulls_with_head(self, repository_id: int, branch: str) -> tuple[tuple[int, int], ...]:
        """Return ``(repository_id, number)`` of the pull requests whose head is, or was, this branch."""
        return tuple((row[0], row[1]) for row in self._db.rows(_WITH_HEAD, (repository_id, branch)))

    def pulls_holding(self, repository_id: int, shas: Iterable[str]) -> tuple[tuple[int, int], ...]:
        """Return ``(repository_id, number)`` of the pull requests to whose head branch any commit was pushed."""
        rows = self._db.rows_among(_REFS_HOLDING, [(repository_id, sha) for sha in dict.fromkeys(shas)])
        branches = {ref.removeprefix(_HEADS) for (ref,) in rows if ref.startswith(_HEADS)}
        return tuple(sorted({pull for branch in branches for pull in self.pulls_with_head(repository_id, branch)}))


class PullLedger(PullFacts):
    """Keeping pull requests and the states of their threads."""

    def put_pull_request(self, pull: PullRequest) -> bool:
        """Keep a pull request's head and base, the newest by ``updated_at``, and every head it had."""
        key = (pull.repository_id, pull.number)
        changed = self._db.change(_ADD, (*_values(pull), *key)) > 0
        if not changed:
            before = to_pull_request(self._db.rows(self._db.locking(_PULL), key)[0])
            after = merge_pull_requests(before, pull)
            if after != before:
                self._db.change(_MEND, (*_values(after), *key))
            changed = replace(after, updated_at=before.updated_at) != before
        if pull.head_repository_id is not None:
            head = (pull.head_repository_id, pull.head_ref, pull.head_sha)
            changed = self._db.change(_ADD_HEAD, (*key, *head)) > 0 or changed
        return changed

    def put_thread(self, thread: ThreadSeen) -> bool:
        """Keep the state of a review thread, the newest by ``as_of``."""
        values = (thread.repository_id, thread.root_id, int(thread.resolved), to_micros(thread.as_of))
        return self._db.change(_ADD_THREAD, values) > 0


def _order(sighting: Sighting) -> tuple[datetime, str, str, str]:
    carrier = sighting.carrier
    return carrier.posted_at, carrier.kind or "", carrier.key, sighting.digest


def _values(pull: PullRequest) -> tuple[int | str | None, ...]:
    return (*astuple(pull)[2:8], int(pull.merged), pull.merge_commit_sha, pull.commit_count, to_micros(pull.updated_at))
