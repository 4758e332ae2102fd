"""What feedback says of a run, as services that hold traces take it: an evaluation of that run.

A change of feedback gives evaluations: one of the run that it is about, and, when another run took that place, one of
each run that had it before, which takes the former one back. The ``id`` of an evaluation follows from the feedback and
the run alone, so what is sent again, or later, replaces what was there.
"""

from __future__ import annotations

import enum
import json
import uuid
from dataclasses import dataclass
from datetime import datetime

from receiver.queries import Queries
from receiver.views import ChangeView
from resolver import times
from resolver.model.answers import Answer, Confidence
from resolver.model.changes import ChangeKind
from resolver.model.feedback import SETTABLE, Feedback
from resolver.model.runs import Run

NAME = "maintainer_feedback"
"""What is measured: the name of the score."""
LONGEST = 4096
"""Characters of what a maintainer wrote that go out; the rest stands where ``whichrun.feedback.url`` leads."""
_SPACE = uuid.UUID("5f3c6f0e-6d4e-5c5e-9a53-0a3f2f6f9d61")
"""Keeps our ids apart from what others make of the same names (RFC 9562, section 5.5)."""


class Label(enum.StrEnum):
    """What a maintainer's feedback says of a run. There is no number: a wish to improve is neither half nor double."""

    WANTED = "improvement_requested"
    WITHDRAWN = "withdrawn"
    """The command, or the comment, was taken back."""
    REASSIGNED = "reassigned"
    """The feedback is about another run, or about none."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One feedback's say about one run, from a change on.

    ``id`` names the feedback and the run, ``event_id`` the change as well. ``explanation`` is what the maintainer
    wrote, while that holds. ``answer`` is what the run was found by; None where it is not the run any more.
    """

    id: uuid.UUID
    event_id: uuid.UUID
    label: Label
    explanation: str
    run: Run
    feedback: Feedback
    answer: Answer | None
    changed_at: datetime
    repository_url: str

    def facts(self) -> dict[str, str]:
        """Return what goes with it, by the names that these facts have among attributes of traces."""
        facts = {
            "whichrun.evaluation.id": str(self.id),
            "whichrun.workspace": self.run.workspace,
            "whichrun.run.span_id": self.run.span_id,
            "whichrun.feedback.id": str(self.feedback.id),
            "whichrun.feedback.url": self.feedback.object.url,
            "vcs.repository.url.full": self.repository_url,
            "gen_ai.agent.name": self.run.agent_name,
            "gen_ai.agent.id": self.run.agent_id,
        }
        if self.answer is not None:
            facts |= {"whichrun.confidence": self.answer.confidence.value, "whichrun.mode": self.answer.mode}
        return {name: fact for name, fact in facts.items() if fact}


@dataclass(frozen=True, slots=True)
class Evaluations:
    """Makes evaluations of a workspace's changes; ``web`` is where GitHub's pages are, ``instance`` who we are."""

    queries: Queries
    web: str
    instance: str

    def of(self, view: ChangeView) -> tuple[Evaluation, ...]:
        """Return what a change says: of the run that is named, then of those that were.

        Feedback that was taken back has no answer that counts, so all its runs are former ones. Of a later answer there
        is a later change: whatever is said too early here is put right by that.
        """
        feedback, kind = view.feedback.feedback, view.change.kind
        answer = None if feedback.resolution is None else feedback.resolution.answer
        run = view.feedback.run if answer is not None and answer.confidence is not Confidence.UNRESOLVED else None
        found = []
        if run is not None:
            found.append(self._one(view, run, Label.WANTED, feedback.state.instruction[:LONGEST], answer))
        if kind in {ChangeKind.REASSIGNED, ChangeKind.WITHDRAWN}:
            now = None if run is None else run.span_id
            label, said = Label.WITHDRAWN, ""
            if feedback.state.status in SETTABLE:
                label = Label.REASSIGNED
                said = "no run is named any more" if now is None else f"it is about the run {now}"
            former = (one for one in self.queries.runs_named_before(view.change) if one.span_id != now)
            found += [self._one(view, one, label, said, None) for one in former]
        return tuple(found)

    def _one(self, view: ChangeView, run: Run, label: Label, said: str, answer: Answer | None) -> Evaluation:
        feedback, change = view.feedback.feedback, view.change
        ref = feedback.object.ref
        named = [self.web, ref.repository_id, ref.kind.value, ref.id, self.instance, run.workspace, run.span_id]
        evaluation_id = uuid.uuid5(_SPACE, json.dumps(named))
        event = f"{change.id} {times.write(change.changed_at)}"
        return Evaluation(
            id=evaluation_id,
            event_id=uuid.uuid5(evaluation_id, event),
            label=label,
            explanation=said,
            run=run,
            feedback=feedback,
            answer=answer,
            changed_at=change.changed_at,
            repository_url=f"{self.web}/{feedback.repository}",
        )
