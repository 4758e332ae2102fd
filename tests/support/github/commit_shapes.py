"""Commits, what they changed, and comparisons, as GitHub's API writes them."""

from __future__ import annotations

from urllib.parse import quote

from tests.support.github import shapes
from tests.support.github.history import GitCommit, GitFile, Hand
from tests.support.github.repository import Repository
from tests.support.github.shapes import Json
from tests.support.github.world import World

LARGEST_PATCH = 2**20
"""Characters of a patch; GitHub leaves larger ones out."""


def listed_commit(world: World, repo: Repository, commit: GitCommit) -> Json:
    """Write a commit as it stands in lists: without files."""
    url = f"{world.url}/repos/{repo.name}/commits/{commit.sha}"
    data = f"{world.url}/repos/{repo.name}/git"
    return {
        "sha": commit.sha,
        "node_id": shapes.node_id("Commit", commit.sha),
        "commit": {
            "author": _hand(commit.author),
            "committer": _hand(commit.committer),
            "message": commit.message,
            "tree": {"sha": commit.tree, "url": f"{data}/trees/{commit.tree}"},
            "url": f"{data}/commits/{commit.sha}",
            "comment_count": sum(found.commit_id == commit.sha for found in list(repo.commit_comments.values())),
            "verification": {"verified": False, "reason": "unsigned", "signature": None, "payload": None},
        },
        "url": url,
        "html_url": f"{repo.url}/commit/{commit.sha}",
        "comments_url": f"{url}/comments",
        "author": shapes.account(world, repo.accounts.get(commit.author.name)),
        "committer": shapes.account(world, repo.accounts.get(commit.committer.name)),
        "parents": [
            {
                "sha": parent,
                "url": f"{world.url}/repos/{repo.name}/commits/{parent}",
                "html_url": f"{repo.url}/commit/{parent}",
            }
            for parent in commit.parents
        ],
    }


def stats(files: tuple[GitFile, ...]) -> Json:
    """Count what changed."""
    added, removed = sum(file.additions for file in files), sum(file.deletions for file in files)
    return {"total": added + removed, "additions": added, "deletions": removed}


def file(world: World, repo: Repository, changed: GitFile, sha: str) -> Json:
    """Write a file that was changed: ``patch`` is left out for binary and large ones, and where no line changed."""
    path = quote(changed.filename)
    told: Json = {
        "sha": changed.blob,
        "filename": changed.filename,
        "status": changed.status,
        "additions": changed.additions,
        "deletions": changed.deletions,
        "changes": changed.additions + changed.deletions,
        "blob_url": f"{repo.url}/blob/{sha}/{path}",
        "raw_url": f"{repo.url}/raw/{sha}/{path}",
        "contents_url": f"{world.url}/repos/{repo.name}/contents/{path}?ref={sha}",
    }
    if changed.previous_filename is not None:
        told["previous_filename"] = changed.previous_filename
    if changed.patch is not None and len(changed.patch) <= LARGEST_PATCH:
        told["patch"] = changed.patch
    return told


def _hand(hand: Hand) -> Json:
    return {"name": hand.name, "email": hand.email, "date": hand.date}
