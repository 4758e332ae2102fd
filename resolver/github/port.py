"""What the domain asks of GitHub, and nothing else: every request is one of these, and only reads.

Every method raises GithubDownError (ask again later), GithubRefusedError (may not be asked) or GithubAnswerError, and
RefusedError for a name, SHA or number that cannot be one, before anything is sent. None, or nothing more to iterate,
means that GitHub says that there is no such thing. Lists come page by page, oldest first unless said otherwise.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from resolver.github import shapes
from resolver.model.asking import Access, Place
from resolver.model.github import BlameRange, Kind


class Unsaid(enum.Enum):
    """The third outcome beside something and nothing."""

    UNSAID = "unsaid"
    """GitHub does not say: asking again would not help."""


UNSAID: Final = Unsaid.UNSAID


@dataclass(frozen=True, slots=True)
class Records:
    """What other tools recorded of a commit: git-ai's ``note``, and the file of Agent Trace's ``traces`` there."""

    note: str | None = None
    traces: str | None = None


class Github(Protocol):
    """GitHub as the chain's evidence is asked for. ``place`` names the repository and the App's installation on it."""

    def review_comment(self, place: Place, comment_id: int) -> shapes.ReviewCommentShape | None:
        """Return a review comment."""
        ...

    def issue_comment(self, place: Place, comment_id: int) -> shapes.IssueCommentShape | None:
        """Return a comment on an issue or pull request."""
        ...

    def commit_comment(self, place: Place, comment_id: int) -> shapes.CommitCommentShape | None:
        """Return a comment on a commit."""
        ...

    def review(self, place: Place, number: int, review_id: int) -> shapes.ReviewShape | None:
        """Return a review of a pull request."""
        ...

    def review_comments(self, place: Place, number: int) -> Iterator[tuple[shapes.ReviewCommentShape, ...]]:
        """Yield the review comments of a pull request."""
        ...

    def holds(self, place: Place, sha: str) -> bool:
        """Say whether a commit is proven to be the repository's. False proves nothing."""
        ...

    def pull(self, place: Place, number: int) -> shapes.PullShape | None:
        """Return a pull request, with ``merged`` and ``commits``."""
        ...

    def pull_commits(self, place: Place, number: int) -> Iterator[tuple[shapes.CommitShape, ...]]:
        """Yield the commits of a pull request, without their files; GitHub tells of 250 at most."""
        ...

    def pull_files(self, place: Place, number: int, head: str) -> tuple[shapes.FileShape, ...] | None:
        """Return the files that a pull request changes, with patches, while its head is ``head`` (kept by it)."""
        ...

    def commit(self, place: Place, sha: str) -> shapes.CommitShape | None:
        """Return a commit with all its files (GitHub tells of 3,000 at most). It is kept: GitHub is asked once."""
        ...

    def compare(self, place: Place, base: str, head: str) -> shapes.CompareShape | None:
        """Return all commits between two, and the files of the whole. It is kept: GitHub is asked once."""
        ...

    def commit_pulls(self, place: Place, sha: str) -> tuple[shapes.PullShape, ...]:
        """Return the pull requests that a commit belongs to."""
        ...

    def blame(self, place: Place, sha: str, path: str) -> tuple[BlameRange, ...] | None:
        """Return who last changed each line of a file at a commit (SPEC §5.5); None: no such commit or file."""
        ...

    def reactions(self, place: Place, kind: Kind, on: int) -> Iterator[tuple[shapes.ReactionShape, ...]]:
        """Yield the reactions to a comment, by its id, or to an issue or pull request, by its number."""
        ...

    def records(self, place: Place, sha: str) -> Records:
        """Return what other tools recorded of a commit; what is not there, or is too long to be told whole, is None."""
        ...

    def permission(self, place: Place, login: str) -> tuple[int | None, Access] | None:
        """Return the id of the account that bears a login, if GitHub says it, and what it may do in the repository.

        None: the login is nobody's now.
        """
        ...

    def review_edited(self, place: Place, node_id: str) -> datetime | Unsaid | None:
        """Return when a review's text was last edited, by its ``node_id``; None: never since it was written.

        UNSAID where GitHub does not tell: an old Enterprise Server may not know the question, and a review that
        GraphQL does not have was not told to be unedited.
        """
        ...

    def in_background(self) -> Github:
        """Return the same, for questions that can wait: they stop while a tenth of the rate limit is left."""
        ...
