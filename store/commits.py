"""Commits, and the pushes that brought them. A push may hold 2,048 commits, so rows are written many at once."""

# ruff: noqa: S608 -- statements are composed of this room's constants; what comes from outside is bound

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from resolver.model.github import Commit, PushSeen
from resolver.model.runs import NO_CLAIMS, Reading
from store.merging import known
from store.object_ledger import add_sightings
from store.part import Part
from store.rows import CLAIM, COMMIT, COMMIT_CARRIER, from_texts, text_key, to_commit, to_sighting, to_texts
from store.times import to_micros

_COMMIT = f"SELECT {COMMIT}, c.id, c.paths_known FROM git_commit c WHERE c.repository_id = ? AND c.sha = ?"
_PATHS = "SELECT path, change FROM commit_path WHERE commit_id = ?"
_READING = f"""
SELECT c.refusals, s.id, {COMMIT_CARRIER}, {CLAIM}
FROM git_commit c LEFT JOIN sighting s ON s.commit_id = c.id
WHERE c.repository_id = ? AND c.sha = ? ORDER BY s.id
"""
_KNOWN = """
SELECT c.sha, c.id, c.author_login, c.paths_known, c.pushed_at
FROM wanted CROSS JOIN git_commit c WHERE c.repository_id = wanted.column1 AND c.sha = wanted.column2
"""
_ADD = """
INSERT INTO git_commit (repository_id, sha, message, committed_at, author_login, paths_known, pushed_at, refusals)
VALUES
"""
_MEND = "UPDATE git_commit SET author_login = ?, paths_known = ?, pushed_at = ? WHERE id = ?"
_ADD_PATHS = "INSERT INTO commit_path (commit_id, path_key, path, change) VALUES"
_ADD_PUSH = """
INSERT INTO push (repository_id, ref, sha_before, sha_after, forced, pushed_at) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (repository_id, ref, sha_after, sha_before) DO NOTHING RETURNING id
"""
_PUSH = "SELECT id FROM push WHERE repository_id = ? AND ref = ? AND sha_before = ? AND sha_after = ?"
_MEND_PUSH = "UPDATE push SET pushed_at = ? WHERE id = ? AND pushed_at > ?"
_ADD_PUSH_COMMITS = "INSERT INTO push_commit (push_id, commit_id, position) VALUES"


@dataclass(frozen=True, slots=True)
class _Kept:
    """What may change of a commit's row."""

    id: int
    author_login: str | None
    paths_known: bool
    pushed_at: int


class CommitFacts(Part):
    """Looking commits up."""

    def commit(self, repository_id: int, sha: str) -> Commit | None:
        """Return a commit, with its paths when they are known."""
        row = self._db.row(_COMMIT, (repository_id, sha))
        if row is None:
            return None
        commit_id, paths_known = row[5:]
        return to_commit(row, self._db.rows(_PATHS, (commit_id,)) if paths_known else None)

    def commit_reading(self, repository_id: int, sha: str) -> Reading | None:
        """Return the claims in a commit's message; None when the commit is unknown."""
        rows = self._db.rows(_READING, (repository_id, sha))
        if not rows:
            return None
        sightings = tuple(to_sighting(row[2:]) for row in rows if row[1] is not None)
        return Reading(sightings, to_texts(rows[0][0]))


class CommitLedger(CommitFacts):
    """Keeping pushes and their commits."""

    def put_push(self, push: PushSeen, readings: Mapping[str, Reading]) -> bool:
        """Keep a push and its commits with their paths; ``readings`` by SHA."""
        commits = {commit.sha: commit for commit in push.commits}
        pushed_at = to_micros(push.pushed_at)
        added = self._add_commits(push.repository_id, commits.values(), pushed_at, readings)
        kept = self._known_commits(push.repository_id, commits)
        mended = [self._mend_commit(kept[sha], commit, pushed_at) for sha, commit in commits.items()]
        pathed = self._add_paths(kept, commits.values())
        owned = [
            ((None, None, kept[sha].id, push.repository_id, None, None, None), sighting)
            for sha in commits
            for sighting in readings.get(sha, NO_CLAIMS).sightings
        ]
        sighted = add_sightings(self._db, owned)
        brought = self._keep_push(push, [kept[sha].id for sha in commits])
        return any((added, *mended, pathed, sighted, brought))

    def _add_commits(
        self, repository_id: int, commits: Iterable[Commit], pushed_at: int, readings: Mapping[str, Reading]
    ) -> int:
        rows = [
            (
                repository_id,
                commit.sha,
                commit.message,
                to_micros(commit.timestamp),
                commit.author_login,
                int(commit.paths is not None),
                pushed_at,
                from_texts(readings.get(commit.sha, NO_CLAIMS).refusals),
            )
            for commit in commits
        ]
        return self._db.insert(_ADD, rows, "ON CONFLICT (repository_id, sha) DO NOTHING")

    def _known_commits(self, repository_id: int, shas: Iterable[str]) -> dict[str, _Kept]:
        rows = self._db.rows_among(_KNOWN, [(repository_id, sha) for sha in shas])
        return {row[0]: _Kept(row[1], row[2], bool(row[3]), row[4]) for row in rows}

    def _mend_commit(self, before: _Kept, commit: Commit, pushed_at: int) -> bool:
        after = _Kept(
            before.id,
            known(before.author_login, commit.author_login),
            before.paths_known or commit.paths is not None,
            min(before.pushed_at, pushed_at),
        )
        if after == before:
            return False
        values = (after.author_login, int(after.paths_known), after.pushed_at, after.id)
        return self._db.change(_MEND, values) > 0

    def _add_paths(self, kept: Mapping[str, _Kept], commits: Iterable[Commit]) -> int:
        rows = [
            (kept[commit.sha].id, text_key(path), path, _change(commit, path))
            for commit in commits
            for path in commit.paths or ()
        ]
        return self._db.insert(_ADD_PATHS, rows, "ON CONFLICT (commit_id, path_key) DO NOTHING")

    def _keep_push(self, push: PushSeen, commit_ids: list[int]) -> bool:
        pushed_at = to_micros(push.pushed_at)
        row = self._db.row(
            _ADD_PUSH, (push.repository_id, push.ref, push.before, push.after, int(push.forced), pushed_at)
        )
        added = row is not None
        if row is None:
            row = self._db.rows(_PUSH, (push.repository_id, push.ref, push.before, push.after))[0]
            self._db.change(_MEND_PUSH, (pushed_at, row[0], pushed_at))
        places = [(row[0], commit_id, position) for position, commit_id in enumerate(commit_ids)]
        linked = self._db.insert(_ADD_PUSH_COMMITS, places, "ON CONFLICT (push_id, commit_id) DO NOTHING")
        return added or linked > 0


def _change(commit: Commit, path: str) -> str:
    if path in commit.added:
        return "added"
    return "removed" if path in commit.removed else "modified"
