"""Facts of issues, discussions, and the comments on them and on commits."""

from __future__ import annotations

from resolver.model.github import NOWHERE, GithubObject, Kind, ObjectSeen, Position
from resolver.observe import texts
from resolver.observe.observation import Observation
from resolver.payloads.fields import utc
from resolver.payloads.parts import DatedText, TextEvent
from resolver.payloads.subjects import (
    CommitCommentEvent,
    DiscussionCommentEvent,
    DiscussionEvent,
    IssueCommentEvent,
    IssuesEvent,
)


def issue(event: IssuesEvent) -> Observation:
    """Observe an issue. One that was transferred is gone from here: its new repository has its own delivery."""
    return _observe(event, event.issue, Kind.ISSUE, number=event.issue.number)


def issue_comment(event: IssueCommentEvent) -> Observation:
    """Observe a comment on an issue or on a pull request."""
    return _observe(event, event.comment, Kind.ISSUE_COMMENT, number=event.issue.number)


def commit_comment(event: CommitCommentEvent) -> Observation:
    """Observe a comment on a commit, which stands under no number."""
    comment = event.comment
    position = Position(path=comment.path, line=comment.line, commit=comment.commit_id)
    return _observe(event, comment, Kind.COMMIT_COMMENT, position=position)


def discussion(event: DiscussionEvent) -> Observation:
    """Observe a discussion."""
    return _observe(event, event.discussion, Kind.DISCUSSION, number=event.discussion.number)


def discussion_comment(event: DiscussionCommentEvent) -> Observation:
    """Observe a comment on a discussion, or a reply to one."""
    number, reply_to = event.discussion.number, event.comment.parent_id
    return _observe(event, event.comment, Kind.DISCUSSION_COMMENT, number=number, reply_to=reply_to)


def _observe(
    event: TextEvent,
    text: DatedText,
    kind: Kind,
    *,
    number: int | None = None,
    reply_to: int | None = None,
    position: Position = NOWHERE,
) -> Observation:
    updated_at = utc(text.updated_at)
    thing = GithubObject(
        ref=texts.ref(event, kind, text),
        number=number,
        author=texts.user(text.user),
        created_at=utc(text.created_at),
        url=text.html_url,
        reply_to=reply_to,
        position=position,
        deleted=texts.is_gone(event),
    )
    return Observation(
        repositories=(texts.repository_seen(event, updated_at),),
        objects=(ObjectSeen(thing, texts.revision(event, text, updated_at)),),
    )
