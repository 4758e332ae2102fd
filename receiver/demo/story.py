"""What a story is made of: deliveries in GitHub's order, and for each piece of feedback what must come of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from receiver.demo.github import Account, Delivery, Line, Post, Pull
from receiver.demo.payloads import Hook


@dataclass(frozen=True, slots=True)
class Marks:
    """What ``POST /v1/runs`` gave an agent to put into its texts and its commits."""

    hidden_comment: str
    commit_trailers: str


@dataclass(frozen=True, slots=True)
class Due:
    """Where a piece of feedback must lead; ``agent`` is None where no run may be named."""

    agent: str | None
    mode: str | None
    confidence: str | None
    status: str = "new"


IGNORED = Due(None, None, None, status="ignored")
"""Feedback of somebody who may not give any: kept, never resolved."""


@dataclass(frozen=True, slots=True)
class Told:
    """One piece of feedback of the story: ``source`` and ``github_id`` find it in the API's answers."""

    source: str
    github_id: int
    author: str
    says: str
    where: str
    due: Due


@dataclass(slots=True)
class Story:
    """A story while it is told. ``marks`` are the agents', by name; ``now`` is when it ends."""

    hook: Hook
    marks: Mapping[str, Marks]
    now: datetime
    deliveries: list[Delivery] = field(default_factory=list)
    feedback: list[Told] = field(default_factory=list)

    def ago(self, minutes: int) -> datetime:
        """Return a moment before the end, in whole seconds as GitHub gives them."""
        return self.now.replace(microsecond=0) - timedelta(minutes=minutes)

    def deliver(self, *deliveries: Delivery) -> None:
        """Go on with these deliveries."""
        self.deliveries += deliveries

    def comment_line(self, pull: Pull, comment: Post, line: Line, *, reply_to: Post | None = None) -> None:
        """Let somebody comment a line, or reply to such a comment, outside of a review.

        GitHub makes a review without a text for it.
        """
        review = Post(comment.author, "", comment.at)
        self.deliver(
            self.hook.review(pull, review, commit=line.commit),
            self.hook.review_comment(pull, comment, line, review=review, reply_to=reply_to),
        )

    def expect(self, source: str, comment: Post, *, says: str, where: str, due: Due) -> None:
        """State what must come of a comment."""
        self.feedback.append(Told(source, comment.id, comment.author.login, says, where, due))


def improve(author: Account, says: str, at: datetime, *, pasted: str = "") -> Post:
    """Write a piece of feedback, with another text pasted before it."""
    command = f"/agents improve {says}"
    return Post(author, f"{pasted}\n\n{command}" if pasted else command, at)
