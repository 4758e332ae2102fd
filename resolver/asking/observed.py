"""What GitHub's answers say, read by the code that observes deliveries: an answer is put where an event would hold it.

An answer shows a text as it is now, and not who edited it. Of a comment whose ``updated_at`` is later than its
``created_at`` the editor is nobody that is known, so such a text authorises nothing (SPEC §5.1).
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Final

from resolver import names
from resolver.errors import GithubAnswerError
from resolver.github import shapes
from resolver.model.asking import Place
from resolver.model.github import GHOST, Commit, Kind, ObjectSeen
from resolver.model.signals import SignalKind, SignalSeen
from resolver.observe import pulls, subjects
from resolver.observe.observation import Observation
from resolver.payloads.fields import utc
from resolver.payloads.parts import Numbered, RepositoryPart
from resolver.payloads.pulls import PullRequestEvent, PullRequestRef, ReviewCommentEvent, ReviewEvent
from resolver.payloads.subjects import CommitCommentEvent, IssueCommentEvent, IssuesEvent
from resolver.tracing.listed import MOST_COMMITTED

READ: Final = "read"
"""The action of what was read rather than delivered; GitHub's own events have none of this name."""


def review_comment(place: Place, comment: shapes.ReviewCommentShape) -> Observation:
    """Observe a review comment."""
    on = Numbered(number=number_in(comment.pull_request_url))
    event = ReviewCommentEvent(action=READ, comment=comment, pull_request=on, repository=_repository(place))
    return _edited_by_nobody(pulls.review_comment(event))


def issue_comment(place: Place, comment: shapes.IssueCommentShape) -> Observation:
    """Observe a comment on an issue or pull request."""
    on = Numbered(number=number_in(comment.issue_url))
    event = IssueCommentEvent(action=READ, comment=comment, issue=on, repository=_repository(place))
    return _edited_by_nobody(subjects.issue_comment(event))


def commit_comment(place: Place, comment: shapes.CommitCommentShape) -> Observation:
    """Observe a comment on a commit."""
    event = CommitCommentEvent(action=READ, comment=comment, repository=_repository(place))
    return _edited_by_nobody(subjects.commit_comment(event))


def review(place: Place, given: shapes.ReviewShape) -> Observation:
    """Observe a review. One that was never submitted is nobody's word yet: nothing is observed."""
    submitted_at = given.submitted_at or given.updated_at
    if submitted_at is None:
        return Observation()
    on = PullRequestRef(number=number_in(given.pull_request_url), updated_at=given.updated_at or submitted_at)
    event = ReviewEvent(action=READ, review=given, pull_request=on, repository=_repository(place))
    return _edited_by_nobody(pulls.review(event))


def reaction(place: Place, kind: Kind, object_id: int, number: int | None, given: shapes.ReactionShape) -> SignalSeen:
    """Observe a reaction to a text."""
    return SignalSeen(
        repository_id=place.id,
        kind=SignalKind.REACTION,
        subject_kind=kind,
        subject=str(object_id),
        event=str(given.id),
        occurred_at=utc(given.created_at),
        number=number,
        actor_id=None if given.user is None else given.user.id,
        actor_type="User" if given.user is None else given.user.type,
        detail=given.content,
    )


def issue(place: Place, given: shapes.IssueShape) -> Observation:
    """Observe an issue; a pull request shown as one is left to ``pull``."""
    if given.pull_request is not None:
        return Observation()
    event = IssuesEvent(action=READ, issue=given, repository=_repository(place))
    return replace(subjects.issue(event), repositories=())


def pull(place: Place, given: shapes.PullShape) -> Observation:
    """Observe a pull request: its text, its head and base, whether it was merged.

    Raises GithubAnswerError for another repository's, which has taken this one's name.
    """
    if given.base.repo is not None and given.base.repo.id != place.id:
        raise GithubAnswerError("GitHub shows a pull request of another repository")
    merged = bool(given.merged) or given.merged_at is not None
    told = given.model_copy(update={"merged": merged})
    event = PullRequestEvent(action=READ, number=given.number, pull_request=told, repository=_repository(place))
    return replace(pulls.pull_request(event), repositories=())


def commit(place: Place, given: shapes.CommitShape) -> Commit:
    """Return a commit; without its files where the answer may not list all of them. A rename touches both names."""
    files = None if given.files is None or len(given.files) >= MOST_COMMITTED else given.files
    added = _named(files, "added", "renamed", "copied")
    removed = _named(files, "removed")
    left = [one.previous_filename for one in files or () if one.status == "renamed" and one.previous_filename]
    paths = None if files is None else frozenset((*(one.filename for one in files), *left))
    return Commit(
        repository_id=place.id,
        sha=given.sha,
        message=given.commit.message,
        timestamp=utc(given.commit.committer.date),
        author_login=None if given.author is None else given.author.login,
        paths=paths,
        added=frozenset(added),
        removed=frozenset((*removed, *left)),
    )


def together(*observations: Observation) -> Observation:
    """Put what several answers say together."""
    groups = (one.name for one in fields(Observation))
    return Observation(**{name: tuple(one for each in observations for one in getattr(each, name)) for name in groups})


def number_in(url: str) -> int:
    """Return the number that an API address ends with. Raises GithubAnswerError."""
    number = names.read_number(url.rpartition("/")[2])
    if number is None:
        raise GithubAnswerError("an answer names no number of the issue or pull request that it stands on")
    return number


def _named(files: tuple[shapes.FileShape, ...] | None, *statuses: str) -> list[str]:
    return [one.filename for one in files or () if one.status in statuses]


def _repository(place: Place) -> RepositoryPart:
    return RepositoryPart(id=place.id, full_name=place.name)


def _edited_by_nobody(observation: Observation) -> Observation:
    """Mark texts that were edited as nobody's word, and leave the repository to its own deliveries."""
    return replace(observation, repositories=(), objects=tuple(map(_by_nobody, observation.objects)))


def _by_nobody(seen: ObjectSeen) -> ObjectSeen:
    edited = seen.object.ref.kind is not Kind.PULL_REQUEST and seen.revision.updated_at > seen.object.created_at
    return replace(seen, revision=replace(seen.revision, edited=True, editor=GHOST)) if edited else seen
