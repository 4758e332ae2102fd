"""Corrections: what a person says of feedback replaces what the chain found, and stands (SPEC §5.3).

A correction is appended like any other answer, so the history shows what was answered before, who thought otherwise
and why. Late evidence never replaces it (``resolver.settle``); another correction does.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from resolver.errors import ConflictError, RefusedError
from resolver.model.answers import Answer, Candidate, Confidence, Finding, Outcome, Resolution
from resolver.model.feedback import SETTABLE, Feedback
from resolver.model.runs import Run
from resolver.ports import Ledger

MANUAL: Final = "manual"
"""The mode of an answer that a person gave."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What is said: which run the feedback is about (None: no run of this service made it), why, and who says so."""

    span_id: str | None
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class Corrected:
    """The answer that a correction led to, its run, and whether it is new: the same said again appends nothing."""

    resolution: Resolution
    run: Run | None
    new: bool


def correct(ledger: Ledger, feedback: Feedback, correction: Correction, *, at: datetime) -> Corrected:
    """Append what a person says of some feedback; the same as the newest answer says already is not said twice.

    The caller holds the locks of the feedback's repository and of the run. Raises ConflictError for feedback that
    is ignored or withdrawn (there is no answer to it), and RefusedError for a run that nobody registered.
    """
    if feedback.state.status not in SETTABLE:
        raise ConflictError(f"the feedback is {feedback.state.status}: it has no answer that could be corrected")
    former = feedback.resolution
    before = None if former is None else former.answer.span_id
    runs = ledger.runs_for(feedback.workspace, [one for one in (correction.span_id, before) if one is not None])
    run = None if correction.span_id is None else runs.get(correction.span_id)
    if run is None and correction.span_id is not None:
        raise RefusedError("names no run that is registered in this workspace")
    cause = f"corrected by {correction.by}"
    if former is not None and _says(former, correction, cause):
        return Corrected(former, run, new=False)
    finding = Finding(MANUAL, Outcome.DECIDED, f"{cause}: {correction.reason}", _evidence(former))
    answer = Answer(
        confidence=Confidence.UNRESOLVED if run is None else Confidence.EXACT,
        mode=MANUAL,
        span_id=correction.span_id,
        diagnostic=correction.reason,
        candidates=() if before is None or before == correction.span_id else (_candidate(before, runs),),
        findings=(finding,),
    )
    return Corrected(ledger.append_resolution(feedback.id, answer, cause, at), run, new=True)


def _says(resolution: Resolution, correction: Correction, cause: str) -> bool:
    """Whether an answer is this very correction."""
    answer = resolution.answer
    return (answer.mode, answer.span_id, answer.diagnostic, resolution.cause) == (
        MANUAL,
        correction.span_id,
        correction.reason,
        cause,
    )


def _evidence(former: Resolution | None) -> tuple[str, ...]:
    """Return what was answered before."""
    if former is None:
        return ()
    answer = former.answer
    named = "no run" if answer.span_id is None else f"run {answer.span_id}"
    return (f"the answer before: {answer.mode}, {answer.confidence}, {named}",)


def _candidate(span_id: str, runs: dict[str, Run]) -> Candidate:
    """Return the run that was named before."""
    run = runs.get(span_id)
    return Candidate(span_id, None if run is None else run.agent_name, "the answer before this correction")
