"""Pull requests, their threads' states, and which commits are theirs.

A pull request's commits are those of the pushes to its head branch that lead to one of its heads: from a push that
ends in the head, back over the push before, which ends where the later one began, to the one that created the branch.
"""

# ruff: noqa: S608 -- statements are composed of this room's constants; what comes from outside is bound

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, replace
from datetime import datetime

from resolver.model.github import PullRequest, ThreadSeen
from resolver.model.runs import Sighting
from store.merging import merge_pull_requests
from store.objects import ObjectFacts
from store.rows import CLAIM, COMMIT_CARRIER, PULL_REQUEST, text_key, to_pull_request, to_sighting
from store.times import to_micros

_NO_COMMIT = "0" * 40
"""Where a push begins that creates a branch, and ends that deletes it: nothing leads from one branch to the next."""
_MOST_PUSHES = 10_000
"""Of how many pushes a pull request's commits are gathered; for a branch that is older than that, the latest."""

_PULL_COMMITS = f"""
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
), brought (commit_id) AS (
    SELECT DISTINCT b.commit_id FROM (SELECT id FROM step LIMIT {_MOST_PUSHES}) t JOIN push_commit b ON b.push_id = t.id
)
"""
_TOUCHED = "JOIN commit_path f ON f.commit_id = c.id AND f.path_key = ?"
_TOUCHING = f"""
{_PULL_COMMITS} SELECT c.sha FROM brought JOIN git_commit c ON c.id = brought.commit_id {_TOUCHED}
WHERE c.pushed_at <= ? ORDER BY c.pushed_at, c.committed_at, c.sha
"""
_IS_COMMIT = f"""
{_PULL_COMMITS} SELECT 1 FROM brought JOIN git_commit c ON c.id = brought.commit_id WHERE c.sha = ? LIMIT 1
"""
_SIGHTINGS = f"""
{_PULL_COMMITS} SELECT {COMMIT_CARRIER}, {CLAIM}
FROM brought JOIN git_commit c ON c.id = brought.commit_id JOIN sighting s ON s.commit_id = c.id
"""
_SIGHTINGS_ON_PATH = f"{_SIGHTINGS} {_TOUCHED} WHERE c.pushed_at <= ?"
_SIGHTINGS_ON_COMMIT = f"{_SIGHTINGS} WHERE c.sha = ? AND c.pushed_at <= ?"
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
# The branch's name is what follows "refs/heads/"; the second condition leaves out tags of that length.
_HOLDING = """
SELECT DISTINCT h.repository_id, h.number
FROM git_commit c JOIN push_commit b ON b.commit_id = c.id JOIN push p ON p.id = b.push_id
JOIN pull_head h ON h.head_repository_id = p.repository_id AND h.head_ref = substr(p.ref, 12)
    AND p.ref = 'refs/heads/' || h.head_ref
WHERE c.repository_id = ? AND c.sha IN
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

    def is_pull_commit(self, repository_id: int, number: int, sha: str) -> bool:
        """Return whether a commit is known to be the pull request's."""
        return self._db.row(_IS_COMMIT, (repository_id, number, sha)) is not None

    def pulls_merged_as(self, repository_id: int, sha: str) -> tuple[PullRequest, ...]:
        """Return the merged pull requests whose merge (or squash) commit this is, by number."""
        return tuple(to_pull_request(row) for row in self._db.rows(_MERGED_AS, (repository_id, sha)))

    def pull_sightings(
        self, repository_id: int, number: int, at: datetime, *, path: str | None, commit: str | None
    ) -> tuple[Sighting, ...]:
        """Return the claims of a number that bear on a path, or (``path`` None) on a commit, oldest first."""
        micros = to_micros(at)
        if path is not None:
            rows = self._db.rows(_SIGHTINGS_ON_PATH, (repository_id, number, text_key(path), micros))
        else:
            rows = self._db.rows(_SIGHTINGS_ON_COMMIT, (repository_id, number, commit, micros))
        found = [to_sighting(row) for row in rows]
        found += self.comment_sightings(repository_id, number, at, path=path, commit=commit)
        return tuple(sorted(found, key=_order))

    def pulls_with_head(self, repository_id: int, branch: str) -> tuple[tuple[int, int], ...]:
        """Return ``(repository_id, number)`` of the pull requests whose head is, or was, this branch."""
        return tuple((row[0], row[1]) for row in self._db.rows(_WITH_HEAD, (repository_id, branch)))

    def pulls_holding(self, repository_id: int, shas: Iterable[str]) -> tuple[tuple[int, int], ...]:
        """Return ``(repository_id, number)`` of the pull requests to whose head branch any commit was pushed."""
        rows = self._db.rows_among(_HOLDING, (repository_id,), dict.fromkeys(shas))
        return tuple(sorted({(row[0], row[1]) for row in rows}))


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


def _order(sighting: Sighting) -> tuple[datetime, bool, str, str]:
    carrier = sighting.carrier
    return carrier.posted_at, not carrier.is_commit, carrier.key, sighting.digest


def _values(pull: PullRequest) -> tuple[int | str | None, ...]:
    return (*astuple(pull)[2:8], int(pull.merged), pull.merge_commit_sha, pull.commit_count, to_micros(pull.updated_at))
