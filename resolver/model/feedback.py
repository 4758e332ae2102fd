"""What maintainers asked for: feedback, and the states it goes through (SPEC §5.1)."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from resolver.model.answers import Resolution
from resolver.model.github import GithubObject, ObjectRef


class Status(enum.StrEnum):
    """``new``, ``analyzed`` and ``failed`` may be set by a reader; ``ignored`` and ``withdrawn`` are GitHub's doing."""

    NEW = "new"
    ANALYZED = "analyzed"
    FAILED = "failed"
    IGNORED = "ignored"
    WITHDRAWN = "withdrawn"


SETTABLE = frozenset({Status.NEW, Status.ANALYZED, Status.FAILED})


@dataclass(frozen=True, slots=True)
class FeedbackState:
    """What the revisions of a comment make of it, whatever order they came in.

    ``given_at`` is when the command now in force was first written; ``body`` and ``instruction`` are those of the
    latest revision that held it.
    """

    ref: ObjectRef
    authorized: bool
    status: Status
    body: str
    instruction: str
    author_association: str
    given_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Feedback:
    """One piece of feedback as it stands in the store, with its newest resolution.

    ``received_at`` is when this service first saw it: late evidence counts for 30 days from then. ``report_id`` is the
    report about it: there is one as soon as it is, or was, authorised. ``erased`` says that its author was forgotten,
    and its text is gone, ``final`` that its answer stands whatever comes: what it rests on is gone.
    """

    id: int
    workspace: str
    repository: str
    object: GithubObject
    state: FeedbackState
    received_at: datetime
    resolution: Resolution | None = None
    report_id: int | None = None
    erased: bool = False
    final: bool = False
