"""Deliveries about issues, discussions, and the comments on them and on commits.

``at`` is the time of what is told (``updated_at``), ``created_at`` defaults to it; ``sender`` defaults to the
author; ``was`` is the text that an edit replaced. ``author=None`` is a deleted account.
"""

# ruff: noqa: A002 -- the arguments are a payload's fields, in GitHub's words
from __future__ import annotations

from typing import Any

from tests.support.deliveries.values import (
    MAINTAINER,
    Delivery,
    Person,
    Repo,
    account,
    delivery,
    minute,
    started,
    tell_edit,
)


def issue(
    repo: Repo,
    action: str = "opened",
    *,
    number: int = 9,
    id: int = 9_000_009,
    author: Person | None = MAINTAINER,
    body: str | None = "It breaks.",
    at: str = minute(0),
    created_at: str | None = None,
    sender: Person | None = None,
    was: str | None = None,
) -> Delivery:
    """Tell of an issue."""
    payload = started("issues.opened", action, repo, sender or author)
    payload["issue"] |= {"number": number, "html_url": f"{repo.url}/issues/{number}"}
    payload["issue"] |= text(id, author, body, at, created_at)
    tell_edit(payload, was)
    return delivery("issues", payload)


def issue_comment(
    repo: Repo,
    action: str = "created",
    *,
    id: int,
    number: int = 42,
    author: Person | None = MAINTAINER,
    body: str | None = "",
    at: str = minute(0),
    created_at: str | None = None,
    sender: Person | None = None,
    was: str | None = None,
    on_pull: bool = True,
) -> Delivery:
    """Tell of a comment on a pull request (``on_pull``) or an issue."""
    payload = started("issue_comment.created", action, repo, sender or author)
    url = f"{repo.url}/{'pull' if on_pull else 'issues'}/{number}"
    payload["issue"] |= {"number": number, "html_url": url}
    if on_pull:
        payload["issue"]["pull_request"] = {"html_url": url}
    payload["comment"] |= {"html_url": f"{url}#issuecomment-{id}"} | text(id, author, body, at, created_at)
    tell_edit(payload, was)
    return delivery("issue_comment", payload)


def commit_comment(
    repo: Repo,
    *,
    id: int,
    commit: str,
    author: Person | None = MAINTAINER,
    body: str | None = "",
    at: str = minute(0),
    path: str | None = None,
    line: int | None = None,
) -> Delivery:
    """Tell of a comment on a commit, or on one of its lines."""
    payload = started("commit_comment.created", "created", repo, author)
    payload["comment"] |= text(id, author, body, at, None) | {
        "html_url": f"{repo.url}/commit/{commit}#commitcomment-{id}",
        "commit_id": commit,
        "path": path,
        "line": line,
        "position": line,
    }
    return delivery("commit_comment", payload)


def discussion(
    repo: Repo,
    action: str = "created",
    *,
    number: int = 7,
    id: int = 7_000_007,
    author: Person | None = MAINTAINER,
    body: str | None = "",
    at: str = minute(0),
    created_at: str | None = None,
    sender: Person | None = None,
    was: str | None = None,
) -> Delivery:
    """Tell of a discussion."""
    payload = started("discussion.created", action, repo, sender or author)
    payload["discussion"] |= {"number": number, "html_url": f"{repo.url}/discussions/{number}"}
    payload["discussion"] |= text(id, author, body, at, created_at)
    tell_edit(payload, was)
    return delivery("discussion", payload)


def discussion_comment(
    repo: Repo,
    action: str = "created",
    *,
    id: int,
    number: int = 7,
    parent_id: int | None = None,
    author: Person | None = MAINTAINER,
    body: str | None = "",
    at: str = minute(0),
    created_at: str | None = None,
    sender: Person | None = None,
    was: str | None = None,
) -> Delivery:
    """Tell of a comment on a discussion, or of a reply to one (``parent_id``)."""
    payload = started("discussion_comment.created", action, repo, sender or author)
    url = f"{repo.url}/discussions/{number}"
    payload["discussion"] |= {"number": number, "html_url": url}
    payload["comment"] |= text(id, author, body, at, created_at)
    payload["comment"] |= {"html_url": f"{url}#discussioncomment-{id}", "parent_id": parent_id}
    tell_edit(payload, was)
    return delivery("discussion_comment", payload)


def text(
    id: int,
    author: Person | None,
    body: str | None,
    at: str,
    created_at: str | None,
) -> dict[str, Any]:
    """Write what every object with a text has."""
    return {
        "id": id,
        "user": account(author),
        "body": body,
        "created_at": created_at or at,
        "updated_at": at,
        "author_association": author.association if author else "NONE",
    }
