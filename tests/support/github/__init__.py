"""A stand-in for GitHub: a real HTTP server on loopback, over real git repositories.

::

    with StandIn() as github:
        repo = github.repository(id=9001, name="acme/widgets", clone=clone)
        github.install(id=77, account="acme", repositories=[repo])
        repo.add_pull(42, head_sha=head, base_sha=base, user=AGENT)
        repo.add_review_comment(42, 11, path="src/app.py", line=3, commit_id=head, body="/agents improve")
        repo.permission["maintainer"] = "write"
        github.fault = faults.status(502).on("/pulls/").times(2)
        ...  # ask ``github.url`` with the App's key: ``key_pair().write(folder)``
        assert github.asked(r"/pulls/42$")

The state is the test's to change at any time, from the same process; answers follow at once. It answers what SPEC §5.5
needs, in GitHub's shapes, checks tokens, permissions and limits as GitHub does, and records every request.
"""

from tests.support.github import faults
from tests.support.github.asked import Recorded
from tests.support.github.delivery_log import DeliveryLog, LogEntry
from tests.support.github.faults import Fault
from tests.support.github.keys import KeyPair, key_pair
from tests.support.github.repository import Repository
from tests.support.github.stand_in import StandIn
from tests.support.github.texts import CommitComment, Issue, IssueComment, Pull, Review, ReviewComment
from tests.support.github.world import EVENTS, PERMISSIONS, AppState, Installation, Token

__all__ = [
    "EVENTS",
    "PERMISSIONS",
    "AppState",
    "CommitComment",
    "DeliveryLog",
    "Fault",
    "Installation",
    "Issue",
    "IssueComment",
    "KeyPair",
    "LogEntry",
    "Pull",
    "Recorded",
    "Repository",
    "Review",
    "ReviewComment",
    "StandIn",
    "Token",
    "faults",
    "key_pair",
]
