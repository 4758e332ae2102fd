"""Keys change under a running service: no process is started again, and nothing that was linked is lost."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import requests

from resolver.claims.claim import Claim
from resolver.claims.ring import parse_ring
from resolver.claims.write import write
from tests.support.builders import AGENT, Delivery, Repo, issue_comment, minute
from tests.support.inbox import headers
from tests.support.service import COMMAND, PATIENCE, WEBHOOK_SECRET, Service, environment, running, until
from tests.support.signing import KEY, key_file

REPO = Repo()


def whichrun(service: Service, *arguments: str, stdin: str = "", settings: bool = True) -> Any:  # noqa: ANN401
    """Run a command beside the service, with its settings or with none; return its JSON."""
    result = subprocess.run(
        [*COMMAND, *arguments, "--json"], cwd=service.folder if settings else "/",
        env=environment(service.settings if settings else {}), input=stdin, capture_output=True, text=True,
        timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert result.stdout, result.stderr
    return json.loads(result.stdout)


def kids(service: Service) -> list[str]:
    """Return the ids of the keys that the service shows."""
    return [one["kid"] for one in requests.get(f"{service.url}/.well-known/jwks.json", timeout=10).json()["keys"]]


def marks(service: Service, span: str) -> dict[str, Any]:
    """Register a run, and return what it signs with."""
    run = {"span_id": span, "repository": REPO.name, "agent_name": "coder", "number": 42}
    answer = requests.post(f"{service.url}/v1/runs", json=run, headers=service.authorization, timeout=10)
    assert answer.ok, answer.text
    return dict(answer.json())


def deliver(service: Service, delivery: Delivery) -> None:
    """Deliver, and wait until it is processed."""
    given = headers(delivery.body, WEBHOOK_SECRET, x_github_delivery=delivery.guid, x_github_event=delivery.event)
    answer = requests.post(f"{service.url}/webhooks/github", data=delivery.body, headers=given, timeout=10)
    assert answer.status_code == 202, answer.text
    url = f"{service.url}/v1/deliveries/{delivery.guid}"
    until(lambda: requests.get(url, headers=service.authorization, timeout=10).json()["status"] == "done")


def artifacts(service: Service, span: str) -> int:
    """Return how many things carry a run's claim."""
    url = f"{service.url}/v1/runs/{span}/artifacts"
    return len(requests.get(url, headers=service.authorization, timeout=10).json()["items"])


def test_rotation_under_a_running_service(tmp_path: Path) -> None:
    """A key is made, signs in the running service, is checked by a third party; the old one is retired everywhere."""
    path = key_file(tmp_path, KEY)
    with running(tmp_path, signing_key_file=str(path)) as service:
        assert kids(service) == [KEY.id]
        seen, unseen = marks(service, "seen"), marks(service, "unseen")
        body = f"Done.\n\n{seen['hidden_comment']}"
        deliver(service, issue_comment(REPO, id=11, author=AGENT, body=body, at=minute(1)))
        assert artifacts(service, "seen") == 1

        made = whichrun(service, "keys", "new")["id"]
        until(lambda: kids(service) == [made, KEY.id])
        fresh = until(lambda: (given := marks(service, "third"))["hidden_comment"] and given)
        jwks = f"{service.url}/.well-known/jwks.json"
        told = whichrun(service, "verify", "--jwks", jwks, stdin=f"{body}\n\n{fresh['hidden_comment']}", settings=False)
        assert [(one["span_id"], one["valid"]) for one in told["claims"]] == [("seen", True), ("third", True)]

        whichrun(service, "keys", "retire", KEY.id)
        until(lambda: kids(service) == [made])
        again = f"Done, and mended.\n\n{seen['hidden_comment']}"
        edit = issue_comment(REPO, "edited", id=11, author=AGENT, body=again, at=minute(2), created_at=minute(1))
        deliver(service, edit)
        assert artifacts(service, "seen") == 1
        deliver(service, issue_comment(REPO, id=12, author=AGENT, body=seen["hidden_comment"], at=minute(3)))
        deliver(service, issue_comment(REPO, id=13, author=AGENT, body=unseen["hidden_comment"], at=minute(3)))
        assert (artifacts(service, "seen"), artifacts(service, "unseen")) == (2, 0)

        listed = {one["id"]: one for one in whichrun(service, "keys", "list")["items"]}
        assert (listed[made]["status"], listed[KEY.id]["status"]) == ("signing", "retired")
        assert listed[KEY.id]["artifacts"] == 2
        assert "Traceback" not in service.output()
        assert "PRIVATE KEY" not in service.output()


def test_a_claim_that_came_before_its_secret(tmp_path: Path) -> None:
    """What a secret signed that the service did not have is linked soon after a start with it."""
    claim = Claim(span_id="early", workspace="default", repository=REPO.name, number=42, agent_name="coder")
    body = f"Done.\n\n{write(claim, parse_ring('k2:another secret', name='x')).hidden_comment}"
    with running(tmp_path, signing_secrets="k1:a secret") as service:
        marks(service, "early")
        deliver(service, issue_comment(REPO, id=11, author=AGENT, body=body, at=minute(1)))
        assert artifacts(service, "early") == 0
    with running(tmp_path, signing_secrets="k2:another secret,k1:a secret") as service:
        until(lambda: artifacts(service, "early") == 1)
