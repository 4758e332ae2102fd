"""What a backfill reads of a repository, list by list: the table ``STAGES`` states each list once.

Pull requests come first: what is said about them can be told at once then. They are read one by one, each with its
commits, their files, and its reviews; so are the commits of the default branch that no pull request brought.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Protocol

from resolver.asking import observed
from resolver.asking.asked import Asked
from resolver.asking.telling import is_known, tell
from resolver.github import shapes
from resolver.model.asking import Need, Want
from resolver.observe import Observation

if TYPE_CHECKING:
    from resolver.github.client import HttpGithub

Told = tuple[Observation, Mapping[str, int]]
"""What one thing says, and how many things of which kind that was."""

NOTHING: Told = (Observation(), {})


class PageOf(Protocol):
    """A page of a list; ``last`` is the number of the last one, if that is known."""

    @property
    def items(self) -> tuple[Any, ...]:
        """What is on it."""
        ...

    @property
    def last(self) -> int | None:
        """The number of the last page."""
        ...


@dataclass(frozen=True, slots=True)
class Reading:
    """Who is asked, and since when what changed is wanted."""

    asked: Asked
    github: HttpGithub
    since: datetime | None

    def is_old(self, updated_at: datetime) -> bool:
        """Whether something was last changed before what is wanted; some of GitHub's lists cannot leave that out."""
        return self.since is not None and updated_at < self.since


@dataclass(frozen=True, slots=True)
class Stage:
    """One list: ``name`` in the result, ``words`` for all of it and ``one`` for one thing, for people.

    ``tell`` says what one thing of a page says; ``at_once`` are kept in one transaction. ``key`` names a thing.
    """

    name: str
    words: str
    one: str
    page: Callable[[Reading, int], PageOf]
    tell: Callable[[Reading, Any], Told]
    key: Callable[[Any], int | str] = attrgetter("id")
    at_once: int = 10


def _pull(reading: Reading, listed: shapes.PullShape) -> Told:
    """Tell a pull request with its commits and reviews; one that is gone meanwhile says nothing."""
    if reading.is_old(listed.updated_at):
        return NOTHING
    place = reading.asked.place
    told = tell(reading.asked, Want(Need.PULL, place.id, number=listed.number, sha=listed.head.sha))
    if told is None:
        return NOTHING
    reviews = _reviews(reading, listed.number)
    observation = observed.together(told, *(observed.review(place, one) for one in reviews))
    return observation, {"pull_requests": 1, "reviews": len(reviews)}


def _reviews(reading: Reading, number: int) -> list[shapes.ReviewShape]:
    found: list[shapes.ReviewShape] = []
    page = 1
    while True:
        items, last = reading.github.reviews(reading.asked.place, number, page)
        found += items
        if not items or (last is not None and page >= last):
            return found
        page += 1


def _review_comment(reading: Reading, comment: shapes.ReviewCommentShape) -> Told:
    return observed.review_comment(reading.asked.place, comment), {"review_comments": 1}


def _issue(reading: Reading, issue: shapes.IssueShape) -> Told:
    """Tell an issue; pull requests stand in GitHub's list of issues too, and were read before."""
    if issue.pull_request is not None:
        return NOTHING
    return observed.issue(reading.asked.place, issue), {"issues": 1}


def _issue_comment(reading: Reading, comment: shapes.IssueCommentShape) -> Told:
    return observed.issue_comment(reading.asked.place, comment), {"issue_comments": 1}


def _commit_comment(reading: Reading, comment: shapes.CommitCommentShape) -> Told:
    if reading.is_old(comment.updated_at):
        return NOTHING
    return observed.commit_comment(reading.asked.place, comment), {"commit_comments": 1}


def _commit(reading: Reading, listed: shapes.CommitShape) -> Told:
    """Tell that a commit is of the default branch, and its files, unless a push or a pull request brought them."""
    want = Want(Need.COMMIT, reading.asked.place.id, sha=listed.sha)
    with reading.asked.facts() as facts:
        known = is_known(facts, want)
    told = Observation() if known else tell(reading.asked, want)
    held = Want(Need.HELD, reading.asked.place.id, sha=listed.sha)
    return NOTHING if told is None else (replace(told, answered=(held,)), {"commits": 1})


STAGES = (
    Stage(
        "pull_requests",
        "pull requests",
        "pull request",
        lambda reading, page: reading.github.pulls(reading.asked.place, page),
        _pull,
        key=attrgetter("number"),
        at_once=1,
    ),
    Stage(
        "review_comments",
        "review comments",
        "review comment",
        lambda reading, page: reading.github.all_review_comments(reading.asked.place, page, reading.since),
        _review_comment,
    ),
    Stage(
        "issues",
        "issues",
        "issue",
        lambda reading, page: reading.github.issues(reading.asked.place, page, reading.since),
        _issue,
    ),
    Stage(
        "issue_comments",
        "issue comments",
        "issue comment",
        lambda reading, page: reading.github.issue_comments(reading.asked.place, page, reading.since),
        _issue_comment,
    ),
    Stage(
        "commit_comments",
        "commit comments",
        "commit comment",
        lambda reading, page: reading.github.commit_comments(reading.asked.place, page),
        _commit_comment,
    ),
    Stage(
        "commits",
        "commits of the default branch",
        "commit",
        lambda reading, page: reading.github.commits(reading.asked.place, page, reading.since),
        _commit,
        key=attrgetter("sha"),
    ),
)

COUNTED = (
    "pull_requests",
    "reviews",
    "review_comments",
    "issues",
    "issue_comments",
    "commit_comments",
    "commits",
)
"""What is counted, in the order of the result."""
