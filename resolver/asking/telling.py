"""From a want to what GitHub tells: one function for each need.

Each returns an observation, or None when GitHub has no such thing or cannot tell. All raise what ``Github`` raises.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from resolver.asking import observed, tracing
from resolver.asking.asked import Asked, given
from resolver.errors import GithubAnswerError
from resolver.github import shapes
from resolver.github.port import UNSAID
from resolver.github.shapes import ReviewCommentShape, ReviewShape
from resolver.hunks import RIGHT
from resolver.marks import agent_trace, git_ai
from resolver.model.asking import Need, Permission, Want
from resolver.model.github import SUBJECTS, Blame, Kind, ObjectRef, PullCommits
from resolver.model.marks import MarksTold
from resolver.model.signals import SignalSeen
from resolver.observe.observation import Observation
from resolver.ports import Facts

MOST_REACTIONS = 300
"""Reactions to one text that are kept."""
MOST_READINGS = 4
"""How often a list of several pages is read, at most, until it holds nothing new."""


def tell(asked: Asked, want: Want) -> Observation | None:
    """Ask GitHub for what is wanted."""
    return _TELLERS[want.need](asked, want)


def is_known(facts: Facts, want: Want) -> bool:
    """Whether a delivery has brought what is wanted meanwhile, so that GitHub need not be asked.

    A thread is known where its first comment was delivered as it was written: the others came, or come, like it.
    """
    if want.need is Need.OBJECT and want.kind is not None and want.id is not None:
        return facts.object(ObjectRef(want.repository_id, want.kind, want.id)) is not None
    if want.need is Need.THREAD and want.id is not None:
        revisions = facts.revisions(ObjectRef(want.repository_id, Kind.REVIEW_COMMENT, want.id))
        return bool(revisions) and not revisions[0].edited
    if want.need is Need.COMMIT and want.sha is not None:
        commit = facts.commit(want.repository_id, want.sha)
        return commit is not None and commit.paths is not None
    return want.need is Need.HELD and want.sha is not None and facts.is_pushed(want.repository_id, want.sha)


def _object(asked: Asked, want: Want) -> Observation | None:
    github, place, number = asked.github, asked.place, given(want.id)
    match want.kind:
        case Kind.REVIEW_COMMENT:
            comment = github.review_comment(place, number)
            return None if comment is None else observed.review_comment(place, comment)
        case Kind.ISSUE_COMMENT:
            remark = github.issue_comment(place, number)
            return None if remark is None else observed.issue_comment(place, remark)
        case Kind.COMMIT_COMMENT:
            note = github.commit_comment(place, number)
            return None if note is None else observed.commit_comment(place, note)
        case Kind.REVIEW:
            review = github.review(place, given(want.number), number)
            return None if review is None else observed.review(place, _dated(asked, review))
    return None


def _dated(asked: Asked, review: ReviewShape) -> ReviewShape:
    """Date a review by its last edit, which REST does not tell.

    Where GitHub does not say that either (an old Enterprise server), it counts as it was submitted.
    """
    if review.updated_at is not None or review.node_id is None:
        return review
    edited_at = asked.github.review_edited(asked.place, review.node_id)
    return review if edited_at is UNSAID else review.model_copy(update={"updated_at": edited_at})


def _thread(asked: Asked, want: Want) -> Observation | None:
    """Tell the whole thread at once: where only its first comment were known, another's would be missed.

    A comment that is deleted while several pages are read moves one of the next page to where nobody looks any more, so
    they are read until nothing new shows.
    """
    if asked.github.review_comment(asked.place, given(want.id)) is None:
        return None
    found: dict[int, ReviewCommentShape] = {}
    for _ in range(MOST_READINGS):
        before, pages = len(found), 0
        for page in asked.github.review_comments(asked.place, given(want.number)):
            asked.alive()
            pages += 1
            found.update((one.id, one) for one in page if want.id in {one.id, one.in_reply_to_id})
        if pages <= 1 or len(found) == before:
            break
    if want.id not in found:
        raise GithubAnswerError(f"GitHub does not list review comment {want.id}, though it has it")
    return observed.together(*(observed.review_comment(asked.place, one) for one in found.values()))


def _commit(asked: Asked, want: Want) -> Observation | None:
    told = asked.commits((given(want.sha),))
    return None if told is None else Observation(commits=told)


def _merges(asked: Asked, want: Want) -> Observation | None:
    """Tell the pull requests that a commit merged, each in full: lists do not count their commits."""
    listed = asked.github.commit_pulls(asked.place, given(want.sha))
    merged = [one for one in listed if one.merged_at is not None and one.merge_commit_sha == want.sha]
    told = [asked.github.pull(asked.place, one.number) for one in merged]
    return observed.together(*(observed.pull(asked.place, one) for one in told if one is not None))


def _pull(asked: Asked, want: Want) -> Observation | None:
    """Tell a pull request with all its commits; where GitHub does not list all of them, no list is told.

    It takes a question for each commit, so it leaves a part of the rate limit to others.
    """
    asked = replace(asked, github=asked.github.in_background())
    number = given(want.number)
    pull = asked.github.pull(asked.place, number)
    if pull is None:
        return None
    listed = _listed(asked, pull)
    shas = tuple(dict.fromkeys(one.sha for one in listed))
    commits = asked.commits(shas)
    if commits is None:
        raise GithubAnswerError(f"GitHub lists a commit of pull request {number} that it does not have")
    told = Observation(commits=commits)
    if shas and shas[-1] == pull.head.sha and len(shas) == pull.commits:
        told = Observation(commits=commits, pull_commits=(PullCommits(asked.place.id, number, pull.head.sha, shas),))
    return observed.together(observed.pull(asked.place, pull), told)


def _listed(asked: Asked, pull: shapes.PullShape) -> tuple[shapes.CommitShape, ...]:
    """List a pull request's commits: of more than the 250 that GitHub lists, by comparing its ends."""
    listed = tuple(one for page in asked.github.pull_commits(asked.place, pull.number) for one in page)
    if pull.commits is None or len(listed) >= pull.commits:
        return listed
    compared = asked.github.compare(asked.place, pull.base.sha, pull.head.sha)
    return listed if compared is None else compared.commits


