"""Where an answer goes, and the one permission that it takes. What would take more than that is not answered.

https://docs.github.com/en/rest/authentication/permissions-required-for-github-apps

A comment on a commit gets neither reaction nor reply: for these GitHub asks for ``contents: write``, the right to push.
Reviews have no reactions, and discussions nothing at all, in GitHub's REST API. A check run stands on a commit, so
feedback on an issue has none.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Final

from resolver.model.feedback import Feedback
from resolver.model.github import GithubObject, Kind
from resolver.model.posting import Means
from resolver.ports import Facts

ISSUES: Final = "issues"
PULLS: Final = "pull_requests"
CHECKS: Final = "checks"

PERMISSIONS: Final[dict[Means, tuple[str, ...]]] = {
    Means.REACTION: (ISSUES, PULLS),
    Means.REPLY: (ISSUES, PULLS),
    Means.CHECK: (CHECKS,),
    Means.COMMITS: (CHECKS,),
}
"""What the App has to be allowed to write for each of the means."""


class Spot(enum.StrEnum):
    """The kinds of places."""

    ISSUE_COMMENT = "issue_comment"
    """A comment in the conversation of an issue or pull request."""
    REVIEW_COMMENT = "review_comment"
    """A reply in the thread of a review comment."""
    ISSUE_REACTION = "issue_reaction"
    REVIEW_REACTION = "review_reaction"
    CHECK_RUN = "check_run"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A place on GitHub: ``permission`` is the one that is needed to write there.

    ``number`` is the issue's or pull request's, ``comment_id`` the comment reacted to or, of a thread, its first one,
    ``sha`` the commit that a check run stands on, ``name`` what that is called.
    """

    spot: Spot
    permission: str
    number: int | None = None
    comment_id: int | None = None
    sha: str | None = None
    name: str | None = None


def target_of(facts: Facts, means: Means, feedback: Feedback) -> Target | None:
    """Return where feedback is answered by some means; None where that cannot be."""
    if means is Means.REACTION:
        return _reaction(feedback.object)
    if means is Means.REPLY:
        return _reply(feedback.object)
    sha = _commit_of(facts, feedback.object)
    return None if sha is None else check_on(sha, f"whichrun / feedback {feedback.id}")


def check_on(sha: str, name: str) -> Target:
    """Return the place of a check run."""
    return Target(spot=Spot.CHECK_RUN, permission=CHECKS, sha=sha, name=name)


def _reaction(thing: GithubObject) -> Target | None:
    if thing.ref.kind is Kind.ISSUE_COMMENT:
        return Target(spot=Spot.ISSUE_REACTION, permission=_of_number(thing), comment_id=thing.ref.id)
    if thing.ref.kind is Kind.REVIEW_COMMENT:
        return Target(spot=Spot.REVIEW_REACTION, permission=PULLS, comment_id=thing.ref.id)
    return None


def _reply(thing: GithubObject) -> Target | None:
    if thing.number is None:
        return None
    if thing.ref.kind is Kind.REVIEW_COMMENT:
        root = thing.reply_to or thing.ref.id
        return Target(spot=Spot.REVIEW_COMMENT, permission=PULLS, number=thing.number, comment_id=root)
    if thing.ref.kind in {Kind.ISSUE_COMMENT, Kind.REVIEW}:
        return Target(spot=Spot.ISSUE_COMMENT, permission=_of_number(thing), number=thing.number)
    return None


def _of_number(thing: GithubObject) -> str:
    """Say whether it stands on a pull request, as its address tells: an issue's permission does not reach those."""
    return PULLS if thing.ref.kind is not Kind.ISSUE_COMMENT or "/pull/" in thing.url else ISSUES


def _commit_of(facts: Facts, thing: GithubObject) -> str | None:
    """Return the commit that a check run about a comment stands on: the head of its pull request, or its own."""
    commented = thing.position.original_commit or thing.position.commit
    if thing.number is None:
        return commented
    pull = facts.pull_request(thing.ref.repository_id, thing.number)
    return commented if pull is None else pull.head_sha
