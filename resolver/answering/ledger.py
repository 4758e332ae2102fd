"""What answering asks of the store, beside what the chain does: a part of the ports of ``resolver.ports``."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from resolver.model.github import PullRequest
from resolver.model.posting import NewPosting


class HeadFacts(Protocol):
    """Looking up the heads of pull requests, and their commits."""

    def listed_commits(self, repository_id: int, number: int, head_sha: str) -> tuple[tuple[str, str | None], ...]:
        """Return the commits that GitHub lists for a head, oldest first, each with its author's login if known."""
        ...

    def pulls_at_head(self, repository_id: int, head_sha: str) -> tuple[PullRequest, ...]:
        """Return the open pull requests of a repository whose present head is a commit, by number."""
        ...


class PostingLedger(Protocol):
    """Keeping what is to stand on GitHub, in the transaction that makes it so."""

    def note_posting(self, posting: NewPosting, at: datetime, *, due: datetime, new: bool) -> None:
        """Have something stand on GitHub from ``due`` on, once for its subject, however often it is noted.

        One that stands is looked at again then. One that is not there is added where it is ``new``, else nothing is
        done. A reaction that stands stays as it is, and so does everything that is gone.
        """
        ...

    def commits_claiming(self, workspace: str, span_id: str) -> tuple[tuple[int, str], ...]:
        """Return ``(repository_id, sha)`` of the commits that carry a claim of a run, in order."""
        ...
