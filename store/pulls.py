"""Pull requests as last stated, the heads that they had, and the states of their threads."""

# ruff: noqa: S608 -- statements are composed of this room's constants; what comes from outside is bound

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, replace

from resolver.model.github import GithubObject, Kind, PullRequest, ThreadSeen
from store.merging import merge_pull_requests
from store.pull_commits import PullCommitFacts, PullCommitLedger
from store.rows import FIRST_POSTERS, OBJECT, PULL_REQUEST, to_object, to_pull_request
from store.times import to_micros

_HEADS = "refs/heads/"

_PULL = f"SELECT {PULL_REQUEST} FROM pull_request p WHERE p.repository_id = ? AND p.number = ?"
_AT_HEAD = f"""
SELECT {PULL_REQUEST} FROM pull_request p WHERE p.repository_id = ? AND p.head_sha = ? AND p.state = 'open'
ORDER BY p.number
"""
_MERGED_AS = f"""
SELECT {PULL_REQUEST} FROM pull_request p WHERE p.repository_id = ? AND p.merge_commit_sha = ? AND p.merged = 1
ORDER BY p.number
"""
# Anybody may paste a claim into any number of bodies: those by others than its first posters are left out here, so that
# they do not stand before the run's own. Where the operator named the agents' accounts, it is these that count.
_SIGNED_BY = f"""
SELECT {OBJECT} FROM object o {{{{merged}}}} WHERE o.id IN (
    SELECT s.object_id FROM sighting s JOIN object b ON b.id = s.object_id
    WHERE s.workspace = ? AND s.span_id = ? AND b.kind = '{Kind.PULL_REQUEST.value}' AND {{by}}
) ORDER BY o.created_at DESC, o.github_id DESC LIMIT ?
"""
_MERGED = "JOIN pull_request p ON p.repository_id = o.repository_id AND p.number = o.number AND p.merged = 1"


def _signed(by: str) -> dict[bool, str]:
    """Return the statements for all pull requests, and for the merged ones."""
    return {merged: _SIGNED_BY.format(by=by).format(merged=_MERGED if merged else "") for merged in (False, True)}


_SIGNED_FIRST = _signed(f"b.author_id IN ({FIRST_POSTERS.format(digest='s.digest')})")
_SIGNED_BY_ACCOUNTS = _signed(
    """EXISTS (
        SELECT 1 FROM wanted WHERE column1 = lower(b.author_login) OR column1 = CAST(b.author_id AS TEXT)
    )"""
)
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


class PullFacts(PullCommitFacts):
    """Looking pull requests up."""

    def pull_request(self, repository_id: int, number: int) -> PullRequest | None:
        """Return a pull request as last stated."""
        row = self._db.row(_PULL, (repository_id, number))
        return None if row is None else to_pull_request(row)

    def pulls_merged_as(self, repository_id: int, sha: str) -> tuple[PullRequest, ...]:
        """Return the merged pull requests whose merge (or squash) commit this is, by number."""
        return tuple(to_pull_request(row) for row in self._db.rows(_MERGED_AS, (repository_id, sha)))

    def pulls_at_head(self, repository_id: int, head_sha: str) -> tuple[PullRequest, ...]:
        """Return the open pull requests of a repository whose present head is a commit, by number."""
        return tuple(to_pull_request(row) for row in self._db.rows(_AT_HEAD, (repository_id, head_sha)))

    def pulls_with_head(self, repository_id: int, branch: str) -> tuple[tuple[int, int], ...]:
        """Return ``(repository_id, number)`` of the pull requests whose head is, or was, this branch."""
        return tuple((row[0], row[1]) for row in self._db.rows(_WITH_HEAD, (repository_id, branch)))

    def pulls_holding(self, repository_id: int, shas: Iterable[str]) -> tuple[tuple[int, int], ...]:
        """Return ``(repository_id, number)`` of the pull requests that any of the commits is known to be of.

        It was pushed to their head branch, or GitHub lists it. Each is named once.
        """
        shas = tuple(dict.fromkeys(shas))
        rows = self._db.rows_among(_REFS_HOLDING, [(repository_id, sha) for sha in shas])
        branches = {ref.removeprefix(_HEADS) for (ref,) in rows if ref.startswith(_HEADS)}
        pushed_to = {pull for branch in branches for pull in self.pulls_with_head(repository_id, branch)}
        return tuple(sorted(pushed_to.union(self.pulls_listing(repository_id, shas))))

    def pulls_signed_by(
        self, workspace: str, span_id: str, accounts: frozenset[str] | None, limit: int, *, merged: bool = False
    ) -> tuple[GithubObject, ...]:
        """Return the pull requests, or the merged ones, whose bodies carry, or carried, a claim of a run, newest first.

        They are those of the agents' ``accounts`` (logins in lower case, or ids); where it is None, of those who may
        have posted the claim first.
        """
        asked = (workspace, span_id, limit)
        if accounts is None:
            rows = self._db.rows(_SIGNED_FIRST[merged], asked)
        else:
            keys = [(account,) for account in sorted(accounts)]
            rows = self._db.rows_among(_SIGNED_BY_ACCOUNTS[merged], keys, asked)
        return tuple(map(to_object, rows))


class PullLedger(PullFacts, PullCommitLedger):
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


def _values(pull: PullRequest) -> tuple[int | str | None, ...]:
    return (*astuple(pull)[2:8], int(pull.merged), pull.merge_commit_sha, pull.commit_count, to_micros(pull.updated_at))
