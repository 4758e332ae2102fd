"""Pull requests, their commits and files, reviews and review comments.

https://docs.github.com/en/rest/pulls
"""

from __future__ import annotations

from tests.support.github import commit_shapes, text_shapes
from tests.support.github.answer import Answer, not_found, said
from tests.support.github.history import GitFile
from tests.support.github.order import in_state, ordered, since
from tests.support.github.paging import page_of
from tests.support.github.texts import Pull, ReviewComment
from tests.support.github.visit import Route, Visit

MOST_COMMITS = 250
"""Of a pull request, GitHub lists no more commits than these, the oldest."""
MOST_FILES = 3000


def _pull_of(visit: Visit) -> Pull:
    pull = visit.repo.pulls.get(visit.number("number"))
    if pull is None:
        raise not_found()
    return pull


def pulls(visit: Visit) -> Answer:
    """List pull requests, open ones unless said otherwise, the newest first."""
    query = visit.request.query
    found = in_state(list(visit.repo.pulls.values()), query)
    down = "desc" if query.get("sort", "created") == "created" else "asc"
    return visit.listed(ordered(found, query, sort="created", direction=down), text_shapes.listed_pull)


def pull(visit: Visit) -> Answer:
    """Tell of one."""
    return said(text_shapes.pull(visit.world, visit.repo, _pull_of(visit)))


def commits(visit: Visit) -> Answer:
    """List the commits of one, oldest first, 250 at most."""
    state, history = _pull_of(visit), visit.repo.history
    if history is None or not (history.is_commit(state.base_sha) and history.is_commit(state.head_sha)):
        return visit.listed([], commit_shapes.listed_commit)
    shas = history.between(state.base_sha, state.head_sha)[:MOST_COMMITS]
    return visit.listed(history.commits(shas), commit_shapes.listed_commit)


def files(visit: Visit) -> Answer:
    """List the files that one changes, from where its branch began."""
    state, history = _pull_of(visit), visit.repo.history
    changed: tuple[GitFile, ...] = ()
    if history is not None and history.is_commit(state.base_sha) and history.is_commit(state.head_sha):
        begins = history.merge_base(state.base_sha, state.head_sha) or state.base_sha
        changed = history.changes(begins, state.head_sha)[:MOST_FILES]
    page = page_of(changed, visit.request.query)
    told = [commit_shapes.file(visit.world, visit.repo, file, state.head_sha) for file in page.items]
    return page.answer(told, visit.url, visit.request.query)


def reviews(visit: Visit) -> Answer:
    """List the reviews of one, oldest first."""
    state = _pull_of(visit)
    found = [review for review in list(visit.repo.reviews.values()) if review.number == state.number]
    return visit.listed(ordered(found, {}, sort="created", direction="asc"), text_shapes.review)


def review(visit: Visit) -> Answer:
    """Tell of a review; it must be asked for under its own pull request."""
    found = visit.repo.reviews.get(visit.number("review"))
    if found is None or found.number != _pull_of(visit).number:
        raise not_found()
    return said(text_shapes.review(visit.world, visit.repo, found))


def comments(visit: Visit) -> Answer:
    """List the review comments of one."""
    state = _pull_of(visit)
    return _comments(
        visit, [found for found in list(visit.repo.review_comments.values()) if found.number == state.number]
    )


def all_comments(visit: Visit) -> Answer:
    """List the review comments of the repository."""
    return _comments(visit, list(visit.repo.review_comments.values()))


def comment(visit: Visit) -> Answer:
    """Tell of a review comment."""
    found = visit.repo.review_comments.get(visit.number("comment"))
    if found is None:
        raise not_found()
    return said(text_shapes.review_comment(visit.world, visit.repo, found))


def _comments(visit: Visit, found: list[ReviewComment]) -> Answer:
    query = visit.request.query
    if "sort" not in query:  # GitHub does not hear the direction then
        query = {name: word for name, word in query.items() if name != "direction"}
    return visit.listed(
        ordered(since(found, query), query, sort="created", direction="asc"), text_shapes.review_comment
    )


_NEEDS = ("pull_requests",)
ROUTES = (
    Route("GET", "pulls", pulls, _NEEDS),
    Route("GET", "pulls/comments", all_comments, _NEEDS),
    Route("GET", "pulls/{number}", pull, _NEEDS),
    Route("GET", "pulls/comments/{comment}", comment, _NEEDS),
    Route("GET", "pulls/{number}/commits", commits, _NEEDS),
    Route("GET", "pulls/{number}/files", files, _NEEDS),
    Route("GET", "pulls/{number}/reviews", reviews, _NEEDS),
    Route("GET", "pulls/{number}/reviews/{review}", review, _NEEDS),
    Route("GET", "pulls/{number}/comments", comments, _NEEDS),
)
