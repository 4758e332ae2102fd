"""Commits, the pushes that brought them, and those that GitHub was asked for.

A push may hold 2,048 commits, so rows are written many at once. Two statements about one commit may name other files:
all of them count. Should they differ about what was done with one, it was added, else removed: what may have been
renamed is looked after, and the order of arrival does not show.
"""

# ruff: noqa: S608 -- statements are composed of this room's constants; what comes from outside is bound

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from resolver.model.github import GHOST, Commit, PushSeen
from resolver.model.runs import NO_CLAIMS, Reading
from store.hashes import text_hash
from store.merging import CommitStated, merge_commits
from store.object_ledger import add_sightings
from store.part import Part
from store.rows import CLAIM, COMMIT, COMMIT_CARRIER, from_texts, text_key, to_commit, to_sighting, to_texts
from store.times import to_micros

_COMMIT = f"SELECT {COMMIT}, c.id, c.paths_known FROM git_commit c WHERE c.repository_id = ? AND c.sha = ?"
_PUSHED = "SELECT pushed FROM git_commit WHERE repository_id = ? AND sha = ?"
_PATHS = "SELECT path, change FROM commit_path WHERE commit_id = ?"
_READING = f"""
SELECT c.refusals, s.id, {COMMIT_CARRIER}, {CLAIM}
FROM git_commit c LEFT JOIN sighting s ON s.commit_id = c.id
WHERE c.repository_id = ? AND c.sha = ? ORDER BY s.id
"""
_KNOWN = """
SELECT c.sha, c.id, CASE WHEN c.erased_at IS NULL THEN c.author_login ELSE '' END,
    c.paths_known, c.committed_at, c.pushed, c.pushed_at, c.refusals
FROM wanted CROSS JOIN git_commit c WHERE c.repository_id = wanted.column1 AND c.sha = wanted.column2
"""
_ADD = """
INSERT INTO git_commit (repository_id, sha, message, message_sha256, refusals, author_login, paths_known, committed_at,
    pushed, pushed_at, erased_at) VALUES
"""
# What was written by whoever was forgotten since is not taken in again (``store.forgetting``).
_FORGOTTEN = """
SELECT a.login_key, a.forgotten_at FROM wanted CROSS JOIN forgotten_account a WHERE a.login_key = wanted.column1
"""
_MEND = """
UPDATE git_commit SET author_login = CASE WHEN erased_at IS NULL THEN ? ELSE author_login END,
    paths_known = ?, committed_at = ?, pushed = ?, pushed_at = ? WHERE id = ?
"""
_REFUSALS = "UPDATE git_commit SET refusals = ? WHERE id = ?"
_ADD_PATHS = "INSERT INTO commit_path (commit_id, path_key, path, change) VALUES"
_MEND_PATHS = """
ON CONFLICT (commit_id, path_key) DO UPDATE SET change = excluded.change
WHERE excluded.change <> commit_path.change AND (excluded.change = 'added' OR commit_path.change = 'modified')
"""
_ADD_PUSH = """
INSERT INTO push (repository_id, ref, sha_before, sha_after, forced, pushed_at) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (repository_id, ref, sha_after, sha_before) DO NOTHING RETURNING id
"""
_PUSH = "SELECT id FROM push WHERE repository_id = ? AND ref = ? AND sha_before = ? AND sha_after = ?"
_MEND_PUSH = "UPDATE push SET pushed_at = ? WHERE id = ? AND pushed_at > ?"
_ADD_PUSH_COMMITS = "INSERT INTO push_commit (push_id, commit_id, position) VALUES"


class CommitFacts(Part):
    """Looking commits up."""

    def commit(self, repository_id: int, sha: str) -> Commit | None:
        """Return a commit, with its paths when they are known."""
        row = self._db.row(_COMMIT, (repository_id, sha))
        if row is None:
            return None
        commit_id, paths_known = row[5:]
        return to_commit(row, self._db.rows(_PATHS, (commit_id,)) if paths_known else None)

    def is_pushed(self, repository_id: int, sha: str) -> bool:
        """Say whether a push to the repository is known to have brought a commit: GitHub shows those of forks too."""
        row = self._db.row(_PUSHED, (repository_id, sha))
        return row is not None and bool(row[0])

    def commit_reading(self, repository_id: int, sha: str) -> Reading | None:
        """Return the claims in a commit's message; None when the commit is unknown."""
        rows = self._db.rows(_READING, (repository_id, sha))
        if not rows:
            return None
        sightings = tuple(to_sighting(row[2:]) for row in rows if row[1] is not None)
        return Reading(sightings, to_texts(rows[0][0]))


