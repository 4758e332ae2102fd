"""Reactions to issues, pull requests and comments.

https://docs.github.com/en/rest/reactions/reactions
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.support.builders import Person
from tests.support.github import shapes
from tests.support.github.answer import Answer
from tests.support.github.repository import Repository
from tests.support.github.visit import Route, Visit
from tests.support.github.world import World


@dataclass(slots=True)
class Reaction:
    """A reaction to what stands at a path below the repository's: ``issues/comments/11``, ``issues/42``."""

    id: int
    to: str
    user: Person | None
    content: str
    created_at: str


def reactions(visit: Visit) -> Answer:
    """List the reactions to something, oldest first."""
    to = "/".join(visit.rest[:-1])
    return visit.listed([one for one in list(visit.repo.reactions) if one.to == to], _shape)


def _shape(world: World, _repo: Repository, reaction: Reaction) -> shapes.Json:
    return {
        "id": reaction.id,
        "node_id": f"R_{reaction.id}",
        "user": shapes.account(world, reaction.user),
        "content": reaction.content,
        "created_at": reaction.created_at,
    }


_EITHER = ("issues", "pull_requests")
ROUTES = (
    Route("GET", "issues/{number}/reactions", reactions, _EITHER),
    Route("GET", "issues/comments/{comment}/reactions", reactions, _EITHER),
    Route("GET", "pulls/comments/{comment}/reactions", reactions, ("pull_requests",)),
    Route("GET", "comments/{comment}/reactions", reactions, ("metadata",)),
)
