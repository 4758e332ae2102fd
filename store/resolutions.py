"""Resolutions: appended, never changed. The newest one of a feedback counts."""

# ruff: noqa: S608 -- statements are composed of this room's constants; what comes from outside is bound

from __future__ import annotations

import json
from datetime import datetime
from typing import TypeAlias

from resolver.errors import NotFoundError
from resolver.model.answers import Answer, Candidate, Confidence, Finding, Outcome, Resolution
from store.changes import ChangeLedger
from store.database import Database, Row
from store.hashes import resolution_hashes
from store.part import Part, below
from store.times import from_micros, to_micros

RESOLUTION = (
    "x.id, x.workspace, x.confidence, x.mode, x.span_id, x.diagnostic, x.candidates, x.findings, x.cause, x.resolved_at"
)
_BY_ID = f"SELECT {RESOLUTION} FROM resolution x WHERE x.id = ?"
_OF_FEEDBACK = f"SELECT {RESOLUTION} FROM resolution x WHERE x.feedback_id = ? AND x.id < ? ORDER BY x.id DESC LIMIT ?"
_ADD = """
INSERT INTO resolution (feedback_id, workspace, confidence, mode, span_id, diagnostic, candidates, findings, cause,
    resolved_at, texts_sha256, sha256, previous_sha256) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id
"""
_OWNER = "SELECT workspace, resolution_sha256 FROM feedback WHERE id = ?"
_POINT = """
UPDATE feedback SET resolution_id = ?, resolution_sha256 = ?, confidence = ?, mode = ?, span_id = ?, agent_name = (
    SELECT n.agent_name FROM run n WHERE n.workspace = feedback.workspace AND n.span_id = ?
) WHERE id = ?
"""


Appended: TypeAlias = tuple[int, Resolution]
"""The id of a feedback, and what was appended to it."""


class ResolutionFacts(Part):
    """Looking resolutions up."""

    def resolution(self, resolution_id: int) -> Resolution | None:
        """Return one resolution."""
        row = self._db.row(_BY_ID, (resolution_id,))
        return None if row is None else to_resolution(row)

    def resolutions(self, feedback_id: int, *, before: int | None, limit: int) -> tuple[tuple[int, Resolution], ...]:
        """Return a feedback's resolutions with their ids, newest first, from below the id ``before`` on."""
        rows = self._db.rows(_OF_FEEDBACK, (feedback_id, below(before), limit))
        return tuple((row[0], to_resolution(row)) for row in rows)


class ResolutionLedger(ChangeLedger):
    """Keeping resolutions."""

    def __init__(self, database: Database) -> None:
        """Keep them in a database, and remember those of this transaction."""
        super().__init__(database)
        self.appended: list[Appended] = []
        """What this transaction has appended; it counts once that is committed."""

    def append_resolution(self, feedback_id: int, answer: Answer, cause: str, at: datetime) -> Resolution:
        """Append an answer; it is the feedback's newest from now on. Raises NotFoundError."""
        owner = self._db.row(self._db.locking(_OWNER), (feedback_id,))
        if owner is None:
            raise NotFoundError(f"there is no feedback {feedback_id}")
        self.touch(feedback_id)
        span_id, resolved_at = answer.span_id, to_micros(at)
        told = (feedback_id, owner[0], answer.confidence.value, answer.mode, span_id)
        texts = (
            answer.diagnostic,
            json.dumps([(one.span_id, one.agent_name, one.reason) for one in answer.candidates], ensure_ascii=False),
            json.dumps(
                [(one.step, one.outcome, one.detail, one.evidence) for one in answer.findings], ensure_ascii=False
            ),
            cause,
        )
        hashes = resolution_hashes(told, texts, resolved_at)
        resolution_id = self._db.rows(_ADD, (*told, *texts, resolved_at, *hashes, owner[1]))[0][0]
        pointed = (resolution_id, hashes[1], answer.confidence.value, answer.mode, span_id, span_id, feedback_id)
        self._db.change(_POINT, pointed)
        resolution = Resolution(resolution_id, owner[0], answer, cause, at)
        self.appended.append((feedback_id, resolution))
        return resolution


def to_resolution(row: Row) -> Resolution:
    """Read the columns of ``RESOLUTION``."""
    resolution_id, workspace, confidence, mode, span_id, diagnostic, candidates, findings, cause, resolved_at = row
    answer = Answer(
        confidence=Confidence(confidence),
        mode=mode,
        span_id=span_id,
        diagnostic=diagnostic,
        candidates=tuple(Candidate(*candidate) for candidate in json.loads(candidates)),
        findings=tuple(
            Finding(step, Outcome(outcome), detail, tuple(evidence))
            for step, outcome, detail, evidence in json.loads(findings)
        ),
    )
    return Resolution(resolution_id, workspace, answer, cause, from_micros(resolved_at))
