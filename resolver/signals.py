"""Signals: which are kept, when reactions are asked for, and whose they are.

A signal is kept as a fact of its own, whether or not what it happened to is known to be anybody's: the order of arrival
does not show. Whose it is is asked when signals are read, of the same chain that says who made a thing, at the time of
the signal; only ``exact`` counts. A signal is no feedback: it opens no report, is resolved to nothing, and is in no
statistics of feedback.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from resolver.chain import walk
from resolver.model.answers import Confidence
from resolver.model.asking import Need, Want
from resolver.model.github import GithubObject, Kind, ObjectRef
from resolver.model.runs import NO_CLAIMS, Run
from resolver.model.signals import COMMIT, SignalKind, SignalSeen
from resolver.policy import Policy
from resolver.ports import Facts, Ledger
from resolver.questions import by_whom, of_commit

LOOKS: Final = 3
"""How often it is asked how people reacted to a text, which no webhook tells of."""
APART: Final = timedelta(days=1)
"""How long after a text was written the first look is taken, and each after the one before."""
REACTED_TO: Final = frozenset(
    {Kind.ISSUE_COMMENT, Kind.REVIEW_COMMENT, Kind.COMMIT_COMMENT, Kind.ISSUE, Kind.PULL_REQUEST}
)
"""Kinds whose reactions GitHub's REST API tells."""


def keep(ledger: Ledger, policy: Policy, signals: Iterable[SignalSeen]) -> None:
    """Keep the signals of the kinds that are wanted; what a bot did says nothing of what people think."""
    for signal in signals:
        if signal.kind in policy.signals and signal.actor_type != "Bot":
            ledger.put_signal(signal)


def want_reactions(ledger: Ledger, policy: Policy, things: Iterable[GithubObject], now: datetime) -> None:
    """Have GitHub asked how people react to signed texts; to old ones once, and at once."""
    if SignalKind.REACTION not in policy.signals or not policy.asks:
        return
    for thing in things:
        if thing.ref.kind in REACTED_TO and not thing.deleted:
            look = min(LOOKS, max(1, (now - thing.created_at) // APART))
            _want(ledger, thing, look, now, due=max(now, thing.created_at + APART))


def want_next(ledger: Ledger, policy: Policy, answered: Want | None, now: datetime) -> None:
    """Have GitHub asked again, a while after a look that was not the last one."""
    if answered is None or answered.need is not Need.REACTIONS or SignalKind.REACTION not in policy.signals:
        return
    look = answered.first or LOOKS
    thing = None
    if answered.kind is not None and answered.id is not None and look < LOOKS:
        thing = ledger.object(ObjectRef(answered.repository_id, answered.kind, answered.id))
    if thing is not None and not thing.deleted:
        _want(ledger, thing, look + 1, now, due=now + APART)


def _want(ledger: Ledger, thing: GithubObject, look: int, now: datetime, *, due: datetime) -> None:
    ref = thing.ref
    want = Want(Need.REACTIONS, ref.repository_id, kind=ref.kind, id=ref.id, number=thing.number, first=look)
    ledger.put_wants((want,), now, due=due)


def is_about(facts: Facts, policy: Policy, signal: SignalSeen, run: Run, repository: str) -> bool:
    """Whether what a signal happened to was made by a run, for certain, as of then."""
    if signal.subject_kind == COMMIT:
        reading = facts.commit_reading(signal.repository_id, signal.subject) or NO_CLAIMS
        query = of_commit(
            signal.subject,
            reading,
            workspace=run.workspace,
            repository=repository,
            repository_id=signal.repository_id,
            at=signal.occurred_at,
        )
    else:
        thing = facts.object(ObjectRef(signal.repository_id, Kind(signal.subject_kind), int(signal.subject)))
        if thing is None:
            return False
        query = by_whom(thing, workspace=run.workspace, repository=repository, at=signal.occurred_at)
    answer = walk(facts, policy, query).answer
    return answer.confidence is Confidence.EXACT and answer.span_id == run.span_id
