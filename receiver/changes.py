"""What callers may change: runs, feedback's status and answer, a delivery's fate. Each is one transaction.

The surfaces share these as they share ``receiver.queries``. Errors are those of ``resolver.errors``: NotFoundError
for what is not in the workspace, ConflictError for what the present state does not allow.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime

from receiver.queries import Queries
from receiver.views import AnswerView, FeedbackView, view_of
from receiver.wiring import Services
from resolver.answering.noting import note_feedback
from resolver.correction import Corrected, Correction, correct
from resolver.errors import ConflictError, NotFoundError, PayloadError, RefusedError
from resolver.locks import holding, locks_for, repository_lock, run_lock
from resolver.model.deliveries import Delivery
from resolver.model.feedback import SETTABLE, Status
from resolver.model.reports import Producer
from resolver.model.runs import Run
from resolver.model.tokens import Scope, Token, TokenGrant
from resolver.reports.following import Happened, follow

MOST = 1_000
"""How many numbers, artifacts, and sessions of other tools, one run may gather in all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """What becomes known of a run later; None and empty leave things as they are."""

    ended_at: datetime | None = None
    head_sha: str | None = None
    numbers: tuple[int, ...] = ()
    artifacts: tuple[str, ...] = ()
    sessions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Changes:
    """The changes to one workspace."""

    services: Services
    workspace: str

    def register(self, run: Run, *, facts: str) -> tuple[Run, bool]:
        """Keep a run; return it as it is kept, and whether it is new.

        ``facts`` is a text that is the same when the caller says the same: ConflictError when the span is kept with
        other facts.
        """

        def keep(locks: tuple[str, ...]) -> tuple[Run, bool]:
            with self.services.store.transaction(*locks) as ledger:
                return self.services.registration.register(ledger, run, facts=facts)

        return holding(self._locks(run), keep)

    def complete(self, span_id: str, later: Later) -> Run:
        """Add to a run what became known later. Raises RefusedError when it would gather too much."""
        known = Queries(self.services, self.workspace).run(span_id)

        def keep(locks: tuple[str, ...]) -> Run:
            with self.services.store.transaction(*locks) as ledger:
                run = ledger.runs_for(self.workspace, (span_id,)).get(span_id, known)
                completed = completed_with(run, later)
                if completed != run:
                    self.services.registration.update(ledger, completed)
                return completed

        return holding(self._locks(known), keep)

    def set_status(self, feedback_id: int, status: Status) -> FeedbackView:
        """Give feedback another status, which holds until its text changes.

        Raises ConflictError for feedback that GitHub's side has ignored or withdrawn (SPEC §5.1).
        """
        queries = Queries(self.services, self.workspace)
        repository_id = queries.feedback(feedback_id).feedback.object.ref.repository_id
        with self.services.store.transaction(repository_lock(repository_id)) as ledger:
            feedback = ledger.feedback(feedback_id)
            if feedback is not None and feedback.state.status not in SETTABLE:
                raise ConflictError(f"the feedback is {feedback.state.status}: only GitHub can change that")
            ledger.set_feedback_status(feedback_id, status, self.services.clock())
        return queries.feedback(feedback_id)

    def correct(self, feedback_id: int, correction: Correction, *, producer: Producer) -> tuple[AnswerView, bool]:
        """Give feedback the answer that a person gives; return it, and whether it is new (SPEC §5.3).

        The feedback's report says that it was ``producer`` who gave it.

        Raises ConflictError for feedback that is ignored or withdrawn, RefusedError for a run that is not registered.
        """
        feedback = Queries(self.services, self.workspace).feedback(feedback_id).feedback
        spans = () if correction.span_id is None else (run_lock(self.workspace, correction.span_id),)

        def keep(locks: tuple[str, ...]) -> Corrected:
            with self.services.store.transaction(*locks) as ledger:
                present = ledger.feedback(feedback_id) or feedback
                at = self.services.clock()
                corrected = correct(ledger, present, correction, at=at)
                if corrected.new:
                    happened = Happened(feedback=frozenset({feedback_id}))
                    follow(ledger, self.services.policy, happened, at, answered_by=producer)
                    note_feedback(ledger, self.services.policy, happened.feedback, at)
            return corrected

        corrected = holding((repository_lock(feedback.object.ref.repository_id), *spans), keep)
        return view_of(corrected.resolution, corrected.run), corrected.new

    def make_token(self, grant: TokenGrant) -> tuple[Token, str]:
        """Keep a token, in whatever workspace it is for; return it with its secret, which nobody can learn later.

        Raises PayloadError for a time that is over, and for a token of one run that could make others.
        """
        now = self.services.clock()
        problems = []
        if grant.expires_at is not None and grant.expires_at <= now:
            problems.append(("expires_at", "is over already"))
        if grant.run is not None and Scope.ADMIN in grant.scopes:
            problems.append(("scopes", "hold admin: whoever has a token of one run must not make tokens of others"))
        if problems:
            raise PayloadError(tuple(problems))
        secret = f"wr_{secrets.token_urlsafe(32)}"
        return self.services.store.tokens.add(grant, secret=secret, at=now), secret

    def revoke_token(self, token_id: int) -> None:
        """Have a token of the workspace refused from now on."""
        token = self.services.store.tokens.get(token_id)
        if token is None or token.grant.workspace != self.workspace:
            raise NotFoundError(f"there is no token {token_id}")
        self.services.store.tokens.revoke(token_id, self.services.clock())

    def replay(self, guid: str) -> Delivery:
        """Let a delivery be processed again, as if it had just come in."""
        Queries(self.services, self.workspace).delivery(guid)
        delivery = self.services.store.replay(guid, self.services.clock())
        if delivery is None:
            raise NotFoundError(f"there is no delivery {guid}")
        return delivery

    def _locks(self, run: Run) -> tuple[str, ...]:
        with self.services.store.snapshot() as catalogue:
            return locks_for(catalogue, self.workspace, run.repository, run.span_id)


def completed_with(run: Run, later: Later) -> Run:
    """Return a run with what became known of it. Raises RefusedError when it would gather too much."""
    numbers = tuple(dict.fromkeys((*run.numbers, *later.numbers)))
    artifacts = tuple(dict.fromkeys((*run.artifacts, *later.artifacts)))
    sessions = tuple(dict.fromkeys((*run.sessions, *later.sessions)))
    if max(len(numbers), len(artifacts), len(sessions)) > MOST:
        raise RefusedError(f"a run holds {MOST} numbers, {MOST} artifacts and {MOST} sessions at most")
    return replace(
        run,
        ended_at=later.ended_at or run.ended_at,
        head_sha=later.head_sha or run.head_sha,
        numbers=numbers,
        artifacts=artifacts,
        sessions=sessions,
    )
