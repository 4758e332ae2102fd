"""Deliveries about pushes, repositories and installations, and the ping."""

# ruff: noqa: A002 -- the arguments are a payload's fields, in GitHub's words
from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tests.support.deliveries.values import (
    AGENT,
    MAINTAINER,
    NO_COMMIT,
    Delivery,
    Person,
    Repo,
    delivery,
    example,
    minute,
    place,
    sha,
    started,
)


def commit(
    id: str,
    message: str = "Change something",
    *,
    at: str = minute(0),
    added: Sequence[str] = (),
    modified: Sequence[str] = ("src/app.py",),
    removed: Sequence[str] = (),
    author: Person | None = AGENT,
) -> dict[str, Any]:
    """Write a commit as a push brings it; without an ``author`` GitHub knows no login for its address."""
    who = {"name": "Someone", "email": "someone@example.com"} | ({"username": author.login} if author else {})
    return {
        "id": id,
        "tree_id": sha(f"tree of {id}"),
        "distinct": True,
        "message": message,
        "timestamp": at,
        "url": f"https://github.com/acme/widgets/commit/{id}",
        "author": who,
        "committer": who,
        "added": list(added),
        "removed": list(removed),
        "modified": list(modified),
    }


def many_commits(count: int = 2048, *, message: str = "Change something", at: str = minute(0)) -> list[dict[str, Any]]:
    """Write many commits, each to a file of its own; GitHub sends at most 2,048."""
    return [commit(sha(f"commit {n}"), f"{message} ({n})", at=at, modified=(f"src/file_{n}.py",)) for n in range(count)]


def push(
    repo: Repo,
    *,
    commits: Sequence[dict[str, Any]] = (),
    branch: str = "feature",
    ref: str | None = None,
    before: str = NO_COMMIT,
    after: str | None = None,
    forced: bool = False,
    at: str | None = minute(0),
    sender: Person = AGENT,
) -> Delivery:
    """Tell of a push ``at`` a time (None: the payload does not say), oldest commit first.

    Without ``before`` the branch is new; ``after`` is the last commit unless it is given; ``ref`` is for what is no
    branch.
    """
    payload = started("push", "", repo, sender)
    del payload["action"]
    last = after or (commits[-1]["id"] if commits else NO_COMMIT)
    payload |= {
        "ref": ref or f"refs/heads/{branch}",
        "before": before,
        "after": last,
        "created": before == NO_COMMIT,
        "deleted": last == NO_COMMIT,
        "forced": forced,
        "commits": list(commits),
        "head_commit": commits[-1] if commits else None,
    }
    pushed_at = None if at is None else int(datetime.fromisoformat(at).timestamp())
    payload["repository"]["pushed_at"] = pushed_at
    return delivery("push", payload)


def repository_renamed(repo: Repo, *, was: str, sender: Person = MAINTAINER) -> Delivery:
    """Tell that a repository, as it is called now, bore another name (without owner) before."""
    payload = started("repository.renamed", "renamed", repo, sender)
    payload["changes"] = {"repository": {"name": {"from": was}}}
    return delivery("repository", payload)


def repository_transferred(repo: Repo, *, was_owner: Person, sender: Person = MAINTAINER) -> Delivery:
    """Tell that a repository, under its owner of now, belonged to another before."""
    payload = started("repository.transferred", "transferred", repo, sender)
    role = "organization" if was_owner.type == "Organization" else "user"
    payload["changes"] = {"owner": {"from": {role: {"login": was_owner.login, "id": was_owner.id}}}}
    return delivery("repository", payload)


def repository_deleted(repo: Repo, *, sender: Person = MAINTAINER) -> Delivery:
    """Tell that a repository was deleted."""
    payload = started("repository.renamed", "deleted", repo, sender)
    del payload["changes"]
    return delivery("repository", payload)


def installation(
    action: str = "created",
    *,
    repos: Sequence[Repo] = (),
    id: int = 77,
    at: str | int = minute(0),
) -> Delivery:
    """Tell of an installation and the repositories that it reaches; ``at`` as text or in seconds."""
    payload = example("installation.created") | {"action": action, "repositories": [_named(repo) for repo in repos]}
    payload["installation"] |= {"id": id, "updated_at": at}
    return delivery("installation", payload)


def installation_repositories(
    *,
    added: Sequence[Repo] = (),
    removed: Sequence[Repo] = (),
    id: int = 77,
    at: str | int = minute(0),
) -> Delivery:
    """Tell which repositories were added to an installation, and which removed from it."""
    payload = example("installation_repositories.added") | {
        "action": "added" if added else "removed",
        "repositories_added": [_named(repo) for repo in added],
        "repositories_removed": [_named(repo) for repo in removed],
    }
    payload["installation"] |= {"id": id, "updated_at": at}
    return delivery("installation_repositories", payload)


def ping(repo: Repo | None = None) -> Delivery:
    """Tell that a hook was made: a repository's, or without one an organization's."""
    if repo is None:
        return delivery("ping", example("ping.2"))
    payload = example("ping")
    place(payload, repo)
    return delivery("ping", payload)


def _named(repo: Repo) -> dict[str, Any]:
    return {"id": repo.id, "name": repo.name.partition("/")[2], "full_name": repo.name, "private": False}