def _blame(asked: Asked, want: Want) -> Observation | None:
    sha, path = given(want.sha), given(want.path)
    ranges = asked.github.blame(asked.place, sha, path)
    return None if ranges is None else Observation(blames=(Blame(asked.place.id, sha, path, RIGHT, ranges),))


def _held(asked: Asked, want: Want) -> Observation | None:
    """Tell that a commit is the repository's: that the want was answered says it."""
    return Observation() if asked.github.holds(asked.place, given(want.sha)) else None


def _marks(asked: Asked, want: Want) -> Observation | None:
    """Tell what git-ai's note and Agent Trace's file say of a commit; where there are neither, that may change.

    Marks can wait: a part of the rate limit is left to what can make an answer exact.
    """
    sha = given(want.sha)
    records = asked.github.in_background().records(asked.place, sha)
    if records.note is None and records.traces is None:
        return None
    found = (*git_ai.read(records.note or ""), *agent_trace.read(records.traces or "", sha))
    return Observation(marks=(MarksTold(asked.place.id, sha, found),))


def _reactions(asked: Asked, want: Want) -> Observation | None:
    """Tell how people reacted to a text: the first so many, while a part of the rate limit is left to others."""
    github, kind, number = asked.github.in_background(), want.kind, given(want.id)
    on = given(want.number) if kind in SUBJECTS else number
    found: list[SignalSeen] = []
    for page in github.reactions(asked.place, given(kind), on):
        asked.alive()
        found += [observed.reaction(asked.place, given(kind), number, want.number, one) for one in page]
        if len(found) >= MOST_REACTIONS:
            break
    return Observation(signals=tuple(found[:MOST_REACTIONS]))


def _permission(asked: Asked, want: Want) -> Observation | None:
    """Tell what an account may do; where its login is nobody's or another's by now, that says nothing of it."""
    found = asked.github.permission(asked.place, given(want.login))
    if found is None or found[0] not in {None, want.id}:
        return None
    permission = Permission(asked.place.id, given(want.id), found[1], asked.clock())
    return Observation(permissions=(permission,))


_TELLERS: dict[Need, Callable[[Asked, Want], Observation | None]] = {
    Need.OBJECT: _object,
    Need.THREAD: _thread,
    Need.COMMIT: _commit,
    Need.MERGES: _merges,
    Need.PULL: _pull,
    Need.BLAME: _blame,
    Need.REMOVED: tracing.removed,
    Need.SQUASHED: tracing.squashed,
    Need.HELD: _held,
    Need.MARKS: _marks,
    Need.REACTIONS: _reactions,
    Need.PERMISSION: _permission,
}
