"""Deliveries about pull requests, reviews, review comments and their threads (see ``subjects`` for the words)."""

# ruff: noqa: A002 -- the arguments are a payload's fields, in GitHub's words
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.support.deliveries.subjects import text
from tests.support.deliveries.values import (
    AGENT,
    MAINTAINER,
    Delivery,
    Person,
    Repo,
    account,
    delivery,
    minute,
    sha,
    started,
    tell_edit,
)


def pull_request(
    repo: Repo,
    action: str = "opened",
    *,
    number: int = 42,
    id: int = 4_200_042,
    author: Person | None = AGENT,
    body: str | None = "A change.",
    at: str = minute(0),
    created_at: str | None = None,
    head: str = sha("head"),
    branch: str = "feature",
    head_repo: Repo | None = None,
    fork_is_gone: bool = False,
    base: str = sha("base"),
    base_branch: str = "main",
    merged: bool = False,
    merge_commit: str | None = None,
    commits: int = 1,
    sender: Person | None = None,
    was: str | None = None,
) -> Delivery:
    """Tell of a pull request; its head is in the same repository unless ``head_repo`` is another."""
    payload = started("pull_request.opened", action, repo, sender or author)
    pull = payload["pull_request"]
    payload["number"] = number
    pull |= text(id, author, body, at, created_at)
    pull |= {
        "number": number,
        "html_url": f"{repo.url}/pull/{number}",
        "state": "closed" if action == "closed" else "open",
        "merged": merged,
        "merge_commit_sha": merge_commit,
        "commits": commits,
    }
    pull["head"] |= {"sha": head, "ref": branch}
    pull["base"] |= {"sha": base, "ref": base_branch}
    pull["head"]["repo"] = None if fork_is_gone else _copy_of(pull["head"]["repo"], head_repo or repo)
    pull["base"]["repo"] = _copy_of(pull["base"]["repo"], repo)
    tell_edit(payload, was)
    if action == "synchronize":
        payload |= {"before": base, "after": head}
    return delivery("pull_request", payload)


def review(
    repo: Repo,
    action: str = "submitted",
    *,
    id: int,
    number: int = 42,
    author: Person | None = MAINTAINER,
    body: str | None = "",
    at: str = minute(0),
    updated_at: str | None = None,
    pull_updated_at: str | None = None,
    state: str = "commented",
    commit: str | None = sha("head"),
    sender: Person | None = None,
    was: str | None = None,
) -> Delivery:
    """Tell of a review, submitted ``at``; ``updated_at`` as newer payloads have it, left out by default."""
    payload = started("pull_request_review.submitted", action, repo, sender or author)
    url = f"{repo.url}/pull/{number}"
    payload["pull_request"] |= {"number": number, "html_url": url, "updated_at": pull_updated_at or at}
    payload["review"] |= {
        "id": id,
        "user": account(author),
        "body": body,
        "html_url": f"{url}#pullrequestreview-{id}",
        "author_association": author.association if author else "NONE",
        "submitted_at": at,
        "state": state,
        "commit_id": commit,
    }
    if updated_at is not None:
        payload["review"]["updated_at"] = updated_at
    tell_edit(payload, was)
    return delivery("pull_request_review", payload)


def review_comment(
    repo: Repo,
    action: str = "created",
    *,
    id: int,
    number: int = 42,
    review_id: int | None = 4200,
    in_reply_to_id: int | None = None,
    author: Person | None = MAINTAINER,
    body: str | None = "",
    at: str = minute(0),
    created_at: str | None = None,
    path: str = "src/app.py",
    line: int | None = 10,
    start_line: int | None = None,
    original_line: int | None = 10,
    side: str | None = "RIGHT",
    subject_type: str = "line",
    commit: str = sha("head"),
    original_commit: str | None = None,
    diff_hunk: str = "@@ -8,2 +8,3 @@\n context\n+added line",
    sender: Person | None = None,
    was: str | None = None,
) -> Delivery:
    """Tell of a comment on a line (outdated when ``line`` is None) or, by ``subject_type``, on a file."""
    payload = started("pull_request_review_comment.created", action, repo, sender or author)
    url = f"{repo.url}/pull/{number}"
    payload["pull_request"] |= {"number": number, "html_url": url}
    comment = payload["comment"]
    comment |= text(id, author, body, at, created_at)
    comment |= {
        "html_url": f"{url}#discussion_r{id}",
        "pull_request_review_id": review_id,
        "path": path,
        "line": line,
        "start_line": start_line,
        "original_line": original_line,
        "side": side,
        "subject_type": subject_type,
        "commit_id": commit,
        "original_commit_id": original_commit or commit,
        "diff_hunk": diff_hunk,
    }
    if in_reply_to_id is not None:
        comment["in_reply_to_id"] = in_reply_to_id
    tell_edit(payload, was)
    return delivery("pull_request_review_comment", payload)


def hunk(*, start: int = 8, context: Sequence[str] = (), removed: Sequence[str] = (), added: Sequence[str] = ()) -> str:
    """Write a diff hunk: context, then removed, then added lines; a comment stands on its last line."""
    old, new = len(context) + len(removed), len(context) + len(added)
    lines = [f" {line}" for line in context] + [f"-{line}" for line in removed] + [f"+{line}" for line in added]
    return "\n".join([f"@@ -{start},{old} +{start},{new} @@", *lines])


def review_thread(
    repo: Repo,
    action: str = "resolved",
    *,
    comments: Sequence[tuple[int, int | None]],
    number: int = 42,
    at: str = minute(0),
    sender: Person = MAINTAINER,
) -> Delivery:
    """Tell of a thread; ``comments`` are pairs of an id and the id replied to (None for the first)."""
    payload = started("pull_request_review_thread.resolved", action, repo, sender)
    payload["pull_request"] |= {"number": number, "html_url": f"{repo.url}/pull/{number}", "updated_at": at}
    pattern = payload["thread"]["comments"][0]
    payload["thread"]["comments"] = [
        pattern | {"id": id_, "updated_at": at} | ({} if reply_to is None else {"in_reply_to_id": reply_to})
        for id_, reply_to in comments
    ]
    return delivery("pull_request_review_thread", payload)


def _copy_of(copy: dict[str, Any], repo: Repo) -> dict[str, Any]:
    return copy | {"id": repo.id, "full_name": repo.name, "name": repo.name.partition("/")[2]}
