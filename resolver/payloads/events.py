"""The events and actions that are used: the table of SPEC §4, stated once."""

from __future__ import annotations

from dataclasses import dataclass

from resolver.payloads import places, pulls, subjects
from resolver.payloads.parts import Part


@dataclass(frozen=True, slots=True)
class Used:
    """How an event's payload is read, and which of its actions are used; None: all, or it has none."""

    model: type[Part]
    actions: frozenset[str] | None = None

    def takes(self, action: str | None) -> bool:
        """Say whether a delivery of this action is used."""
        return self.actions is None or action in self.actions


_WRITTEN = frozenset({"created", "edited", "deleted"})

EVENTS = {
    "issues": Used(subjects.IssuesEvent, frozenset({"opened", "edited", "deleted", "transferred"})),
    "pull_request": Used(
        pulls.PullRequestEvent,
        frozenset({"opened", "edited", "synchronize", "closed", "reopened", "ready_for_review"}),
    ),
    "issue_comment": Used(subjects.IssueCommentEvent, _WRITTEN),
    "pull_request_review": Used(pulls.ReviewEvent, frozenset({"submitted", "edited", "dismissed"})),
    "pull_request_review_comment": Used(pulls.ReviewCommentEvent, _WRITTEN),
    "pull_request_review_thread": Used(pulls.ReviewThreadEvent, frozenset({"resolved", "unresolved"})),
    "push": Used(places.PushEvent),
    "commit_comment": Used(subjects.CommitCommentEvent, frozenset({"created"})),
    "discussion": Used(subjects.DiscussionEvent, _WRITTEN),
    "discussion_comment": Used(subjects.DiscussionCommentEvent, _WRITTEN),
    "repository": Used(places.RepositoryEvent, frozenset({"renamed", "transferred", "deleted"})),
    "installation": Used(places.InstallationEvent),
    "installation_repositories": Used(places.InstallationRepositoriesEvent),
    "ping": Used(places.PingEvent),
}