class CommitLedger(CommitFacts):
    """Keeping pushes and their commits."""

    def put_push(self, push: PushSeen, readings: Mapping[str, Reading], *, ahead: frozenset[str] = frozenset()) -> bool:
        """Keep a push and its commits with their paths; ``readings`` by SHA. Those ``ahead`` were put before."""
        commits = _each_once(push.commits)
        pushed_at = to_micros(push.pushed_at)
        told = {sha: _stated(commit, pushed_at) for sha, commit in commits.items()}
        ids, changed = self._keep_commits(push.repository_id, commits, told, readings, ahead=ahead)
        brought = self._keep_push(push, [ids[sha] for sha in commits])
        return changed or brought

    def put_ahead(self, repository_id: int, commits: Iterable[Commit], readings: Mapping[str, Reading]) -> None:
        """Keep commits of a push before the push itself, which says then that they were pushed, and know all paths."""
        early = _each_once(commits)
        told = {sha: _stated(replace(commit, paths=None), None) for sha, commit in early.items()}
        self._keep_commits(repository_id, early, told, readings)

    def put_commits(self, repository_id: int, commits: Iterable[Commit], readings: Mapping[str, Reading]) -> bool:
        """Keep commits that GitHub was asked for; ``readings`` by SHA.

        One that no push is known to have brought counts as pushed when it was committed; once a push is known, the
        push says when.
        """
        asked = _each_once(commits)
        told = {sha: _stated(commit, None) for sha, commit in asked.items()}
        return self._keep_commits(repository_id, asked, told, readings)[1]

    def _keep_commits(
        self,
        repository_id: int,
        commits: Mapping[str, Commit],
        told: Mapping[str, CommitStated],
        readings: Mapping[str, Reading],
        *,
        ahead: frozenset[str] = frozenset(),
    ) -> tuple[dict[str, int], bool]:
        """Keep commits with their paths and claims; return the ids of their rows, and whether anything changed.

        Of those ``ahead`` the rows, the paths and the claims are kept already.
        """
        new = {sha: commit for sha, commit in commits.items() if sha not in ahead}
        added = self._add_commits(repository_id, new, told, readings)
        kept = self._known_commits(repository_id, commits)
        mended = [self._mend_commit(*kept[sha][:2], told[sha]) for sha in commits]
        ids = {sha: commit_id for sha, (commit_id, *_) in kept.items()}
        pathed = self._add_paths(ids, new.values())
        owned = [
            ((None, None, ids[sha], repository_id, None, None, None), sighting)
            for sha in new
            for sighting in readings.get(sha, NO_CLAIMS).sightings
        ]
        sighted = add_sightings(self._db, owned)
        if sighted:  # some may be read again, with other keys, which verified more
            self._mend_refusals(kept, readings)
        return ids, any((added, *mended, pathed, sighted))

    def _add_commits(
        self,
        repository_id: int,
        commits: Mapping[str, Commit],
        told: Mapping[str, CommitStated],
        readings: Mapping[str, Reading],
    ) -> int:
        logins = {stated.author_login.lower() for stated in told.values() if stated.author_login is not None}
        keys = [(text_key(login),) for login in sorted(logins)]
        forgotten = {bytes(key): at for key, at in self._db.rows_among(_FORGOTTEN, keys)}
        rows = []
        for sha, commit in commits.items():
            stated, gone = told[sha], None
            if forgotten and stated.author_login is not None:
                since = forgotten.get(text_key(stated.author_login.lower()))
                gone = since if since is not None and since >= stated.committed_at else None
            refusals = from_texts(readings.get(sha, NO_CLAIMS).refusals)
            text = (commit.message if gone is None else "", text_hash(commit.message), refusals)
            stated = stated if gone is None else replace(stated, author_login=GHOST.login)
            rows.append((repository_id, sha, *text, *_values(stated), gone))
        return self._db.insert(_ADD, rows, "ON CONFLICT (repository_id, sha) DO NOTHING")

    def _mend_refusals(
        self, kept: Mapping[str, tuple[int, CommitStated, str | None]], readings: Mapping[str, Reading]
    ) -> None:
        for sha in kept.keys() & readings.keys():
            commit_id, _, before = kept[sha]
            refusals = from_texts(readings[sha].refusals)
            if refusals != before:
                self._db.change(_REFUSALS, (refusals, commit_id))

    def _known_commits(
        self, repository_id: int, shas: Iterable[str]
    ) -> dict[str, tuple[int, CommitStated, str | None]]:
        rows = self._db.rows_among(_KNOWN, [(repository_id, sha) for sha in shas])
        return {
            row[0]: (row[1], CommitStated(row[2], bool(row[3]), row[4], bool(row[5]), row[6]), row[7]) for row in rows
        }

    def _mend_commit(self, commit_id: int, before: CommitStated, told: CommitStated) -> bool:
        after = merge_commits(before, told)
        return after != before and self._db.change(_MEND, (*_values(after), commit_id)) > 0

    def _add_paths(self, ids: Mapping[str, int], commits: Iterable[Commit]) -> int:
        rows = [
            (ids[commit.sha], text_key(path), path, _change(commit, path))
            for commit in commits
            for path in commit.paths or ()
        ]
        return self._db.insert(_ADD_PATHS, rows, _MEND_PATHS)

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


def _each_once(commits: Iterable[Commit]) -> dict[str, Commit]:
    """Return commits by SHA; of one that is told twice, what tells its paths."""
    found: dict[str, Commit] = {}
    for commit in commits:
        if commit.sha not in found or found[commit.sha].paths is None:
            found[commit.sha] = commit
    return found


def _stated(commit: Commit, pushed_at: int | None) -> CommitStated:
    """Return what is said of a commit by a push at a time, or, without one, by GitHub itself."""
    committed_at = to_micros(commit.timestamp)
    return CommitStated(
        commit.author_login,
        commit.paths is not None,
        committed_at,
        pushed=pushed_at is not None,
        pushed_at=committed_at if pushed_at is None else pushed_at,
    )


def _values(stated: CommitStated) -> tuple[int | str | None, ...]:
    author_login, paths_known, pushed = stated.author_login, int(stated.paths_known), int(stated.pushed)
    return author_login, paths_known, stated.committed_at, pushed, stated.pushed_at


def _change(commit: Commit, path: str) -> str:
    if path in commit.added:
        return "added"
    return "removed" if path in commit.removed else "modified"
