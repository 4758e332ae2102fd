"""Resolutions once more: what each piece of feedback comes to now, by the facts that are kept (``whichrun check``).

Nothing is kept of it. An answer is a function of the facts and of the operator's settings, so a different one means
that facts are damaged or missing, or that settings were changed since.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from resolver.authority import Authority
from resolver.chain import walk
from resolver.correction import MANUAL
from resolver.errors import StoreError
from resolver.feedback import state_of
from resolver.model.answers import Answer
from resolver.model.feedback import Feedback, FeedbackState, Status
from resolver.model.github import ObjectRef, Revision
from resolver.model.integrity import Examined
from resolver.policy import Policy
from resolver.ports import Clock, Facts
from resolver.questions import of_feedback
from resolver.settle import LATE

ERASED: Final = "texts that they can rest on were erased"


class Kept(Facts, Protocol):
    """Facts, and what only this asks."""

    def all_feedback(self) -> Iterable[Feedback]:
        """Return every piece of feedback, one after the other."""
        ...

    def revisions(self, ref: ObjectRef) -> tuple[Revision, ...]:
        """Return every version of an object's text, oldest first."""
        ...

    def erased(self, feedback: Feedback) -> bool:
        """Whether a text was erased that some feedback, or its answer, can rest on."""
        ...

    def waiting(self, repository_id: int) -> bool:
        """Whether deliveries of a repository wait to be processed."""
        ...


@dataclass(frozen=True, slots=True)
class _Different:
    """What is said of feedback, and what the facts say; ``excuse`` is why that is no fault."""

    message: str
    expected: str | None = None
    found: str | None = None
    excuse: str | None = None


def recheck(kept: Kept, policy: Policy, clock: Clock, examined: Examined) -> None:
    """Compare each feedback's state and answer with what the facts make of it. Raises StoreError."""
    notes: Counter[str] = Counter()
    for feedback in kept.all_feedback():
        examined.checked["feedback"] += 1
        repository = kept.repository(feedback.object.ref.repository_id)
        if repository is not None and feedback.workspace not in repository.workspaces:
            notes["the repository is another workspace's now"] += 1
            continue
        try:
            different = _state(kept, policy, clock, feedback) or _answer(kept, policy, clock(), feedback)
        except (StoreError, ValueError) as error:
            different = _Different(f"what it rests on cannot be read ({type(error).__name__})")
        if different is None:
            continue
        excuse = different.excuse or (ERASED if kept.erased(feedback) else None)
        if excuse is not None:
            notes[excuse] += 1
            continue
        told = {"expected": different.expected, "found": different.found}
        examined.fault("resolution", "feedback", feedback.id, different.message, **told)
    for reason, count in sorted(notes.items()):
        examined.note("resolution", f"{count} pieces of feedback are not held against the facts: {reason}")


def _state(kept: Kept, policy: Policy, clock: Clock, feedback: Feedback) -> _Different | None:
    """Return what a feedback's state says otherwise than the versions of its text; texts are not told."""
    authority = Authority(kept, policy, clock, feedback.object.ref.repository_id)
    state = state_of(feedback.object, kept.revisions(feedback.object.ref), authority)
    was = feedback.state
    if state is None:
        return _Different("no version of its text holds the command")
    if _texts(state) != _texts(was):
        return _Different("its text, or its time, is not that of the version that counts")
    if (state.status is Status.WITHDRAWN) is not (was.status is Status.WITHDRAWN) and was.status is not Status.IGNORED:
        return _Different("it is withdrawn, or is not, against its text", state.status, was.status)
    return None


def _texts(state: FeedbackState) -> tuple[object, ...]:
    return (state.body, state.instruction, state.author_association, state.given_at, state.updated_at)


def _answer(kept: Kept, policy: Policy, now: datetime, feedback: Feedback) -> _Different | None:
    """Return how the answer that was given differs from what the chain finds now."""
    former = feedback.resolution
    if feedback.state.status in {Status.IGNORED, Status.WITHDRAWN}:
        return None
    if former is not None and former.answer.mode == MANUAL:
        return None
    query = of_feedback(
        kept, feedback.object, feedback.state, workspace=feedback.workspace, repository=feedback.repository
    )
    walked = walk(kept, policy, query)
    expected, found = _told(walked.answer), None if former is None else _told(former.answer)
    if expected == found:
        return None
    excuse = None
    if feedback.received_at <= now - LATE:
        excuse = "they came more than 30 days ago, so late evidence does not count any more"
    elif walked.wants:
        excuse = "GitHub has yet to be asked"
    elif kept.waiting(feedback.object.ref.repository_id):
        excuse = "deliveries of the repository wait to be processed"
    return _Different("its answer is not what the facts say", expected, found, excuse)


def _told(answer: Answer) -> str:
    return f"{answer.confidence.value} {answer.mode} {answer.span_id or 'no run'}"
