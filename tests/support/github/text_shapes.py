"""Pull requests, reviews, issues and comments, as GitHub's API writes them."""

from __future__ import annotations

from tests.support.builders import Person
from tests.support.github import shapes
from tests.support.github.repository import Repository
from tests.support.github.shapes import Json
from tests.support.github.texts import CommitComment, Issue, IssueComment, Pull, Review, ReviewComment, Text
from tests.support.github.world import World


def issue(world: World, repo: Repository, state: Issue | Pull) -> Json:
    """Write an issue, or a pull request as one: it has ``pull_request`` then, and another id than as itself."""
    url = f"{world.url}/repos/{repo.name}/issues/{state.number}"
    told = _text(world, state) | {
        "url": url,
        "repository_url": f"{world.url}/repos/{repo.name}",
        "comments_url": f"{url}/comments",
        "html_url": f"{repo.url}/issues/{state.number}",
        "number": state.number,
        "title": state.title,
        "labels": [],
        "state": state.state,
        "locked": False,
        "assignees": [],
        "milestone": None,
        "comments": _comments_on(repo, state.number),
        "closed_at": None if state.state == "open" else state.updated_at,
        "state_reason": None,
    }
    if isinstance(state, Pull):
        page = f"{repo.url}/pull/{state.number}"
        place = f"{world.url}/repos/{repo.name}/pulls/{state.number}"
        told |= {
            "id": state.issue_id,
            "html_url": page,
            "draft": False,
            "pull_request": {
                "url": place,
                "html_url": page,
                "diff_url": f"{page}.diff",
                "patch_url": f"{page}.patch",
                "merged_at": state.merged_at,
            },
        }
    return told


def listed_pull(world: World, repo: Repository, state: Pull) -> Json:
    """Write a pull request as it stands in lists: without ``merged`` and the counts."""
    url = f"{world.url}/repos/{repo.name}/pulls/{state.number}"
    page = f"{repo.url}/pull/{state.number}"
    fork = None if state.head_repository is None else world.repositories.get(state.head_repository)
    return _text(world, state) | {
        "url": url,
        "html_url": page,
        "diff_url": f"{page}.diff",
        "patch_url": f"{page}.patch",
        "issue_url": f"{world.url}/repos/{repo.name}/issues/{state.number}",
        "commits_url": f"{url}/commits",
        "review_comments_url": f"{url}/comments",
        "comments_url": f"{world.url}/repos/{repo.name}/issues/{state.number}/comments",
        "number": state.number,
        "title": state.title,
        "state": state.state,
        "locked": False,
        "draft": False,
        "closed_at": None if state.state == "open" else state.merged_at or state.updated_at,
        "merged_at": state.merged_at,
        "merge_commit_sha": state.merge_commit_sha,
        "assignees": [],
        "requested_reviewers": [],
        "requested_teams": [],
        "labels": [],
        "milestone": None,
        "head": _branch(world, fork, state.head_ref, state.head_sha),
        "base": _branch(world, repo, state.base_ref, state.base_sha),
        "auto_merge": None,
    }


def pull(world: World, repo: Repository, state: Pull) -> Json:
    """Write a pull request by itself: with ``merged``, and counts of what git knows."""
    history = repo.history
    commits: list[str] = []
    changed = 0, 0, 0
    if history is not None and history.is_commit(state.base_sha) and history.is_commit(state.head_sha):
        commits = history.between(state.base_sha, state.head_sha)
        files = history.changes(history.merge_base(state.base_sha, state.head_sha) or state.base_sha, state.head_sha)
        changed = sum(file.additions for file in files), sum(file.deletions for file in files), len(files)
    return listed_pull(world, repo, state) | {
        "merged": state.merged,
        "mergeable": None,
        "rebaseable": None,
        "mergeable_state": "unknown",
        "merged_by": shapes.account(world, state.user) if state.merged else None,
        "comments": _comments_on(repo, state.number),
        "review_comments": sum(found.number == state.number for found in list(repo.review_comments.values())),
        "maintainer_can_modify": False,
        "commits": len(commits),
        "additions": changed[0],
        "deletions": changed[1],
        "changed_files": changed[2],
    }


