from __future__ import annotations

from datetime import datetime
from itertools import permutations
from typing import TypeVar

from hypothesis import given
from hypothesis import strategies as st

from resolver.model.github import GHOST, GithubObject, Kind, Position, PullRequest, Revision, User
from store.merging import Stated, merge_objects, merge_pull_requests, merge_revisions
from tests.support.facts import after, pull, ref

T = TypeVar("T")

times = st.integers(0, 2).map(after)
users = st.sampled_from([GHOST, User(1, "a"), User(1, "b"), User(2, "a", "Bot")])
maybe_number = st.sampled_from([None, 1, 2])
positions = st.builds(Position, path=st.sampled_from([None, "a"]), line=maybe_number, original_start_line=maybe_number)
objects = st.builds(
    GithubObject,
    ref=st.just(ref(1, Kind.REVIEW_COMMENT)),
    number=maybe_number,
    author=users,
    created_at=times,
    url=st.sampled_from(["u", "v"]),
    reply_to=maybe_number,
    review_id=maybe_number,
    position=positions,
    state=st.sampled_from([None, "approved", "dismissed"]),
    deleted=st.booleans(),
)


@st.composite
def statements(draw: st.DrawFn) -> Stated:
    """Draw what a delivery states."""
    as_of: datetime = draw(times)
    return Stated(draw(objects), as_of, as_of)


revisions = st.builds(
    Revision,
    updated_at=st.just(after(0)),
    body=st.just("text"),
    editor=users,
    edited=st.booleans(),
    author_association=st.sampled_from(["NONE", "MEMBER"]),
    previous_body=st.sampled_from([None, "", "before"]),
)
pulls = st.builds(
    PullRequest,
    **{
        name: st.just(getattr(pull(), name)) for name in ("repository_id", "number", "head_ref", "base_sha", "base_ref")
    },
    head_sha=st.sampled_from(["a", "b"]),
    head_repository_id=maybe_number,
    state=st.sampled_from(["open", "closed"]),
    merged=st.booleans(),
    merge_commit_sha=st.sampled_from([None, "c"]),
    commit_count=maybe_number,
    updated_at=times,
)


@given(st.lists(statements(), min_size=1, max_size=4))
def test_objects(stated: list[Stated]) -> None:
    """What statements about an object make together is the same in any order, and none of them twice adds to it."""
    ends = set()
    for order in permutations(stated):
        end = order[0]
        for one in (*order[1:], *order):
            end = merge_objects(end, one)
        ends.add(end)
    assert len(ends) == 1


@given(st.lists(revisions, min_size=1, max_size=4))
def test_revisions(stated: list[Revision]) -> None:
    """A version of a text ends the same whatever statement about it came first; an edit's counts most.

    That somebody unknown edited it counts only where nothing else was said.
    """
    ends = set()
    for order in permutations(stated):
        end = order[0]
        for one in (*order[1:], *order):
            end = merge_revisions(end, one)
        ends.add(end)
    (end,) = ends
    told = [one for one in stated if not one.edited or one.editor.id != GHOST.id]
    assert end.edited == any(one.edited for one in told or stated)


@given(st.lists(pulls, min_size=1, max_size=4))
def test_pull_requests(stated: list[PullRequest]) -> None:
    """A pull request ends as its newest statement has it, whichever came first."""
    ends = set()
    for order in permutations(stated):
        end = order[0]
        for one in (*order[1:], *order):
            end = merge_pull_requests(end, one)
        ends.add(end)
    (end,) = ends
    assert end.updated_at == max(one.updated_at for one in stated)
