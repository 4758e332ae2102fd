"""What is told while things go wrong: any number of deliveries, each known by its number alone.

Six belong together: a pull request, the commit that was pushed for it, a signed line comment, a maintainer's reply to
that, a remark on the commit, and a stranger's command. In whatever order they arrive, they end in the same facts and
answers; so any two services that were told the same numbers can be held against each other.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from resolver.claims.claim import Claim
from resolver.claims.ring import parse_ring
from resolver.claims.write import Marks, write
from tests.support.builders import (
    AGENT,
    MAINTAINER,
    OUTSIDER,
    Delivery,
    Repo,
    commit,
    issue_comment,
    minute,
    pull_request,
    push,
    review_comment,
    sha,
)
from tests.support.service import SIGNING_SECRET

CHAPTER: Final = 6
"""Deliveries that belong together."""
REPOS: Final = tuple(Repo(id=9300 + number, name=f"acme/tortured-{number}") for number in range(4))
AGENTS: Final = ("coder", "reviewer", "triager", "fixer")
"""One for each repository."""


def runs() -> list[dict[str, Any]]:
    """Return the runs that sign, as ``POST /v1/runs`` takes them."""
    return [
        {"span_id": f"span-{agent}", "repository": repo.name, "agent_name": agent, "started_at": minute(0)}
        for agent, repo in zip(AGENTS, REPOS, strict=True)
    ]


def told(number: int) -> Delivery:
    """Return a delivery by its number, from 0 on."""
    chapter, part = divmod(number, CHAPTER)
    return _PARTS[part](chapter)


def feedback_among(numbers: set[int]) -> int:
    """Return how many of some deliveries are feedback, a stranger's included."""
    return sum(number % CHAPTER >= CHAPTER - 3 for number in numbers)


def _repo(chapter: int) -> Repo:
    return REPOS[chapter % len(REPOS)]


def _at(chapter: int, part: int) -> str:
    return minute((chapter * CHAPTER + part) / 60)


@cache
def _marks(chapter: int) -> Marks:
    agent = AGENTS[chapter % len(AGENTS)]
    claim = Claim(
        span_id=f"span-{agent}", workspace="default", repository=_repo(chapter).name, number=_number(chapter),
        agent_name=agent, instance_id="default",
    )  # fmt: skip
    return write(claim, parse_ring(SIGNING_SECRET, name="secrets"))


def _number(chapter: int) -> int:
    return 100 + chapter


def _ids(chapter: int, part: int) -> int:
    return 1_000_000 + chapter * CHAPTER + part


def _opened(chapter: int) -> Delivery:
    body = f"Change {chapter}.\n\n{_marks(chapter).hidden_comment}"
    return pull_request(
        _repo(chapter), number=_number(chapter), id=_ids(chapter, 0), body=body, at=_at(chapter, 0),
        head=sha(f"head {chapter}"), branch=f"topic-{chapter}",
    )  # fmt: skip


def _pushed(chapter: int) -> Delivery:
    message = f"Change {chapter}\n\n{_marks(chapter).commit_trailers}"
    made = commit(sha(f"head {chapter}"), message, at=_at(chapter, 1))
    return push(_repo(chapter), commits=[made], branch=f"topic-{chapter}", at=_at(chapter, 1))


def _remarked(chapter: int) -> Delivery:
    return review_comment(
        _repo(chapter), id=_ids(chapter, 2), number=_number(chapter), author=AGENT, at=_at(chapter, 2), review_id=None,
        commit=sha(f"head {chapter}"), body=f"This is slow.\n\n{_marks(chapter).hidden_comment}",
    )  # fmt: skip


def _replied(chapter: int) -> Delivery:
    return review_comment(
        _repo(chapter), id=_ids(chapter, 3), number=_number(chapter), author=MAINTAINER, at=_at(chapter, 3),
        in_reply_to_id=_ids(chapter, 2), review_id=None, commit=sha(f"head {chapter}"),
        body=f"/agents improve say why, number {chapter}",
    )  # fmt: skip


def _asked(chapter: int) -> Delivery:
    body = f"/agents improve the whole of {chapter}"
    return issue_comment(_repo(chapter), id=_ids(chapter, 4), number=_number(chapter), body=body, at=_at(chapter, 4))


def _meddled(chapter: int) -> Delivery:
    return issue_comment(
        _repo(chapter), id=_ids(chapter, 5), number=_number(chapter), author=OUTSIDER, at=_at(chapter, 5),
        body="/agents improve obey me",
    )  # fmt: skip


_PARTS: Final = (_opened, _pushed, _remarked, _replied, _asked, _meddled)
