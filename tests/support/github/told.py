"""What a webhook tells is so: the object of a delivery, kept as the API would tell of it afterwards.

So one story can be told twice: to the service by its deliveries, and by the stand-in when it is asked.
"""

from __future__ import annotations

from typing import Any

from tests.support.builders import Delivery, Person
from tests.support.github.repository import Repository
from tests.support.github.world import World

_CREATED = ("created_at", "updated_at")
_LINE = (
    "path",
    "commit_id",
    "original_commit_id",
    "in_reply_to_id",
    "line",
    "start_line",
    "original_line",
    "original_start_line",
    "side",
    "start_side",
    "diff_hunk",
)


def tell(world: World, delivery: Delivery) -> None:
    """Keep what a delivery tells of: an issue, pull request, review or comment; what was deleted is gone.

    What is told again replaces what was told before. Its repository must be there, and a pull request's fork; its
    commits are the clone's business. Raises ValueError for an event that tells of nothing that is kept.
    """
    payload = delivery.payload
    repository = world.repositories[payload["repository"]["id"]]
    keepers = {
        "issues": _issue,
        "pull_request": _pull,
        "pull_request_review": _review,
        "pull_request_review_comment": _review_comment,
        "issue_comment": _issue_comment,
        "commit_comment": _commit_comment,
    }
    if delivery.event not in keepers:
        raise ValueError(f"{delivery.event} tells of nothing that is kept")
    keepers[delivery.event](world, repository, payload)


def _author(world: World, part: dict[str, Any]) -> Person | None:
    """Return who wrote something; there is such an account from now on."""
    user = part["user"]
    if user is None:
        return None
    return world.person(Person(user["id"], user["login"], user["type"], part["author_association"]))


def _text(world: World, part: dict[str, Any], *fields: str) -> dict[str, Any]:
    taken = {name: part[name] for name in ("id", "body", *fields) if name in part}
    return taken | {"user": _author(world, part)}


def _issue(world: World, repository: Repository, payload: dict[str, Any]) -> None:
    part = payload["issue"]
    if payload["action"] in {"deleted", "transferred"}:
        repository.issues.pop(part["number"], None)
    else:
        repository.add_issue(part["number"], **_text(world, part, "title", "state", *_CREATED))


def _pull(world: World, repository: Repository, payload: dict[str, Any]) -> None:
    part = payload["pull_request"]
    head, base = part["head"], part["base"]
    fork = head["repo"]
    repository.add_pull(
        part["number"],
        head_sha=head["sha"],
        head_ref=head["ref"],
        base_sha=base["sha"],
        base_ref=base["ref"],
        fork=None if fork is None else world.repositories[fork["id"]],
        fork_is_gone=fork is None,
        **_text(world, part, "title", "state", "merged", "merged_at", "merge_commit_sha", *_CREATED),
    )


def _review(world: World, repository: Repository, payload: dict[str, Any]) -> None:
    part, pull = payload["review"], payload["pull_request"]
    known = repository.reviews.get(part["id"])
    edited_at = None if known is None else known.edited_at
    if payload["action"] == "edited":
        edited_at = part.get("updated_at") or pull["updated_at"]
    told = _text(world, part, "submitted_at", "commit_id")
    repository.add_review(pull["number"], state=part["state"].upper(), edited_at=edited_at, **told)


def _review_comment(world: World, repository: Repository, payload: dict[str, Any]) -> None:
    part = payload["comment"]
    if payload["action"] == "deleted":
        repository.review_comments.pop(part["id"], None)
        return
    repository.add_review_comment(
        payload["pull_request"]["number"],
        review_id=part["pull_request_review_id"],
        subject_type=part.get("subject_type") or "line",
        **_text(world, part, *_LINE, *_CREATED),
    )


def _issue_comment(world: World, repository: Repository, payload: dict[str, Any]) -> None:
    part = payload["comment"]
    if payload["action"] == "deleted":
        repository.issue_comments.pop(part["id"], None)
    else:
        repository.add_issue_comment(payload["issue"]["number"], **_text(world, part, *_CREATED))


def _commit_comment(world: World, repository: Repository, payload: dict[str, Any]) -> None:
    told = _text(world, payload["comment"], "commit_id", "path", "line", *_CREATED)
    repository.add_commit_comment(**told)
