"""Notifications from the real service: what a delivery brings about arrives at the runner, through kills too."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import requests

from tests.support.builders import Delivery, issue_comment, minute
from tests.support.processes import named
from tests.support.runner import SECRET, Runner, runner
from tests.support.service import WEBHOOK_SECRET, Service, running, until
from tests.support.world import REPO

COMMAND = "/agents improve it"
RUN = {
    "span_id": "span-coder", "repository": REPO.name, "number": 42, "agent_name": "coder", "started_at": minute(0),
}  # fmt: skip


def deliver(service: Service, said: Delivery) -> None:
    """Send a delivery as GitHub does."""
    url = f"{service.url}/webhooks/github"
    answer = requests.post(url, data=said.body, headers=said.headers(WEBHOOK_SECRET), timeout=10)
    assert answer.status_code == 202, answer.text


def kill_worker(service: Service) -> None:
    """Kill the worker, and see that another one is started."""
    (pid,) = named(service.process.pid, "receiver.worker")
    os.kill(pid, signal.SIGKILL)
    until(lambda: [other for other in named(service.process.pid, "receiver.worker") if other != pid])


def of(told: Runner, kind: str) -> list[str]:
    """Return the ids of the notifications of a kind, in the order in which they came."""
    return [got.id for got in told.got if got.verified()["type"] == f"feedback.{kind}"]


def test_a_runner_is_told_through_kills(database_url: str, tmp_path: Path) -> None:
    """A run that is named, and a withdrawal, are told as signed POSTs; a worker killed in between loses nothing."""
    with (
        runner() as well,
        runner() as failing,
        running(
            tmp_path, database_url=database_url, notify_urls=f"{well.url},{failing.url}", notify_secrets=SECRET
        ) as service,
    ):
        until(lambda: service.output().count("is new: it is told what changes from now on") == 2)
        failing.otherwise = 503
        answer = requests.post(f"{service.url}/v1/runs", json=RUN, headers=service.authorization, timeout=10)
        assert answer.status_code == 201, answer.text
        deliver(service, issue_comment(REPO, id=11, body=COMMAND, at=minute(1)))
        until(lambda: well.got and failing.got)
        kill_worker(service)
        failing.otherwise = 204
        deliver(
            service,
            issue_comment(REPO, "edited", id=11, body="never mind", at=minute(2), created_at=minute(1), was=COMMAND),
        )
        # A worker that is killed in the middle of a turn keeps it from others for half a minute.
        until(lambda: of(well, "withdrawn") and of(failing, "withdrawn"), patience=60)
        assert service.stop() == 0
    assert well.got[0].verified()["data"]["resolution"]["span_id"] == "span-coder"
    for told in (well, failing):  # a kill may send one twice, under the same id
        assert list(dict.fromkeys(told.types)) == ["feedback.resolved", "feedback.withdrawn"]
        assert list(dict.fromkeys(told.ids)) == [well.ids[0], well.ids[-1]]
