"""LangSmith: an evaluation as feedback on the run.

https://docs.langchain.com/langsmith/smith-api/feedback/create-feedback: feedback is named by a UUID that we choose, and
so is the run. Where the id is there already (409), what it says is changed. A run's UUID is its ``span_id``, or follows
from it: LangSmith gives a span of OpenTelemetry the UUID of its eight bytes behind zeros. A run that has neither has no
place there.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from receiver.notifying import trace_ids
from receiver.notifying.evaluations import NAME, Evaluation, Evaluations
from receiver.notifying.message import AGENT
from receiver.notifying.wire import Reply, Request
from receiver.settings import Settings
from receiver.views import ChangeView
from resolver.model.runs import Run

PATH = "/api/v1/feedback"


@dataclass(frozen=True, slots=True)
class Langsmith:
    """Says changes to LangSmith, one feedback in each request."""

    url: str = field(repr=False)
    key: str = field(repr=False)
    evaluations: Evaluations

    @classmethod
    def of(cls, url: str, settings: Settings, evaluations: Evaluations) -> Langsmith:
        """Log in as the settings say."""
        key = settings.langsmith_api_key
        return cls(url, "" if key is None else key.get_secret_value(), evaluations)

    def requests(self, view: ChangeView, at: datetime) -> tuple[Request, ...]:
        """Return a request for each run with an id of theirs that a change says something of."""
        del at
        return tuple(self._requests(view))

    def read(self, reply: Reply) -> Reply:
        """Return an answer as it is meant: its status says all."""
        return reply

    def _requests(self, view: ChangeView) -> Iterator[Request]:
        headers = {"content-type": "application/json", "user-agent": AGENT, "x-api-key": self.key}
        for one in self.evaluations.of(view):
            run_id = _run_id(one.run)
            if run_id is None:
                continue
            said = {"score": None, "value": one.label.value, "comment": one.explanation}
            changed = Request(f"{self.url}{PATH}/{one.id}", headers, json.dumps(said).encode(), method="PATCH")
            whole = json.dumps({**_named(one, run_id), **said}).encode()
            yield Request(f"{self.url}{PATH}", headers, whole, instead=changed)


def _run_id(run: Run) -> uuid.UUID | None:
    span = trace_ids.span(run.span_id)
    return trace_ids.as_uuid(run.span_id) if span is None else uuid.UUID(int=int(span, 16))


def _named(one: Evaluation, run_id: uuid.UUID) -> dict[str, object]:
    """Return what stays as it is once feedback is there."""
    named: dict[str, object] = {
        "id": str(one.id),
        "run_id": str(run_id),
        "key": NAME,
        "feedback_source": {"type": "api", "metadata": one.facts()},
    }
    trace = trace_ids.trace(one.run.trace_id)
    return named if trace is None else {**named, "trace_id": str(uuid.UUID(trace))}
