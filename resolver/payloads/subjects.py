"""Payloads about issues, discussions, and the comments on them and on commits."""

from __future__ import annotations

from resolver.payloads.fields import Count, Id, Path, Sha
from resolver.payloads.parts import DatedText, Numbered, TextEvent


class NumberedText(DatedText, Numbered):
    """An issue or a discussion: its own text, and its number."""


class IssuesEvent(TextEvent):
    """``issues``: GitHub sends it for issues only, never for pull requests."""

    issue: NumberedText


class IssueCommentEvent(TextEvent):
    """``issue_comment``: the comment stands on an issue or on a pull request."""

    comment: DatedText
    issue: Numbered


class CommitCommentText(DatedText):
    """A comment on a commit, or on a line of it."""

    commit_id: Sha
    path: Path | None = None
    line: Count | None = None


class CommitCommentEvent(TextEvent):
    """``commit_comment``."""

    comment: CommitCommentText


class DiscussionEvent(TextEvent):
    """``discussion``."""

    discussion: NumberedText


class DiscussionCommentText(DatedText):
    """A comment on a discussion, or a reply to one: ``parent_id``."""

    parent_id: Id | None = None


class DiscussionCommentEvent(TextEvent):
    """``discussion_comment``."""

    comment: DiscussionCommentText
    discussion: Numbered
