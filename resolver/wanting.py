"""What a walk looked for in vain and GitHub may tell: noted, for whoever asks GitHub (SPEC §5.5)."""

from __future__ import annotations

from typing import Any

from resolver import watch
from resolver.hunks import RIGHT
from resolver.model.asking import Asked, Asking, Need, Want
from resolver.model.github import CommitCount, Kind, Lines, ObjectRef
from resolver.policy import Policy
from resolver.ports import Facts
from resolver.query import Query

MOST_WANTS = 20
"""How much GitHub is asked for at once for one piece of feedback: whoever writes a text may link to anything."""
LONGEST_HUNK = 65_536
"""Characters of a diff that shows removed lines; of those in longer ones it is not asked who removed them."""

_ALONE = frozenset({Kind.ISSUE_COMMENT, Kind.REVIEW_COMMENT, Kind.COMMIT_COMMENT})
"""Kinds that are asked for by their id alone. GitHub's REST API knows no discussions."""


class Wanting:
    """The wants of one walk, in order; ``refusals`` gathers why GitHub was not asked for what one step looked for.

    While an earlier step waits for an answer, which may end the walk, nothing is wanted for a later one.
    """

    def __init__(self, facts: Facts, policy: Policy, query: Query, keys: set[str]) -> None:
        """Gather wants where GitHub is asked at all, and the keys of what becomes of them in ``keys``."""
        self._facts = facts
        self._query = query
        self._repository_id = query.repository_id if policy.asks else None
        self._keys = keys
        self._open = 0
        self._waits = False
        self.wants: dict[Want, None] = {}
        self.refusals: list[str] = []
        self.expected: Want | None = None
        """The first thing looked for that GitHub has yet to tell."""

    def begin_step(self) -> None:
        """Begin with the next step."""
        self.refusals.clear()
        self._waits = self._open > 0

    def object(self, ref: ObjectRef) -> None:
        """Want an object; of the comment replied to, its whole thread.

        The review that owns the asking comment itself is its author's, and comes with it.
        """
        number = self._query.number
        if ref == self._query.review:
            return
        if ref == self._query.reply_to and ref.kind is Kind.REVIEW_COMMENT and number is not None:
            self._want(Need.THREAD, number=number, id=ref.id)
        elif ref.kind in _ALONE:
            self._want(Need.OBJECT, kind=ref.kind, id=ref.id)
        elif ref.kind is Kind.REVIEW and number is not None:
            self._want(Need.OBJECT, kind=ref.kind, id=ref.id, number=number)

    def commit(self, sha: str) -> None:
        """Want a commit, or the files that it touched."""
        self._want(Need.COMMIT, sha=sha)

    def marks(self, sha: str) -> None:
        """Want the marks that are recorded of a commit beside its message."""
        self._want(Need.MARKS, sha=sha)

    def merges(self, sha: str) -> bool:
        """Want the pull requests that a commit merged; return whether GitHub could not be asked."""
        asking = self._want(Need.MERGES, sha=sha)
        return asking is not None and asking.refusal is not None

    def held(self, sha: str) -> bool:
        """Want proof that a commit is the repository's; return whether GitHub gave it."""
        asking = self._want(Need.HELD, sha=sha)
        return asking is not None and asking.status is Asked.DONE

    def commits(self, number: int, count: CommitCount) -> None:
        """Want all commits of a pull request, unless they are known."""
        complete = count.counted is not None and count.counted == count.known and not count.pathless
        if self._repository_id is None or (complete and (count.listed or not count.merges)):
            return
        pull = self._facts.pull_request(self._repository_id, number)
        self._want(Need.PULL, number=number, sha=None if pull is None else pull.head_sha)

    def blame(self, lines: Lines) -> None:
        """Want to know who last changed, or removed, some lines."""
        if lines.side == RIGHT:
            self._want(Need.BLAME, sha=lines.sha, path=lines.path)
            return
        number = self._query.number
        if self._repository_id is None or number is None or not lines.hunk or len(lines.hunk) > LONGEST_HUNK:
            return
        self._keys.add(watch.pull_key(self._repository_id, number))
        pull = self._facts.pull_request(self._repository_id, number)
        if pull is None:
            self._want(Need.PULL, number=number)
        else:
            where = {"sha": lines.sha, "path": lines.path, "base": pull.base_sha, "text": lines.hunk}
            self._want(Need.REMOVED, number=number, first=lines.first, last=lines.last, **where)

    def origin(self, lines: Lines, *, squash: str, number: int) -> None:
        """Want to know who wrote lines that a squash merge brought.

        Of removed lines it is not asked: a squash merge does not show in which order they went.
        """
        if lines.side == RIGHT:
            where = {"sha": lines.sha, "path": lines.path, "base": squash}
            self._want(Need.SQUASHED, number=number, first=lines.first, last=lines.last, **where)

    def _want(self, need: Need, **said: Any) -> Asking | None:  # noqa: ANN401 -- the fields of a want
        """Note a want; return how it stands with it, None where GitHub is not asked at all."""
        if self._repository_id is None:
            return None
        want = Want(need, self._repository_id, **said)
        asking = self._facts.asking(want) or Asking(Asked.WAITING)
        self._keys.add(watch.want_key(want))
        if asking.refusal is not None:
            self.refusals.append(asking.refusal)
        if want not in self.wants:
            is_open = asking.status is Asked.WAITING and asking.refusal is None
            self.expected = self.expected or (want if is_open else None)
            if is_open and (self._waits or self._open == MOST_WANTS):
                return asking
            self._open += is_open
            self.wants[want] = None
        return asking
