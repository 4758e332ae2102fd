"""What an App writes: reactions, comments and check runs, as GitHub takes them.

https://docs.github.com/en/rest/reactions/reactions, https://docs.github.com/en/rest/issues/comments,
https://docs.github.com/en/rest/pulls/comments, https://docs.github.com/en/rest/checks/runs
"""

from __future__ import annotations

from typing import Any

from tests.support.builders import Person
from tests.support.github import shapes, text_shapes
from tests.support.github.answer import Answer, RefusedRequestError, not_found, said
from tests.support.github.paging import page_of
from tests.support.github.reaction_routes import Reaction
from tests.support.github.shapes import Json
from tests.support.github.texts import CheckRun, IssueComment, ReviewComment
from tests.support.github.visit import Route, Visit
from tests.support.github.world import World

REACTIONS = ("+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes")
STATUSES = ("queued", "in_progress", "completed")
CONCLUSIONS = ("success", "failure", "neutral", "cancelled", "skipped", "timed_out", "action_required")
LONGEST = 65_536
"""Characters of a comment."""
FIRST = 5_000_000_000
"""The id of the first thing that is written."""


def bot(world: World) -> Person:
    """Return the account that the App writes as."""
    return Person(id=world.app.id + 1_000_000, login=f"{world.app.slug}[bot]", type="Bot", association="NONE")


def react_to_issue_comment(visit: Visit) -> Answer:
    """React to a comment on an issue or pull request."""
    return _react(visit, visit.repo.issue_comments)


def react_to_review_comment(visit: Visit) -> Answer:
    """React to a review comment."""
    return _react(visit, visit.repo.review_comments)


def comment(visit: Visit) -> Answer:
    """Comment on an issue or pull request."""
    number, repo = visit.number("number"), visit.repo
    if number not in repo.issues and number not in repo.pulls:
        raise not_found()
    if number in repo.pulls and not _writes(visit, "pull_requests"):
        raise RefusedRequestError(403, "Resource not accessible by integration")
    at = shapes.rfc3339(visit.world.clock())
    made = IssueComment(
        id=_next(visit), user=bot(visit.world), body=_body(visit), created_at=at, updated_at=at, number=number
    )
    repo.issue_comments[made.id] = made
    return said(text_shapes.issue_comment(visit.world, repo, made), 201)


def reply(visit: Visit) -> Answer:
    """Reply to a review comment, which has to be the first one of its thread."""
    repo, first = visit.repo, visit.repo.review_comments.get(visit.number("comment"))
    if first is None or first.number != visit.number("number"):
        raise not_found()
    if first.in_reply_to_id is not None:
        raise RefusedRequestError(422, "Replies to replies are not supported")
    at = shapes.rfc3339(visit.world.clock())
    made = ReviewComment(
        id=_next(visit),
        user=bot(visit.world),
        body=_body(visit),
        created_at=at,
        updated_at=at,
        number=first.number,
        in_reply_to_id=first.id,
        path=first.path,
        line=first.line,
        commit_id=first.commit_id,
        original_commit_id=first.original_commit_id,
        diff_hunk=first.diff_hunk,
    )
    repo.review_comments[made.id] = made
    return said(text_shapes.review_comment(visit.world, repo, made), 201)


def edit_issue_comment(visit: Visit) -> Answer:
    """Change a comment on an issue or pull request."""
    found = visit.repo.issue_comments.get(visit.number("comment"))
    if found is None:
        raise not_found()
    found.body, found.updated_at = _body(visit), shapes.rfc3339(visit.world.clock())
    return said(text_shapes.issue_comment(visit.world, visit.repo, found))


def edit_review_comment(visit: Visit) -> Answer:
    """Change a review comment."""
    found = visit.repo.review_comments.get(visit.number("comment"))
    if found is None:
        raise not_found()
    found.body, found.updated_at = _body(visit), shapes.rfc3339(visit.world.clock())
    return said(text_shapes.review_comment(visit.world, visit.repo, found))


def make_check_run(visit: Visit) -> Answer:
    """Make a check run."""
    asked = visit.request.json()
    name, sha = asked.get("name"), asked.get("head_sha")
    if not isinstance(name, str) or not isinstance(sha, str):
        raise RefusedRequestError(422, "Invalid request. name and head_sha have to be given.")
    made = CheckRun(id=_next(visit), app_id=visit.world.app.id, name=name, head_sha=sha)
    _change(made, asked)
    visit.repo.check_runs[made.id] = made
    return said(_check_run(visit, made), 201)


