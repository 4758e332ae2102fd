"""Commits, comparisons, and the pull requests that a commit belongs to.

https://docs.github.com/en/rest/commits
"""

from __future__ import annotations

from tests.support.github import commit_shapes, text_shapes
from tests.support.github.answer import Answer, RefusedRequestError, not_found, said
from tests.support.github.order import moment
from tests.support.github.paging import page_of
from tests.support.github.texts import Pull
from tests.support.github.visit import Route, Visit

FILES_OF_A_PAGE = 300
MOST_FILES = 3000
MOST_ENTRIES = 100_000
"""How many files and folders of a tree GitHub tells of at once."""
COMMITS_OF_A_COMPARISON = 250
"""How many commits GitHub tells of when it is not asked for pages."""


def commits(visit: Visit) -> Answer:
    """List commits, the newest first: from ``sha`` (the default branch), with ``path``, ``since`` and ``until``."""
    query, history = visit.request.query, visit.history
    head = history.find(query.get("sha", visit.repo.default_branch))
    if head is None:
        raise not_found() if "sha" in query else RefusedRequestError(409, "Git Repository is empty.")
    options = [
        f"--{name}={moment(query[word]).isoformat()}"
        for name, word in (("since-as-filter", "since"), ("until", "until"))
        if word in query
    ]
    shas = history.log(head, *options, path=query.get("path"))
    page = page_of(shas, query)
    told = [commit_shapes.listed_commit(visit.world, visit.repo, found) for found in history.commits(page.items)]
    return page.answer(told, visit.url, query)


def commit(visit: Visit) -> Answer:
    """Tell of a commit with its files, 300 on a page."""
    found = visit.history.commits([_sha_of(visit)])[0]
    files = visit.history.files(found)
    page = page_of(files[:MOST_FILES], visit.request.query, size=FILES_OF_A_PAGE, most=FILES_OF_A_PAGE)
    told = commit_shapes.listed_commit(visit.world, visit.repo, found) | {
        "stats": commit_shapes.stats(files),
        "files": [commit_shapes.file(visit.world, visit.repo, file, found.sha) for file in page.items],
    }
    return page.answer(told, visit.url, visit.request.query)


def tree(visit: Visit) -> Answer:
    """Tell of what stands in a commit's tree: with ``recursive``, in folders too."""
    sha = visit.history.find(visit.words["ref"])
    if sha is None:
        raise not_found()
    url = f"{visit.world.url}/repos/{visit.repo.name}/git"
    entries = visit.history.tree(sha, recursive="recursive" in visit.request.query)
    told = [
        {"path": path, "mode": mode, "type": kind, "sha": one, "url": f"{url}/{kind}s/{one}"}
        for mode, kind, one, path in entries[:MOST_ENTRIES]
    ]
    return said({"sha": sha, "url": f"{url}/trees/{sha}", "tree": told, "truncated": len(entries) > MOST_ENTRIES})


def commit_comments(visit: Visit) -> Answer:
    """List the comments on a commit."""
    sha = _sha_of(visit)
    found = [comment for comment in list(visit.repo.commit_comments.values()) if comment.commit_id == sha]
    return visit.listed(found, text_shapes.commit_comment)


def branches_where_head(visit: Visit) -> Answer:
    """List the branches that end with a commit: one that only a fork has ends none."""
    sha = _sha_of(visit)
    url = f"{visit.world.url}/repos/{visit.repo.name}/commits/{sha}"
    heads = visit.history.heads(sha)
    return said([{"name": name, "commit": {"sha": sha, "url": url}, "protected": False} for name in heads])


def pulls(visit: Visit) -> Answer:
    """List the pull requests that a commit belongs to: merged ones, and those that are open."""
    sha = _sha_of(visit)
    found = [pull for pull in list(visit.repo.pulls.values()) if _belongs(visit, sha, pull)]
    return visit.listed(found, text_shapes.listed_pull)


def compare(visit: Visit) -> Answer:
    """Compare two commits: what ``head`` has since its way parted from ``base``'s.

    Without ``page`` and ``per_page``, 250 commits are told of; files (300 at most) stand on the first page only.
    """
    history, query = visit.history, visit.request.query
    first, dots, second = visit.words["basehead"].partition("...")
    base, head = history.find(first), history.find(second)
    if not dots or base is None or head is None:
        raise not_found()
    begins = history.merge_base(base, head)
    if begins is None:
        raise RefusedRequestError(404, f"No common ancestor between {first} and {second}.")
    ahead, behind = history.between(base, head), len(history.between(head, base))
    is_paged = "page" in query or "per_page" in query
    size = 30 if is_paged else COMMITS_OF_A_COMPARISON
    page = page_of(ahead, query, size=size, most=COMMITS_OF_A_COMPARISON)
    files = history.changes(begins, head)[:FILES_OF_A_PAGE] if page.number == 1 else ()
    write = commit_shapes.listed_commit
    ends = [write(visit.world, visit.repo, found) for found in history.commits([base, begins])]
    url = f"{visit.world.url}/repos/{visit.repo.name}/compare/{visit.words['basehead']}"
    told = {
        "url": url,
        "html_url": f"{visit.repo.url}/compare/{visit.words['basehead']}",
        "base_commit": ends[0],
        "merge_base_commit": ends[1],
        "status": _status(len(ahead), behind),
        "ahead_by": len(ahead),
        "behind_by": behind,
        "total_commits": len(ahead),
        "commits": [write(visit.world, visit.repo, found) for found in history.commits(page.items)],
        "files": [commit_shapes.file(visit.world, visit.repo, file, head) for file in files],
    }
    return page.answer(told, visit.url, query)


def _sha_of(visit: Visit) -> str:
    sha = visit.history.find(visit.words["ref"])
    if sha is None:
        raise RefusedRequestError(422, f"No commit found for SHA: {visit.words['ref']}")
    return sha


def _belongs(visit: Visit, sha: str, pull: Pull) -> bool:
    history = visit.history
    if pull.state == "closed" and not pull.merged:
        return False
    if pull.merged and pull.merge_commit_sha == sha:
        return True
    known = history.is_commit(pull.base_sha) and history.is_commit(pull.head_sha)
    return known and history.is_before(sha, pull.head_sha) and not history.is_before(sha, pull.base_sha)


def _status(ahead: int, behind: int) -> str:
    if ahead and behind:
        return "diverged"
    return "ahead" if ahead else "behind" if behind else "identical"


_CONTENTS = ("contents",)
ROUTES = (
    Route("GET", "commits", commits, _CONTENTS),
    Route("GET", "commits/{ref}", commit, _CONTENTS),
    Route("GET", "commits/{ref}/comments", commit_comments, ("metadata",)),
    Route("GET", "commits/{ref}/branches-where-head", branches_where_head, _CONTENTS),
    Route("GET", "commits/{ref}/pulls", pulls, ("pull_requests",)),
    Route("GET", "git/trees/{ref}", tree, _CONTENTS),
    Route("GET", "compare/{basehead}", compare, _CONTENTS),
)
