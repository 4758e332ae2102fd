"""Which commits lie between two: what pushes and GitHub's lists of pull requests say, and nothing that they do not.

A push that was not forced brought exactly the commits from where its branch was to where it is then. So pushes that
follow on one another lead from one commit to another, whatever the branches. https://docs.github.com/en/webhooks
"""

from __future__ import annotations

from store.database import Row
from store.pulls import PullFacts

MOST_PUSHES = 1000
"""Pushes that are looked at on the way."""
_NO_COMMIT = "0" * 40
"""Where a branch was that was not there."""
_WHOLE_PUSH = 2047
"""Commits of a push that are all of them: GitHub tells 2,048 at most."""
_WHOLE_LIST = 249
"""Commits of a pull request that are all of them: GitHub lists 250 at most."""

_ENDING_AT = """
SELECT p.id, p.sha_before FROM git_commit c JOIN push_commit b ON b.commit_id = c.id JOIN push p ON p.id = b.push_id
WHERE c.repository_id = ? AND c.sha = ? AND p.repository_id = c.repository_id AND p.sha_after = c.sha AND p.forced = 0
ORDER BY p.id
"""
_BROUGHT = """
SELECT c.sha FROM push_commit b JOIN git_commit c ON c.id = b.commit_id WHERE b.push_id = ? ORDER BY b.position LIMIT ?
"""
_LISTED = """
SELECT c.sha FROM pull_commit l JOIN git_commit c ON c.id = l.commit_id
WHERE l.repository_id = ? AND l.number = ? AND l.head_sha = ? ORDER BY l.position LIMIT ?
"""


class RangeFacts(PullFacts):
    """Looking ranges of commits up."""

    def commits_between(self, repository_id: int, base: str, head: str) -> tuple[str, ...] | None:
        """Return the commits that lead to ``head`` and not to ``base``, oldest first; None when that is not known."""
        if base == head:
            return ()
        by_pushes = self._pushed_between(repository_id, base, head)
        return self._listed_between(repository_id, base, head) if by_pushes is None else by_pushes

    def _pushed_between(self, repository_id: int, base: str, head: str) -> tuple[str, ...] | None:
        """Follow pushes back from the head, the fewest that lead to the base."""
        came_by: dict[str, tuple[int, str]] = {}
        waiting = [head]
        for sha in waiting:
            if sha == base or len(waiting) > MOST_PUSHES:
                break
            for push_id, before in self._ending_at(repository_id, sha):
                if before not in came_by and before not in {head, _NO_COMMIT}:
                    came_by[before] = (push_id, sha)
                    waiting.append(before)
        if base not in came_by:
            return None
        shas: dict[str, None] = {}
        sha = base
        while sha != head:
            push_id, sha = came_by[sha]
            brought = self._db.rows(_BROUGHT, (push_id, _WHOLE_PUSH + 1))
            if len(brought) > _WHOLE_PUSH:
                return None
            shas |= dict.fromkeys(row[0] for row in brought)
        return tuple(shas)

    def _ending_at(self, repository_id: int, sha: str) -> list[Row]:
        return self._db.rows(_ENDING_AT, (repository_id, sha))

    def _listed_between(self, repository_id: int, base: str, head: str) -> tuple[str, ...] | None:
        """Look for a pull request from the one to the other all of whose commits GitHub has listed."""
        for place in self.pulls_listing(repository_id, (head,)):
            pull, count = self.pull_request(*place), self.pull_commit_count(*place)
            whole = count.listed and count.known == count.counted and (count.known or 0) <= _WHOLE_LIST
            if pull is None or (pull.base_sha, pull.head_sha) != (base, head) or not whole:
                continue
            rows = self._db.rows(_LISTED, (*place, head, _WHOLE_LIST))
            return tuple(row[0] for row in rows)
        return None
