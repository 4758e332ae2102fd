"""Deliveries that read like a story, each over one of octokit's examples.

::

    repo = Repo(id=9001, name="acme/widgets")
    push(repo, commits=[commit(sha("a"), "Add it", at=minute(1))], at=minute(1))
    pull_request(repo, number=42, head=sha("a"), author=AGENT, at=minute(2))
    review_comment(repo, id=11, commit=sha("a"), author=MAINTAINER, body="/agents improve", at=minute(3))

A ``Delivery`` has ``event``, ``payload``, ``guid``, ``body``, ``headers(secret)`` and ``again()``. The copies of
other objects that a payload holds are the example's, stale on purpose, but for their number.
"""

from tests.support.deliveries.places import (
    commit,
    installation,
    installation_repositories,
    many_commits,
    ping,
    push,
    repository_deleted,
    repository_renamed,
    repository_transferred,
)
from tests.support.deliveries.pulls import hunk, pull_request, review, review_comment, review_thread
from tests.support.deliveries.subjects import commit_comment, discussion, discussion_comment, issue, issue_comment
from tests.support.deliveries.values import (
    AGENT,
    MAINTAINER,
    NO_COMMIT,
    OCTOKIT,
    OUTSIDER,
    Delivery,
    Person,
    Repo,
    delivery,
    example,
    minute,
    sha,
)

__all__ = [
    "AGENT",
    "MAINTAINER",
    "NO_COMMIT",
    "OCTOKIT",
    "OUTSIDER",
    "Delivery",
    "Person",
    "Repo",
    "commit",
    "commit_comment",
    "delivery",
    "discussion",
    "discussion_comment",
    "example",
    "hunk",
    "installation",
    "installation_repositories",
    "issue",
    "issue_comment",
    "many_commits",
    "minute",
    "ping",
    "pull_request",
    "push",
    "repository_deleted",
    "repository_renamed",
    "repository_transferred",
    "review",
    "review_comment",
    "review_thread",
    "sha",
]
