"""Questions made of what is known: of an object, of feedback, of a commit."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from resolver.model.feedback import FeedbackState
from resolver.model.github import GithubObject, ObjectRef, Position
from resolver.model.runs import NO_CLAIMS, Reading
from resolver.ports import Facts
from resolver.query import Query


def by_whom(thing: GithubObject, *, workspace: str, repository: str, at: datetime) -> Query:
    """Ask which run made an object: what it replies to, or which line it is about, says nothing of that."""
    return Query(
        workspace=workspace,
        repository=repository,
        repository_id=thing.ref.repository_id,
        at=at,
        ref=thing.ref,
        review_id=thing.review_id,
    )


def of_object(thing: GithubObject, *, workspace: str, repository: str, at: datetime) -> Query:
    """Ask which run an object is about, as of a time."""
    reply_to = None
    if thing.reply_to is not None:
        reply_to = ObjectRef(thing.ref.repository_id, thing.ref.kind, thing.reply_to)
    made = by_whom(thing, workspace=workspace, repository=repository, at=at)
    return replace(made, number=thing.number, reply_to=reply_to, position=thing.position)


def of_feedback(facts: Facts, thing: GithubObject, state: FeedbackState, *, workspace: str, repository: str) -> Query:
    """Ask which run a piece of feedback is about, as of when it was given; a claim pasted into it counts."""
    own = facts.reading(thing.ref, state.updated_at) or NO_CLAIMS
    asked = of_object(thing, workspace=workspace, repository=repository, at=state.given_at)
    return replace(asked, body=state.body, own=own, asking=True)


def of_commit(
    sha: str, reading: Reading, *, workspace: str, repository: str, repository_id: int, at: datetime
) -> Query:
    """Ask which run made a commit."""
    return Query(
        workspace=workspace,
        repository=repository,
        repository_id=repository_id,
        at=at,
        own=reading,
        own_is_commit=True,
        position=Position(commit=sha),
    )
