"""Evaluations from the real service: what a delivery brings about arrives, through kills and beside who is down."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import requests

from tests.e2e.test_notifications import deliver, kill_worker
from tests.support.builders import issue_comment, minute
from tests.support.exported import SPAN, TRACE, attributes, langfuse, langsmith, records, settings_for
from tests.support.runner import Runner, runner
from tests.support.service import Service, running, until
from tests.support.world import REPO

COMMAND = "/agents improve it"
RUN = {
    "span_id": SPAN, "trace_id": TRACE, "repository": REPO.name, "number": 42, "agent_name": "coder",
    "started_at": minute(0),
}  # fmt: skip


def test_evaluations_arrive_through_kills(database_url: str, tmp_path: Path) -> None:
    """Three services are told of a run and of a withdrawal. One that is down holds up nobody, and gets all later."""
    with runner() as otel, runner() as first, runner() as second:
        named: dict[str, Any] = {"database_url": database_url, **settings_for("otlp", otel.url)}
        named |= settings_for("langfuse", first.url) | settings_for("langsmith", second.url)
        with running(tmp_path, **named) as service:
            tell_three(service, otel, first, second)
    said = [attributes(record) for record in records(otel)]
    unique = {one["log.record.uid"]: one["gen_ai.evaluation.score.label"] for one in said}
    assert list(unique.values()) == ["improvement_requested", "withdrawn"]


def tell_three(service: Service, otel: Runner, first: Runner, second: Runner) -> None:
    """Have feedback given and taken back, while one receiver is down and the worker is killed."""
    scores, feedback = langfuse(first), langsmith(second)
    until(lambda: service.output().count("is new: it is told what changes from now on") == 3)
    second.otherwise = 503
    answer = requests.post(f"{service.url}/v1/runs", json=RUN, headers=service.authorization, timeout=10)
    assert answer.status_code == 201, answer.text
    deliver(service, issue_comment(REPO, id=11, body=COMMAND, at=minute(1)))
    until(lambda: otel.got and scores.kept and second.got)
    kill_worker(service)
    second.otherwise = feedback.answer
    deliver(
        service,
        issue_comment(REPO, "edited", id=11, body="never mind", at=minute(2), created_at=minute(1), was=COMMAND),
    )
    # A worker that is killed in the middle of a turn keeps it from others for half a minute.
    until(lambda: {SPAN: "withdrawn"} == scores.values == feedback.values and len(records(otel)) > 1, patience=60)
    assert service.stop() == 0
