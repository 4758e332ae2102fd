"""Late evidence: resolve again what an arriving fact could change, and append what came out otherwise (SPEC §5.3).

An answer is a function of the facts, so the order in which they arrive does not show in the end. Answers are
sought in the very transaction that keeps the fact: there is no moment at which one is there without the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from resolver import watch
from resolver.chain import NOT_ASKED, walk
from resolver.correction import MANUAL
from resolver.locks import repository_lock
from resolver.model.answers import Answer, Confidence
from resolver.model.feedback import Status
from resolver.passages import read
from resolver.policy import Policy
from resolver.ports import Ledger
from resolver.questions import of_feedback
from resolver.quoting import MOST_TEXTS, may_hold
from resolver.watch import News, NewText

NOT_TOLD = "something became known elsewhere"
"""The cause of a resolution that was caused by another workspace's delivery."""

LATE = timedelta(days=30)
"""For how long after it was received feedback is resolved again."""


PATIENCE = timedelta(seconds=2)
"""For how long a delivery may still bring what a walk looked for in vain, before GitHub is asked for it."""


@dataclass(frozen=True, slots=True)
class Settling:
    """Why feedback is resolved, and when: what every resolution of one transaction shares.

    GitHub is asked for what is missing after some ``patience``. ``workspaces`` are those whose own the cause is, None
    for all: others only learn that something became known.
    """

    policy: Policy
    cause: str
    at: datetime
    patience: timedelta = PATIENCE
    workspaces: frozenset[str] | None = None

    def cause_for(self, workspace: str) -> str:
        """Return the cause as a workspace may know it."""
        return self.cause if self.workspaces is None or workspace in self.workspaces else NOT_TOLD


def settle(ledger: Ledger, settling: Settling, news: News, feedback: Iterable[int] = ()) -> frozenset[int]:
    """Resolve the feedback that the news can matter to, and the feedback given, each once.

    Returns the ids of those that have new answers. Raises LateLockError (``resolver.locks.holding``).
    """
    since = settling.at - LATE
    concerned = sorted({*_concerned(ledger, news, since), *feedback})
    # Some may stand in other repositories than the one whose lock is held: nobody may change them meanwhile.
    ledger.lock_late(_locks_of(ledger, concerned))
    return frozenset(feedback_id for feedback_id in concerned if _resolve(ledger, settling, feedback_id))


def _concerned(ledger: Ledger, news: News, since: datetime) -> Iterator[int]:
    """Yield the feedback that the news can matter to: mostly to none, so all of it is asked for at once first."""
    texts: dict[str, datetime] = {}
    for text in news.texts:
        key = watch.texts_key(text.repository_id, text.number)
        texts[key] = min(text.since, texts.get(key, text.since))
    if not ledger.watching({**news, **texts}, since):
        return
    yield from ledger.watching(news, since)
    for text in news.texts:
        yield from _quoting(ledger, text, since)


def _locks_of(ledger: Ledger, feedback_ids: Iterable[int]) -> Iterator[str]:
    """Yield the locks of the repositories that feedback stands in; a store that needs none never asks."""
    yield from map(repository_lock, ledger.repositories_of(feedback_ids))


def _quoting(ledger: Ledger, text: NewText, since: datetime) -> Iterator[int]:
    """Yield the feedback that may quote a new text.

    On most numbers a text is written that nobody quotes, and anybody may write long ones: only those that may hold
    what is quoted are worth a walk. Where there are more texts than are looked at, each new one moves which ones are.
    """
    watching = ledger.watching({watch.texts_key(text.repository_id, text.number): text.since}, since)
    if not watching:
        return
    too_many = ledger.text_count(text.repository_id, text.number, MOST_TEXTS + 1) > MOST_TEXTS
    for feedback_id in watching:
        feedback = ledger.feedback(feedback_id)
        if feedback is not None and (too_many or may_hold(read(feedback.state.body).quotes, text.bodies)):
            yield feedback_id


def _resolve(ledger: Ledger, settling: Settling, feedback_id: int) -> bool:
    """Resolve one piece of feedback; return whether that gave a new answer."""
    feedback = ledger.feedback(feedback_id)
    if feedback is None or feedback.final or feedback.state.status in {Status.IGNORED, Status.WITHDRAWN}:
        return False
    if feedback.resolution is not None and feedback.resolution.answer.mode == MANUAL:
        return False  # what a person has said stands until a person says otherwise
    repository = ledger.repository(feedback.object.ref.repository_id)
    if repository is not None and feedback.workspace not in repository.workspaces:
        return False  # the repository is another workspace's now: nothing that happens there is told here
    query = of_feedback(
        ledger, feedback.object, feedback.state, workspace=feedback.workspace, repository=feedback.repository
    )
    walked = walk(ledger, settling.policy, query)
    ledger.watch(feedback_id, walked.keys)
    if walked.wants:
        ledger.put_wants(walked.wants, settling.at, due=settling.at + settling.patience)
    if feedback.resolution is not None and not _differ(feedback.resolution.answer, walked.answer):
        return False
    ledger.append_resolution(feedback_id, walked.answer, settling.cause_for(feedback.workspace), settling.at)
    return True


def _differ(former: Answer, new: Answer) -> bool:
    """Whether two answers say different things. What is exact stays, however else it may be found.

    Of what is not, the findings are what people read, so they are kept up to date; and of every answer, whether
    GitHub could be asked.
    """
    if former.confidence is not Confidence.EXACT and former.findings != new.findings:
        return True
    if _not_asked(former) != _not_asked(new):
        return True
    return (former.confidence, former.mode, former.span_id, former.diagnostic, former.candidates) != (
        new.confidence,
        new.mode,
        new.span_id,
        new.diagnostic,
        new.candidates,
    )


def _not_asked(answer: Answer) -> set[str]:
    """Return why GitHub could not be asked, as the findings say it."""
    return {finding.detail.partition(NOT_ASKED)[2] for finding in answer.findings} - {""}