def review(world: World, repo: Repository, state: Review) -> Json:
    """Write a review: it has neither ``created_at`` nor ``updated_at``, and does not say whether it was edited."""
    url = f"{world.url}/repos/{repo.name}/pulls/{state.number}"
    page = f"{repo.url}/pull/{state.number}#pullrequestreview-{state.id}"
    told = _text(world, state)
    del told["created_at"], told["updated_at"]
    return told | {
        "node_id": state.node_id,
        "state": state.state,
        "html_url": page,
        "pull_request_url": url,
        "_links": {"html": {"href": page}, "pull_request": {"href": url}},
        "submitted_at": state.created_at,
        "commit_id": state.commit_id,
    }


def review_comment(world: World, repo: Repository, state: ReviewComment) -> Json:
    """Write a review comment: ``in_reply_to_id`` is left out where it is no reply."""
    url = f"{world.url}/repos/{repo.name}/pulls/comments/{state.id}"
    pull_url = f"{world.url}/repos/{repo.name}/pulls/{state.number}"
    page = f"{repo.url}/pull/{state.number}#discussion_r{state.id}"
    told = _text(world, state) | {
        "url": url,
        "html_url": page,
        "pull_request_url": pull_url,
        "pull_request_review_id": state.pull_request_review_id,
        "diff_hunk": state.diff_hunk,
        "path": state.path,
        "position": None if state.line is None else max(1, len(state.diff_hunk.split("\n")) - 1),
        "original_position": max(1, len(state.diff_hunk.split("\n")) - 1),
        "commit_id": state.commit_id,
        "original_commit_id": state.original_commit_id,
        "line": state.line,
        "original_line": state.original_line,
        "start_line": state.start_line,
        "original_start_line": state.original_start_line,
        "side": state.side,
        "start_side": state.start_side,
        "subject_type": state.subject_type,
        "_links": {"self": {"href": url}, "html": {"href": page}, "pull_request": {"href": pull_url}},
    }
    return told if state.in_reply_to_id is None else told | {"in_reply_to_id": state.in_reply_to_id}


def issue_comment(world: World, repo: Repository, state: IssueComment) -> Json:
    """Write a comment on an issue or pull request."""
    base = f"{world.url}/repos/{repo.name}/issues"
    kind = "pull" if state.number in repo.pulls else "issues"
    return _text(world, state) | {
        "url": f"{base}/comments/{state.id}",
        "html_url": f"{repo.url}/{kind}/{state.number}#issuecomment-{state.id}",
        "issue_url": f"{base}/{state.number}",
        "performed_via_github_app": None,
    }


def commit_comment(world: World, repo: Repository, state: CommitComment) -> Json:
    """Write a comment on a commit."""
    return _text(world, state) | {
        "url": f"{world.url}/repos/{repo.name}/comments/{state.id}",
        "html_url": f"{repo.url}/commit/{state.commit_id}#commitcomment-{state.id}",
        "commit_id": state.commit_id,
        "path": state.path,
        "line": state.line,
        "position": state.position,
    }


def _text(world: World, state: Text) -> Json:
    person: Person | None = state.user
    return {
        "id": state.id,
        "node_id": shapes.node_id(type(state).__name__, state.id),
        "user": shapes.account(world, person),
        "body": state.body,
        "author_association": "NONE" if person is None else person.association,
        "created_at": state.created_at,
        "updated_at": state.updated_at,
    }


def _branch(world: World, repo: Repository | None, ref: str, sha: str) -> Json:
    return {
        "label": f"{'unknown repository' if repo is None else repo.owner}:{ref}",
        "ref": ref,
        "sha": sha,
        "user": None if repo is None else shapes.owner(world, repo.owner),
        "repo": None if repo is None else shapes.repository(world, repo),
    }


def _comments_on(repo: Repository, number: int) -> int:
    return sum(found.number == number for found in list(repo.issue_comments.values()))
