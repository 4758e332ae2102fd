"""What is asked of the chain: one place on GitHub at one time, seen from the text that asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from resolver.lines import Share, changed, commented_lines
from resolver.model.github import NOWHERE, Kind, Lines, ObjectRef, Position
from resolver.model.marks import Mark
from resolver.model.runs import NO_CLAIMS, Reading


@dataclass(frozen=True, slots=True)
class Query:
    """The question which run something is about.

    ``at`` is the moment to answer for: later texts and later runs do not count. ``ref`` is the object asked about,
    when it is one; ``asking`` says that the object is what asks (feedback), rather than what is asked about. ``own``
    holds the claims in the asking text itself, and ``own_is_commit`` says that this text is a commit message.
    ``body`` is that text, with what it quotes and links to. ``reply_to`` is the comment replied to, ``review_id`` the
    review that owns the object. ``marks`` are other tools' in a commit message that the asker brought along.
    """

    workspace: str
    repository: str
    repository_id: int | None
    at: datetime
    number: int | None = None
    ref: ObjectRef | None = None
    body: str = ""
    own: Reading = NO_CLAIMS
    asking: bool = False
    own_is_commit: bool = False
    reply_to: ObjectRef | None = None
    review_id: int | None = None
    position: Position = NOWHERE
    marks: tuple[Mark, ...] = ()

    @property
    def commit(self) -> str | None:
        """The commented commit: where the comment was written, not where GitHub has moved it since."""
        return self.position.original_commit or self.position.commit

    @property
    def lines(self) -> Lines | None:
        """The commented lines; None when it is not about lines of a file at a commit."""
        return None if self.repository_id is None else commented_lines(self.repository_id, self.position)

    @property
    def changed(self) -> Share | None:
        """How many of the commented lines the diff changed; None where it does not show them."""
        return None if self.repository_id is None else changed(self.repository_id, self.position)

    @property
    def review(self) -> ObjectRef | None:
        """The review that owns the object."""
        if self.repository_id is None or self.review_id is None:
            return None
        return ObjectRef(self.repository_id, Kind.REVIEW, self.review_id)
