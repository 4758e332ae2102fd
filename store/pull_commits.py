"""What is known of which commits are a pull request's: by the pushes that led to it, and by GitHub's own lists.

By pushes they are those to its head branch that lead to one of its heads: from a push that ends in the head, back over
the push before, which ends where the later one began, to the one that created the branch. By a list they are those
that GitHub named, when it was asked, at one of its heads. A fork's commit may be known by both, in the fork's
repository and in the pull request's own: it counts once, as of the latter.
"""

# ruff: noqa: S608 -- statements are composed of this room's constants; what comes from outside is bound

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from resolver.model.github import CommitCount, PullCommits
from resolver.model.runs import Sighting
from store.database import Row
from store.objects import ObjectFacts
from store.rows import CLAIM, COMMIT_CARRIER, text_key, to_sighting
from store.times import from_optional, to_micros

_NO_COMMIT = "0" * 40
"""Where a push begins that creates a branch, and ends that deletes it: nothing leads from one branch to the next."""
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
{_PULL_PUSHES}, brought (commit_id, listed) AS (
    SELECT u.commit_id, MIN(u.listed) FROM (
        SELECT b.commit_id, 0 AS listed FROM {_STEPS} JOIN push_commit b ON b.push_id = t.id
        UNION ALL
        SELECT l.commit_id, CASE WHEN l.position > (
            SELECT m.position FROM git_commit w JOIN pull_commit m ON m.commit_id = w.id
            AND m.repository_id = l.repository_id AND m.number = l.number AND m.head_sha = l.head_sha
            WHERE w.repository_id = l.repository_id AND w.sha = ?
        ) THEN 2 ELSE 1 END
        FROM pull_commit l WHERE l.repository_id = ? AND l.number = ?
    ) u GROUP BY u.commit_id
)
"""
# One commit is looked for in each push, rather than all their commits for the one.
_PULL_COMMIT = f"""
{_PULL_PUSHES}, brought (commit_id, listed) AS (
    SELECT u.commit_id, MIN(u.listed) FROM (
        SELECT b.commit_id, 0 AS listed FROM {_STEPS} JOIN push_commit b ON b.push_id = t.id WHERE b.commit_id IN (
            SELECT w.id FROM pull_head h JOIN git_commit w ON w.repository_id = h.head_repository_id AND w.sha = ?
            WHERE h.repository_id = ? AND h.number = ?
        )
        UNION ALL
        SELECT l.commit_id, 1 FROM git_commit w JOIN pull_commit l ON l.commit_id = w.id
        WHERE w.sha = ? AND w.repository_id = ? AND l.repository_id = w.repository_id AND l.number = ?
    ) u GROUP BY u.commit_id
)
"""
# A commit that no push to the branch is known to have brought (0) was there at any time that is asked about, unless it
# was made after the one that stands for that time (2): then it is as old as it says. Whoever makes a commit dates it,
# and a later push (of the merge, to the base) does not say when the pull request had it.
_THERE = """
CASE brought.listed WHEN 0 THEN c.pushed_at WHEN 1 THEN 0
ELSE CASE WHEN c.committed_at < c.pushed_at THEN c.committed_at ELSE c.pushed_at END END <= ?
"""
_TOUCHED = "JOIN commit_path f ON f.commit_id = c.id AND f.path_key = ?"
_TOUCHING = f"""
{_PULL_COMMITS} SELECT c.sha FROM brought JOIN git_commit c ON c.id = brought.commit_id {_TOUCHED}
WHERE {_THERE} ORDER BY c.pushed_at, c.committed_at, c.sha
"""
_RENAMED = f"""
{_PULL_COMMITS} SELECT DISTINCT g.path FROM brought JOIN git_commit c ON c.id = brought.commit_id {_TOUCHED}
JOIN commit_path g ON g.commit_id = c.id
WHERE {_THERE} AND f.change = 'added' AND g.change = 'removed' ORDER BY g.path LIMIT ?
"""
_IS_COMMIT = f"{_PULL_COMMIT} SELECT 1 FROM brought LIMIT 1"
_CLAIMED = f"""
SELECT {COMMIT_CARRIER}, {CLAIM}
FROM brought JOIN git_commit c ON c.id = brought.commit_id JOIN sighting s ON s.commit_id = c.id
"""
_SIGHTINGS = f"{_PULL_COMMITS} {_CLAIMED} WHERE {_THERE}"
_SIGHTINGS_ON_PATH = f"{_PULL_COMMITS} {_CLAIMED} {_TOUCHED} WHERE {_THERE}"
_SIGHTINGS_ON_COMMIT = f"{_PULL_COMMIT} {_CLAIMED} WHERE {_THERE}"
# A push brings at least one commit, but for the first of the walk, which may have created the branch or forced it.
# So where more pushes lead to the head than GitHub counts commits, and two, there are more commits as well.
_PRESENT = f"""
WITH RECURSIVE pull (head_repository_id, head_ref, head_sha, commit_count, listed) AS (
    SELECT q.head_repository_id, 'refs/heads/' || q.head_ref, q.head_sha, COALESCE(q.commit_count, l.count), l.count
    FROM pull_request q LEFT JOIN pull_list l
    ON l.repository_id = q.repository_id AND l.number = q.number AND l.head_sha = q.head_sha
    WHERE q.repository_id = ? AND q.number = ? AND COALESCE(q.commit_count, l.count) > 0
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
SELECT (SELECT listed FROM pull), MIN(t.pushed_at), (SELECT commit_count FROM pull), COUNT(DISTINCT b.commit_id),
    MAX(CASE WHEN t.forced = 1 THEN t.pushed_at END),
    (SELECT pushes FROM room) - COUNT(DISTINCT t.id),
    COUNT(DISTINCT CASE WHEN c.paths_known = 0 THEN c.id END),
    COUNT(DISTINCT CASE WHEN substr(c.message, 1, 6) = 'Merge ' THEN c.id END)
FROM (SELECT id, forced, pushed_at FROM step LIMIT (SELECT pushes FROM room)) t
LEFT JOIN push_commit b ON b.push_id = t.id LEFT JOIN git_commit c ON c.id = b.commit_id
"""
_PATHLESS = """
SELECT COUNT(*) FROM pull_request q
JOIN pull_commit l ON l.repository_id = q.repository_id AND l.number = q.number AND l.head_sha = q.head_sha
JOIN git_commit c ON c.id = l.commit_id WHERE q.repository_id = ? AND q.number = ? AND c.paths_known = 0
"""
_IS_LISTED = """
SELECT 1 FROM pull_request q JOIN git_commit c ON c.repository_id = q.repository_id AND c.sha = ?
JOIN pull_commit l
ON l.repository_id = q.repository_id AND l.number = q.number AND l.head_sha = q.head_sha AND l.commit_id = c.id
WHERE q.repository_id = ? AND q.number = ?
"""
_LISTED_IN = """
SELECT DISTINCT l.repository_id, l.number
FROM wanted CROSS JOIN git_commit c JOIN pull_commit l ON l.commit_id = c.id
WHERE c.repository_id = wanted.column1 AND c.sha = wanted.column2
"""
_LISTED = """
SELECT c.sha, c.author_login FROM pull_commit l JOIN git_commit c ON c.id = l.commit_id
WHERE l.repository_id = ? AND l.number = ? AND l.head_sha = ? ORDER BY l.position, c.sha
"""
_KNOWN = """
SELECT c.sha, c.id FROM wanted CROSS JOIN git_commit c
WHERE c.repository_id = wanted.column1 AND c.sha = wanted.column2
"""
_ADD = "INSERT INTO pull_commit (repository_id, number, head_sha, commit_id, position) VALUES"
_MEND = """
ON CONFLICT (repository_id, number, head_sha, commit_id) DO UPDATE SET position = excluded.position
WHERE excluded.position < pull_commit.position
"""
_LENGTH = "SELECT COUNT(*) FROM pull_commit l WHERE l.repository_id = ? AND l.number = ? AND l.head_sha = ?"
_ADD_LIST = """
INSERT INTO pull_list (repository_id, number, head_sha, count) VALUES (?, ?, ?, ?)
ON CONFLICT (repository_id, number, head_sha) DO UPDATE SET count = excluded.count
WHERE excluded.count <> pull_list.count
"""


class PullCommitFacts(ObjectFacts):
    """Looking up the commits of pull requests."""

    def pull_commits_touching(
        self, repository_id: int, number: int, path: str, at: datetime, *, upto: str | None = None
    ) -> tuple[str, ...]:
        """Return the SHAs of the pull request's commits, there by a time, that are known to have touched a path."""
        pull = (repository_id, number)
        rows = self._db.rows(_TOUCHING, (*pull, upto, *pull, text_key(path), to_micros(at)))
        return tuple(dict.fromkeys(sha for (sha,) in rows))

    def pull_former_names(
        self, repository_id: int, number: int, path: str, at: datetime, limit: int, *, upto: str | None = None
    ) -> tuple[str, ...]:
        """Return the paths that a pull request's commits, there by a time, removed where they added this one."""
        pull = (repository_id, number)
        rows = self._db.rows(_RENAMED, (*pull, upto, *pull, text_key(path), to_micros(at), limit))
        return tuple(name for (name,) in rows)

    def is_pull_commit(self, repository_id: int, number: int, sha: str) -> bool:
        """Return whether a commit is known to be the pull request's."""
        return self._db.row(_IS_COMMIT, _one_commit(repository_id, number, sha)) is not None

    def is_listed_commit(self, repository_id: int, number: int, sha: str) -> bool:
        """Return whether GitHub's list of the commits that lead to a pull request's present head holds a commit."""
        return self._db.row(_IS_LISTED, (sha, repository_id, number)) is not None

    def pull_commit_count(self, repository_id: int, number: int) -> CommitCount:
        """Return how many commits lead to a pull request's present head, and how many GitHub counts.

        Where GitHub has listed as many at this head as it counts, the list says which they are; pushes say when the
        last forced one was. Of more pushes than are gone through, any of the earlier ones may have been.
        """
        pull = (repository_id, number)
        listed, earliest, counted, brought, forced_at, room, *rest = self._db.rows(_PRESENT, pull)[0]
        if listed is None or listed != counted:
            return CommitCount(brought if room > 0 else None, counted, from_optional(forced_at), *rest)
        ((pathless,),) = self._db.rows(_PATHLESS, pull)
        forced = from_optional(forced_at if room > 0 else earliest)
        return CommitCount(listed, counted, forced, pathless, merges=0, listed=True)

    def listed_commits(self, repository_id: int, number: int, head_sha: str) -> tuple[tuple[str, str | None], ...]:
        """Return the commits that GitHub lists for a head, oldest first, each with its author's login if known."""
        return tuple((row[0], row[1]) for row in self._db.rows(_LISTED, (repository_id, number, head_sha)))

    def pull_sightings(
        self,
        repository_id: int,
        number: int,
        at: datetime,
        *,
        path: str | None,
        commit: str | None,
        upto: str | None = None,
    ) -> tuple[Sighting, ...]:
        """Return the claims of a number that bear on a path, or (``path`` None) on a commit, oldest first."""
        micros, pull = to_micros(at), (repository_id, number)
        if path is not None:
            rows = self._db.rows(_SIGHTINGS_ON_PATH, (*pull, upto, *pull, text_key(path), micros))
        else:
            rows = self._db.rows(_SIGHTINGS_ON_COMMIT, (*_one_commit(repository_id, number, commit), micros))
        found = _each_once(repository_id, rows)
        found += self.comment_sightings(repository_id, number, at, path=path, commit=commit)
        return tuple(sorted(found, key=_order))

    def number_sightings(self, repository_id: int, number: int, at: datetime) -> tuple[Sighting, ...]:
        """Return every claim of a number in force at a time, in its texts and its commits, oldest first."""
        pull = (repository_id, number)
        found = _each_once(repository_id, self._db.rows(_SIGHTINGS, (*pull, None, *pull, to_micros(at))))
        found += self.text_sightings(repository_id, number, at)
        return tuple(sorted(found, key=_order))

    def pulls_listing(self, repository_id: int, shas: Iterable[str]) -> tuple[tuple[int, int], ...]:
        """Return ``(repository_id, number)`` of the pull requests that GitHub lists any commit in."""
        rows = self._db.rows_among(_LISTED_IN, [(repository_id, sha) for sha in dict.fromkeys(shas)])
        return tuple(sorted({(row[0], row[1]) for row in rows}))


class PullCommitLedger(PullCommitFacts):
    """Keeping the commits of pull requests as GitHub lists them."""

    def put_pull_commits(self, listed: PullCommits) -> bool:
        """Keep GitHub's list of a pull request's commits. An empty one says nothing, and is not kept.

        Of two lists at one head, as there may be when the base was changed, all commits stay the pull request's.
        Raises ValueError for a commit that is not kept itself.
        """
        shas = tuple(dict.fromkeys(listed.shas))
        ids = dict(map(tuple, self._db.rows_among(_KNOWN, [(listed.repository_id, sha) for sha in shas])))
        missing = [sha for sha in shas if sha not in ids]
        if missing:
            raise ValueError(f"commit {missing[0]} of pull request {listed.number} is listed, but not kept")
        if not shas:
            return False
        head = (listed.repository_id, listed.number, listed.head_sha)
        changed = self._db.insert(_ADD, [(*head, ids[sha], place) for place, sha in enumerate(shas)], _MEND)
        ((length,),) = self._db.rows(_LENGTH, head)
        return changed + self._db.change(_ADD_LIST, (*head, length)) > 0


def _one_commit(repository_id: int, number: int, sha: str | None) -> tuple[int | str | None, ...]:
    """Return what ``_PULL_COMMIT`` is asked with."""
    pull = (repository_id, number)
    return (*pull, sha, *pull, sha, *pull)


def _each_once(repository_id: int, rows: Iterable[Row]) -> list[Sighting]:
    """Return claims in commits, each of a commit once: as of the repository itself where it is known there."""
    found = [to_sighting(row) for row in rows]
    found.sort(key=lambda one: (one.carrier.repository_id == repository_id, one.carrier.repository_id))
    return list({(one.carrier.key, one.digest): one for one in found}.values())


def _order(sighting: Sighting) -> tuple[datetime, str, str, str]:
    carrier = sighting.carrier
    return carrier.posted_at, carrier.kind or "", carrier.key, sighting.digest