def change_check_run(visit: Visit) -> Answer:
    """Change a check run of the App's own."""
    found = visit.repo.check_runs.get(visit.number("run"))
    if found is None or found.app_id != visit.world.app.id:
        raise not_found()
    asked = visit.request.json()
    if "head_sha" in asked:
        raise RefusedRequestError(422, "Invalid request. head_sha is not a permitted key.")
    _change(found, asked)
    return said(_check_run(visit, found))


def check_runs(visit: Visit) -> Answer:
    """List the check runs of a commit, of any App."""
    sha, name = visit.words["ref"], visit.request.query.get("check_name")
    found = [run for run in list(visit.repo.check_runs.values()) if run.head_sha == sha and name in {None, run.name}]
    page = page_of(found, visit.request.query)
    told = {"total_count": len(found), "check_runs": [_check_run(visit, run) for run in page.items]}
    return page.answer(told, visit.url, visit.request.query)


def _react(visit: Visit, there: dict[int, Any]) -> Answer:
    number = visit.number("comment")
    content = visit.request.json().get("content")
    if number not in there:
        raise not_found()
    if content not in REACTIONS:
        raise RefusedRequestError(422, "Invalid request. content is none of the reactions.")
    to, me, known = "/".join(visit.rest[:-1]), bot(visit.world), list(visit.repo.reactions)
    mine = next((one for one in known if (one.to, one.user, one.content) == (to, me, content)), None)
    made = mine or Reaction(FIRST + len(known), to, me, content, shapes.rfc3339(visit.world.clock()))
    if mine is None:
        visit.repo.reactions.append(made)
    told = {"id": made.id, "user": shapes.account(visit.world, me), "content": content, "created_at": made.created_at}
    return said(told, 201 if mine is None else 200)


def _body(visit: Visit) -> str:
    body = visit.request.json().get("body")
    if not isinstance(body, str) or not body.strip() or len(body) > LONGEST:
        raise RefusedRequestError(422, "Validation Failed")
    return body


def _change(run: CheckRun, asked: Json) -> None:
    status, conclusion = asked.get("status", run.status), asked.get("conclusion")
    if status not in STATUSES or (conclusion is not None and conclusion not in CONCLUSIONS):
        raise RefusedRequestError(422, "Invalid request. status or conclusion is none that there is.")
    if status == "completed" and conclusion is None:
        raise RefusedRequestError(422, "Invalid request. A completed check run needs a conclusion.")
    run.status, run.conclusion = status, conclusion
    run.name = asked.get("name", run.name)
    run.external_id = asked.get("external_id", run.external_id)
    run.details_url = asked.get("details_url", run.details_url)
    run.output = dict(asked.get("output", run.output))


def _check_run(visit: Visit, run: CheckRun) -> Json:
    url = f"{visit.world.url}/repos/{visit.repo.name}/check-runs/{run.id}"
    return {
        "id": run.id,
        "name": run.name,
        "head_sha": run.head_sha,
        "external_id": run.external_id,
        "url": url,
        "html_url": f"{visit.repo.url}/runs/{run.id}",
        "details_url": run.details_url,
        "status": run.status,
        "conclusion": run.conclusion,
        "output": {**run.output, "annotations_count": 0, "annotations_url": f"{url}/annotations"},
        "app": {"id": run.app_id, "slug": visit.world.app.slug},
    }


def _next(visit: Visit) -> int:
    repo = visit.repo
    there = (*repo.issue_comments, *repo.review_comments, *repo.check_runs)
    return max((FIRST, *there)) + 1


def _writes(visit: Visit, permission: str) -> bool:
    return visit.token is not None and visit.token.permissions.get(permission) == "write"


_EITHER, _PULLS, _CHECKS = ("issues", "pull_requests"), ("pull_requests",), ("checks",)
ROUTES = (
    Route("POST", "issues/comments/{comment}/reactions", react_to_issue_comment, _EITHER, "write"),
    Route("POST", "pulls/comments/{comment}/reactions", react_to_review_comment, _PULLS, "write"),
    Route("POST", "issues/{number}/comments", comment, _EITHER, "write"),
    Route("POST", "pulls/{number}/comments/{comment}/replies", reply, _PULLS, "write"),
    Route("PATCH", "issues/comments/{comment}", edit_issue_comment, _EITHER, "write"),
    Route("PATCH", "pulls/comments/{comment}", edit_review_comment, _PULLS, "write"),
    Route("POST", "check-runs", make_check_run, _CHECKS, "write"),
    Route("PATCH", "check-runs/{run}", change_check_run, _CHECKS, "write"),
    Route("GET", "commits/{ref}/check-runs", check_runs, _CHECKS),
)
