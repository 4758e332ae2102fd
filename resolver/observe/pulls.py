"""Facts of pull requests, reviews, review comments and their threads."""

from __future__ import annotations

from datetime import datetime

from resolver.model.github import GithubObject, Kind, ObjectRef, ObjectSeen, Position, PullRequest, ThreadSeen
from resolver.model.signals import SignalKind
from resolver.observe import texts
from resolver.observe.observation import Observation
from resolver.payloads.fields import utc
from resolver.payloads.pulls import PullRequestEvent, ReviewCommentEvent, ReviewEvent, ReviewThreadEvent


def pull_request(event: PullRequestEvent) -> Observation:
    """Observe a pull request: its text, and its head and base."""
    pull = event.pull_request
    updated_at = utc(pull.updated_at)
    thing = GithubObject(
        ref=texts.ref(event, Kind.PULL_REQUEST, pull),
        number=pull.number,
        author=texts.user(pull.user),
        created_at=utc(pull.created_at),
        url=pull.html_url,
    )
    branches = PullRequest(
        repository_id=event.repository.id,
        number=pull.number,
        head_sha=pull.head.sha,
        head_ref=pull.head.ref,
        head_repository_id=None if pull.head.repo is None else pull.head.repo.id,
        base_sha=pull.base.sha,
        base_ref=pull.base.ref,
        state=pull.state,
        merged=bool(pull.merged),
        merge_commit_sha=pull.merge_commit_sha,
        commit_count=pull.commits,
        updated_at=updated_at,
    )
    closed = event.action == "closed" and not branches.merged
    kind = SignalKind.PULL_REQUEST_CLOSED
    return Observation(
        repositories=(texts.repository_seen(event, updated_at),),
        objects=(ObjectSeen(thing, texts.revision(event, pull, updated_at)),),
        pulls=(branches,),
        signals=(texts.signal(event, kind, thing.ref, pull.number, updated_at),) if closed else (),
    )


def review(event: ReviewEvent) -> Observation:
    """Observe a review. A dismissed one keeps its text."""
    given = event.review
    updated_at = _review_updated_at(event)
    thing = GithubObject(
        ref=texts.ref(event, Kind.REVIEW, given),
        number=event.pull_request.number,
        author=texts.user(given.user),
        created_at=updated_at if given.submitted_at is None else utc(given.submitted_at),
        url=given.html_url,
        position=Position(commit=given.commit_id),
        state=given.state.lower(),
    )
    dismissed = texts.signal(event, SignalKind.REVIEW_DISMISSED, thing.ref, thing.number, updated_at, once=True)
    return Observation(
        repositories=(texts.repository_seen(event, updated_at),),
        objects=(ObjectSeen(thing, texts.revision(event, given, updated_at)),),
        signals=(dismissed,) if event.action == "dismissed" else (),
    )


def _review_updated_at(event: ReviewEvent) -> datetime:
    """Date a review's text.

    Older payloads give a review no ``updated_at``. An edit would then bear the time of the text it replaced, so it
    is dated by its pull request, which every edit of a review touches: the text was in force by then.
    """
    given = event.review
    touched = utc(event.pull_request.updated_at)
    known = given.updated_at or given.submitted_at
    if known is None:
        return touched
    if event.action == "edited" and (given.submitted_at is None or known <= given.submitted_at):
        return max(touched, utc(known))
    return utc(known)


def review_comment(event: ReviewCommentEvent) -> Observation:
    """Observe a comment on a line or file, with its thread, its review and where it stands."""
    comment = event.comment
    updated_at = utc(comment.updated_at)
    thing = GithubObject(
        ref=texts.ref(event, Kind.REVIEW_COMMENT, comment),
        number=event.pull_request.number,
        author=texts.user(comment.user),
        created_at=utc(comment.created_at),
        url=comment.html_url,
        reply_to=comment.in_reply_to_id,
        review_id=comment.pull_request_review_id,
        position=Position(
            path=comment.path,
            line=comment.line,
            start_line=comment.start_line,
            original_line=comment.original_line,
            original_start_line=comment.original_start_line,
            side=comment.side,
            start_side=comment.start_side,
            subject_type=comment.subject_type,
            commit=comment.commit_id,
            original_commit=comment.original_commit_id,
            diff_hunk=comment.diff_hunk,
        ),
        deleted=texts.is_gone(event),
    )
    return Observation(
        repositories=(texts.repository_seen(event, updated_at),),
        objects=(ObjectSeen(thing, texts.revision(event, comment, updated_at)),),
    )


def review_thread(event: ReviewThreadEvent) -> Observation:
    """Observe the state of a thread, named by its first comment: the one that replies to none."""
    comments = event.thread.comments
    firsts = [comment.id for comment in comments if comment.in_reply_to_id is None]
    times = [event.pull_request.updated_at, *(comment.updated_at for comment in comments)]
    if event.updated_at is not None:
        times.append(event.updated_at)
    as_of = utc(max(times))
    thread = ThreadSeen(
        repository_id=event.repository.id,
        root_id=min(firsts or (comment.id for comment in comments)),
        resolved=event.action == "resolved",
        as_of=as_of,
    )
    root = ObjectRef(event.repository.id, Kind.REVIEW_COMMENT, thread.root_id)
    resolved = texts.signal(event, SignalKind.THREAD_RESOLVED, root, event.pull_request.number, as_of)
    return Observation(
        repositories=(texts.repository_seen(event, as_of),),
        threads=(thread,),
        signals=(resolved,) if thread.resolved else (),
    )
