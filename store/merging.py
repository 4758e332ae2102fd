"""What two statements about one thing make together, whichever came first.

Each function is commutative, associative and idempotent, so what is stored does not depend on the order in which
deliveries arrive (SPEC §5.3). What changes on GitHub follows the newest statement; a tie, which GitHub's whole
seconds allow, is broken by the values themselves. What never changes is kept once it is known.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass, replace
from datetime import datetime
from typing import TypeVar

from resolver.model.github import GHOST, GithubObject, PullRequest, Revision, User

T = TypeVar("T", int, str, datetime)


@dataclass(frozen=True, slots=True)
class Stated:
    """An object as of a time; its author as of one of its own, for a deleted account shows as ``ghost``."""

    thing: GithubObject
    as_of: datetime
    author_as_of: datetime


@dataclass(frozen=True, slots=True)
class CommitStated:
    """What may come to be known of a commit; times in microseconds.

    ``pushed_at`` is when the push was made that brought it or, where it was only asked for, its own time.
    """

    author_login: str | None
    paths_known: bool
    committed_at: int
    pushed: bool
    pushed_at: int


def merge_commits(one: CommitStated, other: CommitStated) -> CommitStated:
    """Merge two statements about one commit: the first push that is known to have brought it says when it came."""
    first = min(one, other, key=lambda stated: (not stated.pushed, stated.pushed_at))
    return CommitStated(
        known(one.author_login, other.author_login),
        one.paths_known or other.paths_known,
        min(one.committed_at, other.committed_at),
        first.pushed,
        first.pushed_at,
    )


def merge_objects(one: Stated, other: Stated) -> Stated:
    """Merge two statements about one object."""
    newest = max(one, other, key=_object_rank)
    author = max(one, other, key=_author_rank)
    thing = replace(
        newest.thing,
        number=known(one.thing.number, other.thing.number),
        author=author.thing.author,
        created_at=min(one.thing.created_at, other.thing.created_at),
        reply_to=known(one.thing.reply_to, other.thing.reply_to),
        review_id=known(one.thing.review_id, other.thing.review_id),
        deleted=one.thing.deleted or other.thing.deleted,
    )
    return Stated(thing, newest.as_of, author.author_as_of)


def merge_revisions(one: Revision, other: Revision) -> Revision:
    """Merge two statements about one version of a text: what an edit says of it counts more than a snapshot.

    A text that was found to be edited, nobody knows by whom, may have been written so: any other statement counts more.
    """
    return max(one, other, key=_revision_rank)


def merge_pull_requests(one: PullRequest, other: PullRequest) -> PullRequest:
    """Merge two statements about one pull request: the newest counts."""
    return max(one, other, key=lambda pull: (pull.updated_at, comparable(astuple(pull))))


def comparable(values: Iterable[object]) -> tuple[tuple[bool, str], ...]:
    """Return an order of values that may be missing. Any order does, so long as it is always the same."""
    return tuple((value is not None, str(value)) for value in values)


def known(one: T | None, other: T | None) -> T | None:
    """Return what is known of something that never changes; should two statements differ, the lesser."""
    return min((value for value in (one, other) if value is not None), default=None)


def _object_rank(stated: Stated) -> tuple[datetime, tuple[tuple[bool, str], ...]]:
    thing = stated.thing
    return stated.as_of, comparable((thing.state, thing.url, *astuple(thing.position)))


def _author_rank(stated: Stated) -> tuple[bool, datetime, int, str, str]:
    author = stated.thing.author
    return author.id != GHOST.id, stated.author_as_of, *_user(author)


def _revision_rank(revision: Revision) -> tuple[bool, bool, tuple[int, str, str], tuple[tuple[bool, str], ...]]:
    return (
        not revision.edited or revision.editor.id != GHOST.id,
        revision.edited,
        _user(revision.editor),
        comparable((revision.previous_body, revision.author_association)),
    )


def _user(user: User) -> tuple[int, str, str]:
    return user.id, user.login, user.type
