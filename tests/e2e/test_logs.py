"""A delivery's whole way, found in the log of the real service by its id."""

from __future__ import annotations

import json
import re
import subprocess
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import requests

from tests.support.builders import Delivery, Repo, issue_comment, minute
from tests.support.service import COMMAND, SECRETS, WEBHOOK_SECRET, Service, environment, running, until

COMMENTS = 12
REPOSITORIES = 3


def deliveries() -> list[Delivery]:
    """Return feedback in several repositories, which workers may process at the same time."""
    repos = [Repo(9001 + number, f"acme/widgets-{number}") for number in range(REPOSITORIES)]
    return [
        issue_comment(repo, id=number, body=f"/agents improve {repo.name} {number}", at=minute(number))
        for number in range(1, COMMENTS + 1)
        for repo in repos
    ]


def post(service: Service, one: Delivery, secret: str = WEBHOOK_SECRET) -> int:
    """Deliver something; return the status."""
    url = f"{service.url}/webhooks/github"
    return requests.post(url, data=one.body, headers=one.headers(secret), timeout=10).status_code


def records(*files: Path) -> list[dict[str, Any]]:
    """Read the lines that were written so far; each is an object."""
    return [json.loads(line) for file in files for line in file.read_text().splitlines() if line.startswith("{")]


def by_delivery(found: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Return the messages about each delivery."""
    about: dict[str, list[str]] = defaultdict(list)
    for record in found:
        if "delivery" in record:
            about[record["delivery"]].append(record["message"])
    return about


def test_a_delivery_is_followed_by_its_id(tmp_path: Path) -> None:
    """Its lines lead from receipt to resolution, in JSON, and none of them is another's, however many run at once."""
    sent = deliveries()
    guids = [one.guid for one in sent]
    log, beside = tmp_path / "stderr", tmp_path / "beside"
    with running(tmp_path, log_format="json") as service:
        settings = SECRETS | {"WHICHRUN_LOG_FORMAT": "json"}
        with (
            beside.open("wb") as stderr,
            subprocess.Popen([*COMMAND, "worker"], cwd=tmp_path, env=environment(settings), stderr=stderr) as worker,
        ):
            try:
                with ThreadPoolExecutor(4) as clients:
                    assert set(clients.map(partial(post, service), sent)) == {202}
                until(lambda: sum("done in" in one["message"] for one in records(log, beside)) == len(sent))
                post(service, sent[0], secret="wrong")
                until(lambda: any("refused" in one["message"] for one in records(log)))
            finally:
                worker.terminate()
        written = log.read_text() + beside.read_text()
        found = records(log, beside)
    way = by_delivery(found)
    assert set(way) == set(guids)
    for guid in guids[1:]:
        received = f"delivery {guid}: accepted, event issue_comment, action created"
        assert received in way[guid]  # the worker may be faster than that line
        *taken, resolved, done = (line for line in way[guid] if line != received)
        assert taken in ([], [f"delivery {guid}: taken, try 1"])  # none where several were done together
        assert re.fullmatch(r"feedback \d+ is resolved: unresolved, unresolved, no run", resolved)
        assert re.fullmatch(rf"delivery {guid}: done in [\d.]+ ms, resolutions: 1", done)
    assert f"delivery {guids[0]}: refused, bad_signature (401)" in way[guids[0]]
    for record in found:
        named = {guid for guid in guids if guid in json.dumps(record)}
        assert named <= {record.get("delivery")}
    assert "/agents improve" not in written
    assert not any(secret in written for secret in SECRETS.values())
