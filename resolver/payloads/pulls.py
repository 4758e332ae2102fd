"""Payloads about pull requests: themselves, reviews, review comments and their threads."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from resolver.payloads.fields import UNSAID, Count, Hunk, Id, Path, Ref, Sha, Time, Word
from resolver.payloads.parts import ActionEvent, DatedText, Numbered, Part, Text, TextEvent


class RepositoryId(Part):
    """The repository of a branch; the rest of it is the business of its own deliveries."""

    id: Id


class Branch(Part):
    """The branch that is to be merged, or that it is to be merged into; ``repo`` is null when the fork is gone."""

    sha: Sha
    ref: Ref
    repo: RepositoryId | None = None


class PullRequestText(DatedText, Numbered):
    """A pull request with its text, head and base."""

    state: Word
    merged: bool | None = None
    merge_commit_sha: Sha | None = None
    commits: Count | None = None
    head: Branch
    base: Branch


class PullRequestEvent(TextEvent):
    """``pull_request``."""

    number: Id = UNSAID
    pull_request: PullRequestText


class PullRequestRef(Numbered):
    """The pull request that a review, comment or thread stands on. Copies like this one may be stale."""

    updated_at: Time


class ReviewText(Text):
    """A review. GitHub gives no time of creation; ``updated_at`` only in newer payloads."""

    state: Word
    commit_id: Sha | None = None
    submitted_at: Time | None = None
    updated_at: Time | None = None


class ReviewEvent(TextEvent):
    """``pull_request_review``."""

    review: ReviewText
    pull_request: PullRequestRef


class ReviewCommentText(DatedText):
    """A comment on a line or file of a diff.

    ``in_reply_to_id`` names the first comment of the thread, whichever was replied to. ``line`` is null when the
    comment is outdated; ``original_line`` at ``original_commit_id`` holds then.
    """

    pull_request_review_id: Id | None = None
    in_reply_to_id: Id | None = None
    path: Path
    line: Count | None = None
    start_line: Count | None = None
    original_line: Count | None = None
    original_start_line: Count | None = None
    side: Word | None = None
    start_side: Word | None = None
    subject_type: Word | None = None
    commit_id: Sha | None = None
    original_commit_id: Sha | None = None
    diff_hunk: Hunk | None = None


class ReviewCommentEvent(TextEvent):
    """``pull_request_review_comment``."""

    comment: ReviewCommentText
    pull_request: Numbered


class ThreadComment(Part):
    """A comment of a thread, as far as the thread is concerned."""

    id: Id
    in_reply_to_id: Id | None = None
    updated_at: Time


class Thread(Part):
    """A review thread: GitHub gives it no number of its own."""

    comments: Annotated[tuple[ThreadComment, ...], Field(min_length=1)]


class ReviewThreadEvent(ActionEvent):
    """``pull_request_review_thread``."""

    thread: Thread
    pull_request: PullRequestRef
    updated_at: Time | None = None
