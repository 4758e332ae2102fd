"""The real service against its own document: what gunicorn, its threads and HTTP itself make of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import requests

from tests.support.builders import Repo, issue_comment
from tests.support.contract import operations
from tests.support.fuzzing import fuzz, narrowed
from tests.support.service import WEBHOOK_SECRET, running, until


def test_the_real_service_keeps_to_its_document(tmp_path: Path) -> None:
    """No answer breaks the document, and no route answers a request without its token as one with it.

    ``GET /v1/feedback/stream`` is left out, whose answer lasts.
    """
    with running(tmp_path, rate_limit="0") as service:
        told = issue_comment(Repo(), id=11, body="/agents improve it")
        headers = told.headers(WEBHOOK_SECRET)
        requests.post(f"{service.url}/webhooks/github", data=told.body, headers=headers, timeout=10)
        facts = {"span_id": "span-1", "repository": "acme/widgets", "agent_name": "coder", "number": 42}
        requests.post(f"{service.url}/v1/runs", json=facts, headers=service.authorization, timeout=10)

        def ids_of(kind: str, name: str) -> list[Any]:
            answer = requests.get(f"{service.url}/v1/{kind}", headers=service.authorization, timeout=10)
            return [one[name] for one in answer.json()["items"]]

        feedback = until(lambda: ids_of("feedback", "id"))
        ids = {"feedback_id": feedback, "guid": ids_of("deliveries", "guid"), "span_id": ["span-1"], "token_id": [1]}
        ids |= {"report_id": [int(one) for one in ids_of("reports", "id")], "entry_id": [1]}
        document = requests.get(f"{service.url}/openapi.json", timeout=10).json()
        found = fuzz(narrowed(document, ids), service.authorization, url=service.url, examples=2, phases=("fuzzing",))
    assert found.errors == []
    assert found.faults == []
    described = {f"{one.method} {one.path}" for one in operations() if not one.is_stream}
    assert described <= {label for label, _ in found.asked}
