"""An export from the real service, read line by line while others ask."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import requests

from receiver.waiting import MOST_EXPORTS
from tests.support.service import Service, running

RUNS = 300


def ask(service: Service, **query: str) -> requests.Response:
    """Begin to read an export."""
    return requests.get(
        f"{service.url}/v1/export", params=query, headers=service.authorization, stream=True, timeout=20
    )


def read(answer: requests.Response) -> list[dict[str, Any]]:
    """Read one to its end."""
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.iter_lines()]


def test_an_export_is_read_as_it_is_written(tmp_path: Path) -> None:
    """Whoever breaks off goes on from the last line that they have; a reader that is gone keeps nobody else out."""
    with running(tmp_path) as service:
        for number in range(RUNS):
            run = {"span_id": f"s{number}", "repository": "acme/widgets", "agent_name": "coder"}
            answer = requests.post(f"{service.url}/v1/runs", json=run, headers=service.authorization, timeout=10)
            assert answer.status_code == 201, answer.text
        whole = read(ask(service))
        assert [one["type"] for one in whole] == ["run"] * RUNS + ["end"]
        for _ in range(2 * MOST_EXPORTS):
            answer = ask(service)
            while answer.status_code == 503:  # the one before is still being found out to be gone
                answer = ask(service)
            lines = answer.iter_lines()
            some = [json.loads(next(lines)) for _ in range(5)]
            answer.close()
        rest = ask(service, after=some[-1]["after"])
        while rest.status_code == 503:
            rest = ask(service, after=some[-1]["after"])
        assert some + read(rest) == whole
