"""What was observed on GitHub: repositories, objects with their revisions, commits, pushes, pull requests.

Every value is a *fact* as one delivery states it. Facts are never overwritten by older ones: each says by
which time on GitHub it is known, so that the order of arrival does not matter (SPEC §5.3).
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime


class Kind(enum.StrEnum):
    """The kinds of GitHub objects that hold text, each with an id space of its own (SPEC §4)."""

    ISSUE = "issue"
    PULL_REQUEST = "pull_request"
    ISSUE_COMMENT = "issue_comment"
    REVIEW = "pull_request_review"
    REVIEW_COMMENT = "pull_request_review_comment"
    COMMIT_COMMENT = "commit_comment"
    DISCUSSION = "discussion"
    DISCUSSION_COMMENT = "discussion_comment"


SUBJECTS = frozenset({Kind.ISSUE, Kind.PULL_REQUEST, Kind.DISCUSSION})
"""Kinds that others are written under; the rest can hold feedback (SPEC §5.1)."""


@dataclass(frozen=True, slots=True)
class User:
    """A GitHub account: ``type`` is ``User``, ``Bot``, ``Organization`` or ``Mannequin``."""

    id: int
    login: str
    type: str = "User"


GHOST = User(id=0, login="ghost")
"""Who GitHub shows for a deleted account (``user: null``); nobody's id is 0."""


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository is its number; ``names`` holds the current full name first, then the former ones.

    ``workspaces`` are those that it belongs to: most often one.
    """

    id: int
    workspaces: frozenset[str]
    names: tuple[str, ...]
    installation_id: int | None = None
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class RepositorySeen:
    """A delivery named a repository: it bore ``name`` when it was as of ``as_of``.

    It still did at ``seen_at``, the newest time of anything in the delivery: GitHub does not touch a repository's own
    time for all that happens there. ``former`` holds names that the delivery says it bore before.
    """

    id: int
    name: str
    as_of: datetime
    former: tuple[str, ...] = ()
    installation_id: int | None = None
    deleted: bool = False
    seen_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ObjectRef:
    """The name of an object: unique over all of GitHub."""

    repository_id: int
    kind: Kind
    id: int


@dataclass(frozen=True, slots=True)
class Position:
    """Where a review comment or commit comment stands.

    ``line`` is null when the comment is outdated; ``original_line`` at ``original_commit`` holds then. A comment on
    several lines begins at ``start_line`` (``original_start_line``), on ``start_side``. A side is ``LEFT`` (removed)
    or ``RIGHT``; ``subject_type`` is ``line`` or ``file``. Commits are 40 hexadecimals.
    """

    path: str | None = None
    line: int | None = None
    start_line: int | None = None
    original_line: int | None = None
    original_start_line: int | None = None
    side: str | None = None
    start_side: str | None = None
    subject_type: str | None = None
    commit: str | None = None
    original_commit: str | None = None
    diff_hunk: str | None = None


NOWHERE = Position()
"""Of an object that stands on no line, file or commit."""


@dataclass(frozen=True, slots=True)
class Revision:
    """The text of an object from ``updated_at`` on, until a later one.

    ``editor`` wrote this revision (the author, when it is the first); ``edited`` is true when an edit made it,
    ``previous_body`` is what GitHub says it replaced. A dismissed review keeps its text. Of one that was ``erased`` the
    text is empty: its author was forgotten.
    """

    updated_at: datetime
    body: str
    editor: User
    edited: bool = False
    author_association: str = "NONE"
    previous_body: str | None = None
    erased: bool = False


@dataclass(frozen=True, slots=True)
class GithubObject:
    """An object without its text: what no edit changes, or (``position``, ``state``) only GitHub does.

    ``number`` is the issue's, pull request's or discussion's; a commit comment has none. ``reply_to`` is the
    comment replied to (for a review comment GitHub names the thread's first), ``review_id`` the owning review.
    ``state`` is a review's, lower case (``approved``, ``dismissed``, …). ``deleted`` marks a tombstone.
    """

    ref: ObjectRef
    number: int | None
    author: User
    created_at: datetime
    url: str
    reply_to: int | None = None
    review_id: int | None = None
    position: Position = NOWHERE
    state: str | None = None
    deleted: bool = False

    @property
    def thread(self) -> int | None:
        """The id of the first comment of its review thread (or discussion thread); None where there are none."""
        if self.ref.kind in {Kind.REVIEW_COMMENT, Kind.DISCUSSION_COMMENT}:
            return self.reply_to or self.ref.id
        return None


@dataclass(frozen=True, slots=True)
class ObjectSeen:
    """A delivery stated an object, and its text as of ``revision.updated_at``.

    A deletion brings the last text once more, in ``revision``, and a tombstone in ``object.deleted``.
    """

    object: GithubObject
    revision: Revision


@dataclass(frozen=True, slots=True)
class Text:
    """What an object said at a time; ``review_id`` is the review that owns it."""

    ref: ObjectRef
    body: str
    url: str
    review_id: int | None = None


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit: its message never changes. ``paths`` is None while nobody has said which files it touched.

    ``added`` and ``removed`` are those of the paths that it made and took away: a rename does both.
    """

    repository_id: int
    sha: str
    message: str
    timestamp: datetime
    author_login: str | None
    paths: frozenset[str] | None
    added: frozenset[str] = frozenset()
    removed: frozenset[str] = frozenset()

    def may_have_renamed_to(self, path: str) -> frozenset[str]:
        """Return the paths that may have become this one in the commit: GitHub does not say which did."""
        return self.removed if path in self.added else frozenset()


@dataclass(frozen=True, slots=True)
class PushSeen:
    """A push to ``ref`` (``refs/heads/…``): what it brought, oldest first. ``before`` is all zeros for a new ref."""

    repository_id: int
    ref: str
    before: str
    after: str
    forced: bool
    pushed_at: datetime
    commits: tuple[Commit, ...]


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A pull request's head and base as of ``updated_at``; ``head_repository_id`` is None when the fork is gone.

    ``head_ref`` and ``base_ref`` are branch names without ``refs/heads/``; ``commit_count`` is GitHub's count.
    """

    repository_id: int
    number: int
    head_sha: str
    head_ref: str
    head_repository_id: int | None
    base_sha: str
    base_ref: str
    state: str
    merged: bool
    merge_commit_sha: str | None
    commit_count: int | None
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class CommitCount:
    """How many commits of a pull request are known, of how many there are.

    ``known`` are those that lead to its present head, back to the last forced push, which was made at ``forced_at``;
    of so many pushes that nobody goes through them all, it is None. Of ``pathless`` of them it is not known which
    files they touched, and ``merges`` of them say that they merged another branch: what came with it is not the pull
    request's, and stands for others that are missing. ``counted`` is GitHub's count, None where it was not stated.
    Where ``listed`` is true, GitHub itself listed them: ``known`` and ``counted`` are the length of its list.
    """

    known: int | None
    counted: int | None
    forced_at: datetime | None
    pathless: int = 0
    merges: int = 0
    listed: bool = False

    def all_known(self, at: datetime) -> bool:
        """Whether every commit that the pull request had at a time is known, and the files that it touched.

        A push that was forced later has replaced commits that were there then, and may not be known.
        """
        kept = self.forced_at is None or self.forced_at <= at
        return kept and self.counted is not None and self.counted == self.known and not self.pathless + self.merges

    @property
    def some_missing(self) -> bool:
        """Whether there are more commits than are known."""
        if self.known is None or self.counted is None:
            return False
        return self.known < self.counted or (self.merges > 0 and self.known == self.counted)


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines ``first`` to ``last`` of a file, as a diff that ends at commit ``sha`` shows them.

    On the side ``RIGHT`` they are lines of the file at ``sha``, on the side ``LEFT`` lines that it no longer has,
    numbered as where the diff begins. ``text`` is that of the last one, where the diff shows it; ``hunk`` is the part
    of the diff that does.
    """

    repository_id: int
    sha: str
    path: str
    side: str
    first: int
    last: int
    text: str | None = None
    hunk: str | None = None


@dataclass(frozen=True, slots=True)
class BlameRange:
    """Lines ``first`` to ``last`` of a file were last changed (``LEFT``: removed) by commit ``sha``."""

    first: int
    last: int
    sha: str


@dataclass(frozen=True, slots=True)
class Blame:
    """Who last changed lines of a file as it is at a commit (``RIGHT``), or removed them on the way there (``LEFT``).

    It never changes. The ranges do not overlap; they need not cover the file. Where a diff begins depends on what it
    is made against, so of removed lines ``hunk`` says which diff numbers them.
    """

    repository_id: int
    sha: str
    path: str
    side: str
    ranges: tuple[BlameRange, ...]
    hunk: str | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """Who wrote lines that a squash merge brought, in the pull request that it merged.

    They are lines of the file at ``sha`` that are blamed on commit ``squash``; the ranges name the pull request's own
    commits. It never changes.
    """

    repository_id: int
    sha: str
    path: str
    squash: str
    ranges: tuple[BlameRange, ...]


@dataclass(frozen=True, slots=True)
class PullCommits:
    """All commits of a pull request while its head was ``head_sha``, as GitHub lists them, oldest first."""

    repository_id: int
    number: int
    head_sha: str
    shas: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ThreadSeen:
    """A review thread, named by its first comment, was resolved or opened again.

    ``as_of`` is the newest time that GitHub gives for it.
    """

    repository_id: int
    root_id: int
    resolved: bool
    as_of: datetime
