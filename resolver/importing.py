"""What rows of another tool mean here: their times, what they name on GitHub, and how old links compare.

The columns are those of ``resolver.model.imported``. An imported row is somebody's word, never evidence: what it says
of a text counts once that text itself is known and its claim verifies.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from resolver.errors import UnfitError, UrlError
from resolver.model.answers import Answer, Confidence, Outcome
from resolver.model.feedback import Status
from resolver.model.github import Kind
from resolver.model.imported import DEFAULT_WORKSPACE, OldArtifact, OldFeedback, OldRun
from resolver.names import is_repository, is_sha
from resolver.urls import parse

KINDS = {
    "issue_comment": Kind.ISSUE_COMMENT,
    "pull_request_review": Kind.REVIEW,
    "pull_request_review_comment": Kind.REVIEW_COMMENT,
}
"""The values of ``source_type`` that name a kind of object; ``commit`` names a commit."""

NO_COMMAND = frozenset({Status.IGNORED, Status.WITHDRAWN})
"""Feedback of these statuses has no answer."""

# Go writes a time as RFC 3339, or by its String method (with the zone twice, and perhaps a monotonic reading); SQLite's
# CURRENT_TIMESTAMP is in UTC and says no zone.
_TIME = re.compile(
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})[T ](?P<time>[0-9]{2}:[0-9]{2}:[0-9]{2})(?P<part>\.[0-9]{1,9})?"
    r" ?(?P<zone>Z|[+-][0-9]{2}:?[0-9]{2})?(?: (?:[A-Z]{1,5}|[+-][0-9]{2,4}))?(?: m=[+-][0-9.]+)?"
)


def read_time(text: str) -> datetime:
    """Read a time as the tool writes it. Raises UnfitError."""
    match = _TIME.fullmatch(text)
    if match is None:
        raise UnfitError(f"{text[:40]!r} is no time")
    zone = match["zone"] or "Z"
    part = (match["part"] or "")[:7]  # microseconds are what is kept here
    try:
        return datetime.fromisoformat(f"{match['day']}T{match['time']}{part}{zone}").astimezone(UTC)
    except (ValueError, OverflowError):
        raise UnfitError(f"{text[:40]!r} is no time") from None


def workspace_of(row: OldRun | OldArtifact | OldFeedback) -> str:
    """Return the workspace that a row belongs to, as it stands in the claims of its runs."""
    return row.workspace_id or DEFAULT_WORKSPACE


def repository_of(row: OldRun | OldArtifact | OldFeedback) -> str:
    """Return the full name of the repository that a row is about. Raises UnfitError for what cannot be one."""
    name = f"{row.repo_owner}/{row.repo_name}"
    if not is_repository(name):
        raise UnfitError(f"{name[:100]!r} is not the full name of a repository")
    return name


def address_of(row: OldArtifact, web: str) -> str:
    """Return the address of what is said to carry a claim, made of what it is called by, not of ``source_url``.

    ``web`` is where GitHub's pages are. Raises UnfitError for a row that names nothing.
    """
    base = f"{web}/{repository_of(row)}"
    number = row.issue_or_pr_number
    if row.source_type == "commit":
        sha = row.commit_sha.lower()
        path = f"commit/{sha}" if is_sha(sha) else None
    elif row.source_type not in KINDS:
        raise UnfitError(f"source_type {row.source_type[:40]!r} is none that is known")
    elif number == 0:
        raise UnfitError("issue_or_pr_number is missing")
    else:
        path = _path(KINDS[row.source_type], number, row)
    if path is None:
        raise UnfitError(f"the id of the {row.source_type} is missing")
    try:
        parse(f"{base}/{path}")
    except UrlError as error:
        raise UnfitError(str(error)) from error
    return f"{base}/{path}"


def _path(kind: Kind, number: int, row: OldArtifact) -> str | None:
    ids = object_id(kind, row)
    forms = {
        Kind.ISSUE_COMMENT: f"issues/{number}#issuecomment-{ids}",
        Kind.REVIEW: f"pull/{number}#pullrequestreview-{ids}",
        Kind.REVIEW_COMMENT: f"pull/{number}#discussion_r{ids}",
    }
    return forms[kind] if ids else None


def object_id(kind: Kind, row: OldArtifact | OldFeedback) -> int:
    """Return GitHub's id of what a row is about, 0 where it has none.

    Before its migration 058 the tool kept that of a review comment in ``github_comment_id`` as well, or only there.
    """
    if kind is Kind.REVIEW:
        return row.github_review_id
    if kind is Kind.REVIEW_COMMENT:
        return row.github_review_comment_id or row.github_comment_id
    return row.github_comment_id


def named_by(row: OldFeedback) -> tuple[Kind, int]:
    """Return the kind and id of the comment or review that feedback stands in. Raises UnfitError."""
    kind = KINDS.get(row.source_type)
    if kind is None:
        raise UnfitError(f"source_type {row.source_type[:40]!r} is none that is known")
    number = object_id(kind, row)
    if not number:
        raise UnfitError(f"the id of the {row.source_type} is missing")
    return kind, number


def given_at(row: OldFeedback) -> datetime | None:
    """Return when feedback was given, as far as the row says. Raises UnfitError."""
    text = row.github_created_at or row.github_updated_at or row.ingested_at
    return read_time(text) if text else None


class Comparison(enum.StrEnum):
    """How an old link compares with the answer here."""

    EQUAL = "equal"
    """Both name the same run, or neither names one."""
    DIFFERENT = "different"
    UNKNOWN = "unknown"
    """Not the same, and a fact is missing here that would decide it."""


@dataclass(frozen=True, slots=True)
class Link:
    """An old link beside the answer here: ``why`` are sentences, ``status`` that of the feedback, if it is known.

    ``span_id`` and ``confidence`` are those of the answer; None where there is none because of the status.
    """

    row: int
    workspace: str
    repository: str
    url: str
    old_span_id: str | None
    old_confidence: str
    old_status: str
    span_id: str | None
    confidence: Confidence | None
    mode: str | None
    status: Status | None
    comparison: Comparison
    why: tuple[str, ...]

    @property
    def is_same(self) -> bool:
        """Whether the answer is the same run, named with the same confidence."""
        unresolved = Confidence.UNRESOLVED
        return self.comparison is Comparison.EQUAL and (self.confidence or unresolved) == self.old_confidence


def compare(row: OldFeedback, answer: Answer | None, status: Status | None) -> tuple[Comparison, tuple[str, ...]]:
    """Compare an old link with the answer here, and say why that is as it is.

    ``status`` is None where the comment was never delivered; ``answer`` then rests on what the row itself says of it.
    """
    why = _reasons(answer, status)
    span_id = None if answer is None else answer.span_id
    if span_id == (row.linked_span_id or None):
        return Comparison.EQUAL, why
    if answer is None or answer.confidence is Confidence.EXACT:
        return Comparison.DIFFERENT, why
    open_still = status is None or any(one.outcome is Outcome.UNKNOWN for one in answer.findings)
    return (Comparison.UNKNOWN if open_still else Comparison.DIFFERENT), why


def _reasons(answer: Answer | None, status: Status | None) -> tuple[str, ...]:
    if answer is None:
        told = {
            Status.IGNORED: "its author may not give feedback here",
            Status.WITHDRAWN: "the command was taken out of it, or it was deleted",
        }
        return (told.get(status, "it has not been resolved yet") if status else "it has not been resolved yet",)
    missing = () if status is not None else ("no delivery or backfill has brought this comment",)
    taken = (one for one in answer.findings if one.outcome is not Outcome.NOT_APPLICABLE)
    return (*missing, *(f"{one.step}: {one.detail}" for one in taken))
