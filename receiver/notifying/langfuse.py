"""Langfuse: an evaluation as a categorical score of the run's trace, and of its observation.

https://api.reference.langfuse.com/#tag/scores: a score's ``id`` is the key by which a later one replaces it, and a
score may come before its trace. A run without a trace id has no place there.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from datetime import datetime

from receiver.notifying import trace_ids
from receiver.notifying.evaluations import NAME, Evaluation, Evaluations
from receiver.notifying.message import AGENT
from receiver.notifying.wire import Reply, Request
from receiver.settings import Settings
from receiver.views import ChangeView

PATH = "/api/public/scores"


@dataclass(frozen=True, slots=True)
class Langfuse:
    """Says changes to Langfuse, one score in each request."""

    url: str = field(repr=False)
    authorization: str = field(repr=False)
    evaluations: Evaluations

    @classmethod
    def of(cls, url: str, settings: Settings, evaluations: Evaluations) -> Langfuse:
        """Log in as the settings say: the public key is the user, the secret one the password."""
        keys = (settings.langfuse_public_key, settings.langfuse_secret_key)
        pair = ":".join("" if key is None else key.get_secret_value() for key in keys)
        return cls(url, f"Basic {base64.b64encode(pair.encode()).decode()}", evaluations)

    def requests(self, view: ChangeView, at: datetime) -> tuple[Request, ...]:
        """Return a request for each run with a trace that a change says something of."""
        del at
        headers = {"content-type": "application/json", "user-agent": AGENT, "authorization": self.authorization}
        return tuple(
            Request(f"{self.url}{PATH}", headers, json.dumps(_score(one, one.run.trace_id)).encode())
            for one in self.evaluations.of(view)
            if one.run.trace_id is not None
        )

    def read(self, reply: Reply) -> Reply:
        """Return an answer as it is meant: its status says all."""
        return reply


def _score(one: Evaluation, trace_id: str) -> dict[str, object]:
    score: dict[str, object] = {
        "id": str(one.id),
        "traceId": _trace_id(trace_id),
        "name": NAME,
        "value": one.label.value,
        "dataType": "CATEGORICAL",
        "comment": one.explanation,
        "metadata": one.facts(),
    }
    if trace_ids.span(one.run.span_id) is not None or trace_ids.as_uuid(one.run.span_id) is not None:
        score["observationId"] = one.run.span_id.lower()
    return score


def _trace_id(name: str) -> str:
    """Return a trace's id as Langfuse has it: OpenTelemetry's in lower case, any other (it once had UUIDs) as it is."""
    plain = trace_ids.trace(name) if trace_ids.as_uuid(name) is None else None
    return plain or name
