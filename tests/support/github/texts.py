"""What stands on a repository: pull requests, reviews, issues and comments, in GitHub's words.

They are values that a test may change at any time (``pull.head_sha = …``, ``comment.body = …``); what is answered
follows. Times are texts, such as ``2026-10-01T09:00:00Z``. ``user=None`` is a deleted account.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import TypeAlias

from tests.support.builders import Person


@dataclass(slots=True, kw_only=True)
class Text:
    """What all of them have."""

    id: int
    user: Person | None
    body: str | None
    created_at: str
    updated_at: str


@dataclass(slots=True, kw_only=True)
class Issue(Text):
    """An issue."""

    number: int
    title: str = "It breaks"
    state: str = "open"


@dataclass(slots=True, kw_only=True)
class Pull(Text):
    """A pull request. Its head is in the same repository, but where ``head_repository`` names a fork by its id.

    ``head_repository`` None is a fork that is gone. ``issue_id`` is its id among the issues.
    """

    number: int
    issue_id: int
    head_sha: str
    base_sha: str
    head_ref: str = "feature"
    base_ref: str = "main"
    head_repository: int | None
    title: str = "A change"
    state: str = "open"
    merged: bool = False
    merged_at: str | None = None
    merge_commit_sha: str | None = None


@dataclass(slots=True, kw_only=True)
class Review(Text):
    """A review. ``state`` is upper case, as the API has it (webhooks have it in lower case).

    ``edited_at`` is when its text was last edited; None: never. REST does not tell it.
    """

    number: int
    state: str = "COMMENTED"
    commit_id: str | None = None
    edited_at: str | None = None

    @property
    def node_id(self) -> str:
        """What GraphQL names it by."""
        return f"PRR_kwDO{base64.urlsafe_b64encode(self.id.to_bytes(9, 'big')).decode()}"


@dataclass(slots=True, kw_only=True)
class ReviewComment(Text):
    """A comment on a line or a file of a pull request's diff."""

    number: int
    pull_request_review_id: int | None = None
    in_reply_to_id: int | None = None
    path: str
    line: int | None = None
    start_line: int | None = None
    original_line: int | None = None
    original_start_line: int | None = None
    side: str | None = "RIGHT"
    start_side: str | None = None
    subject_type: str = "line"
    commit_id: str
    original_commit_id: str
    diff_hunk: str = ""


@dataclass(slots=True, kw_only=True)
class IssueComment(Text):
    """A comment on an issue or pull request."""

    number: int


@dataclass(slots=True, kw_only=True)
class CommitComment(Text):
    """A comment on a commit, or on a line of it."""

    commit_id: str
    path: str | None = None
    line: int | None = None
    position: int | None = None


@dataclass(slots=True, kw_only=True)
class CheckRun:
    """A check run of an App; ``output`` is as it was sent."""

    id: int
    app_id: int
    name: str
    head_sha: str
    status: str = "queued"
    conclusion: str | None = None
    external_id: str | None = None
    details_url: str | None = None
    output: dict[str, str] = field(default_factory=dict)


AnyText: TypeAlias = Issue | Pull | Review | ReviewComment | IssueComment | CommitComment
