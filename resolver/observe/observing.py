"""Which facts each event holds: one line per event."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from resolver.observe import places, pulls, subjects
from resolver.observe.observation import Observation
from resolver.payloads import places as place_events
from resolver.payloads import pulls as pull_events
from resolver.payloads import subjects as subject_events
from resolver.payloads.envelope import Envelope

_FACTS: dict[type, Callable[[Any], Observation]] = {
    subject_events.IssuesEvent: subjects.issue,
    subject_events.IssueCommentEvent: subjects.issue_comment,
    subject_events.CommitCommentEvent: subjects.commit_comment,
    subject_events.DiscussionEvent: subjects.discussion,
    subject_events.DiscussionCommentEvent: subjects.discussion_comment,
    pull_events.PullRequestEvent: pulls.pull_request,
    pull_events.ReviewEvent: pulls.review,
    pull_events.ReviewCommentEvent: pulls.review_comment,
    pull_events.ReviewThreadEvent: pulls.review_thread,
    place_events.PushEvent: places.push,
    place_events.RepositoryEvent: places.repository,
    place_events.InstallationEvent: places.installation,
    place_events.InstallationRepositoriesEvent: places.installation_repositories,
    place_events.PingEvent: places.ping,
}


def observe(envelope: Envelope) -> Observation:
    """Say which facts a delivery holds; none, when it is not used. Pure, and total over what was read."""
    if envelope.payload is None:
        return Observation()
    return _FACTS[type(envelope.payload)](envelope.payload)
