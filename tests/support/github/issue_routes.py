"""Issues, the comments on them and on pull requests, and those on commits.

https://docs.github.com/en/rest/issues, https://docs.github.com/en/rest/commits/comments
"""

from __future__ import annotations

from tests.support.github import text_shapes
from tests.support.github.answer import Answer, not_found, said
from tests.support.github.order import in_state, ordered, since
from tests.support.github.texts import Issue, IssueComment, Pull
from tests.support.github.visit import Route, Visit


def _issue_of(visit: Visit) -> Issue | Pull:
    number = visit.number("number")
    found = visit.repo.issues.get(number) or visit.repo.pulls.get(number)
    if found is None:
        raise not_found()
    return found


def issues(visit: Visit) -> Answer:
    """List issues, pull requests among them; open ones unless said otherwise, the newest first."""
    query = visit.request.query
    everything: list[Issue | Pull] = [*list(visit.repo.issues.values()), *list(visit.repo.pulls.values())]
    found = since(in_state(everything, query), query)
    return visit.listed(ordered(found, query, sort="created", direction="desc"), text_shapes.issue)


def issue(visit: Visit) -> Answer:
    """Tell of an issue, or of a pull request as one."""
    return said(text_shapes.issue(visit.world, visit.repo, _issue_of(visit)))


def comments(visit: Visit) -> Answer:
    """List the comments on an issue or pull request, oldest first."""
    number = _issue_of(visit).number
    return _comments(visit, [found for found in list(visit.repo.issue_comments.values()) if found.number == number])


def all_comments(visit: Visit) -> Answer:
    """List the comments on all issues and pull requests of the repository."""
    return _comments(visit, list(visit.repo.issue_comments.values()))


def comment(visit: Visit) -> Answer:
    """Tell of a comment on an issue or pull request."""
    found = visit.repo.issue_comments.get(visit.number("comment"))
    if found is None:
        raise not_found()
    return said(text_shapes.issue_comment(visit.world, visit.repo, found))


def commit_comments(visit: Visit) -> Answer:
    """List the comments on all commits, oldest first."""
    found = ordered(list(visit.repo.commit_comments.values()), {}, sort="created", direction="asc")
    return visit.listed(found, text_shapes.commit_comment)


def commit_comment(visit: Visit) -> Answer:
    """Tell of a comment on a commit."""
    found = visit.repo.commit_comments.get(visit.number("comment"))
    if found is None:
        raise not_found()
    return said(text_shapes.commit_comment(visit.world, visit.repo, found))


def _comments(visit: Visit, found: list[IssueComment]) -> Answer:
    query = visit.request.query
    if "sort" not in query:  # GitHub does not hear the direction then
        query = {name: word for name, word in query.items() if name != "direction"}
    return visit.listed(ordered(since(found, query), query, sort="created", direction="asc"), text_shapes.issue_comment)


_EITHER = ("issues", "pull_requests")
_METADATA = ("metadata",)
ROUTES = (
    Route("GET", "issues", issues, _EITHER),
    Route("GET", "issues/comments", all_comments, _EITHER),
    Route("GET", "issues/{number}", issue, _EITHER),
    Route("GET", "issues/comments/{comment}", comment, _EITHER),
    Route("GET", "issues/{number}/comments", comments, _EITHER),
    Route("GET", "comments", commit_comments, _METADATA),
    Route("GET", "comments/{comment}", commit_comment, _METADATA),
)
