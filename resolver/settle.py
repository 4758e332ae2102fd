"""Late evidence: resolve again what an arriving fact could change, and append what came out otherwise (SPEC §5.3).

An answer is a function of the facts, so the order in which they arrive does not show in the end. Answers are
sought in the very transaction that keeps the fact: there is no moment at which one is there without the other.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from resolver.chain import walk
from resolver.locks import repository_lock
from resolver.model.answers import Answer, Confidence
from resolver.model.feedback import Status
from resolver.policy import Policy
from resolver.ports import Ledger
from resolver.questions import of_feedback

LATE = timedelta(days=30)
"""For how long after it was received feedback is resolved again."""


@dataclass(frozen=True, slots=True)
class Settling:
    """Why feedback is resolved, and when: what every resolution of one transaction shares."""

    policy: Policy
    cause: str
    at: datetime


def settle(ledger: Ledger, settling: Settling, keys: Iterable[str], feedback: Iterable[int] = ()) -> None:
    """Resolve the feedback that watches any of the keys, and the feedback given, each once."""
    watching = ledger.watching(frozenset(keys), settling.at - LATE)
    for feedback_id in sorted({*watching, *feedback}):
        _resolve(ledger, settling, feedback_id)


def _resolve(ledger: Ledger, settling: Settling, feedback_id: int) -> None:
    feedback = ledger.feedback(feedback_id)
    if feedback is None or feedback.state.status in {Status.IGNORED, Status.WITHDRAWN}:
        return
    # It may stand in another repository than the one whose lock is held: nobody may settle it meanwhile.
    ledger.lock((repository_lock(feedback.object.ref.repository_id),))
    query = of_feedback(
        ledger, feedback.object, feedback.state, workspace=feedback.workspace, repository=feedback.repository
    )
    walked = walk(ledger, settling.policy, query)
    ledger.watch(feedback_id, walked.keys)
    if feedback.resolution is None or _differ(feedback.resolution.answer, walked.answer):
        ledger.append_resolution(feedback_id, walked.answer, settling.cause, settling.at)


def _differ(former: Answer, new: Answer) -> bool:
    """Whether two answers say different things. What is exact stays, however else it may be found.

    Of what is not, the findings are what people read, so they are kept up to date.
    """
    if former.confidence is not Confidence.EXACT and former.findings != new.findings:
        return True
    return (former.confidence, former.mode, former.span_id, former.diagnostic, former.candidates) != (
        new.confidence,
        new.mode,
        new.span_id,
        new.diagnostic,
        new.candidates,
    )
