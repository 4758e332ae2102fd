"""What the real service counts, in all its processes, whatever becomes of them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from tests.support.builders import Delivery, issue_comment, minute
from tests.support.metrics import families, value
from tests.support.processes import command_of, descendants, is_running, named
from tests.support.service import (
    COMMAND,
    PATIENCE,
    SECRETS,
    WEBHOOK_SECRET,
    Service,
    environment,
    free_port,
    running,
    until,
)
from tests.support.world import REPO

PROCESSES = 3
"""That count: two that answer requests, and a worker."""
TAKEN = "whichrun_webhook_deliveries_total"
PROCESSED = "whichrun_deliveries_processed_total"


def said(number: int) -> Delivery:
    """Write feedback with an id of its own."""
    return issue_comment(REPO, id=number, body=f"/agents improve number {number}", at=minute(number / 60))


def send(service: Service, number: int, *, secret: str = WEBHOOK_SECRET) -> int:
    """Deliver it over a connection of its own, which either web process may take; return the status."""
    one = said(number)
    return requests.post(
        f"{service.url}/webhooks/github", data=one.body, headers=one.headers(secret), timeout=10
    ).status_code


def told(service: Service) -> str:
    """Ask for the metrics; none may be told twice."""
    answer = requests.get(f"{service.url}/metrics", timeout=10)
    assert answer.status_code == 200, answer.text
    names = [metric.name for metric in families(answer.text)]
    assert len(names) == len(set(names))
    return answer.text


def counted(service: Service) -> dict[str, float]:
    """Return how many deliveries were accepted, refused and done, and how often feedback was resolved."""
    text = told(service)
    return {
        "accepted": value(text, TAKEN, outcome="accepted"),
        "refused": value(text, "whichrun_webhook_refusals_total", reason="bad_signature"),
        "done": value(text, PROCESSED, outcome="done"),
        "resolved": value(text, "whichrun_resolutions_total", mode="unresolved", confidence="unresolved"),
        "timed": value(text, "whichrun_http_request_duration_seconds_count", route="/webhooks/github", method="POST"),
    }


def folder_of(service: Service) -> Path:
    """Return the folder where the processes of a service count."""
    [worker] = named(service.process.pid, "receiver.worker")
    entries = Path(f"/proc/{worker}/environ").read_bytes().decode().split("\0")
    return Path(dict(one.partition("=")[::2] for one in entries)["PROMETHEUS_MULTIPROC_DIR"])


def web_processes(service: Service) -> list[int]:
    """Return those that answer requests: the children of the web's master."""
    found = named(service.process.pid, "receiver.web")
    return [pid for pid in found if any(pid in descendants(master) for master in found)]


def kill(service: Service, pid: int) -> None:
    """Kill a process, and wait until another one is there for it."""
    word, before = command_of(pid).split()[2], set(descendants(service.process.pid))
    os.kill(pid, signal.SIGKILL)
    until(lambda: set(named(service.process.pid, word)) - before)
    service.wait_ready()


def test_all_processes_are_told_together_and_kills_take_nothing_back(tmp_path: Path) -> None:
    """Web processes and worker are told as one; killed and started again, they go on counting where they were."""
    with running(tmp_path, workers="2") as service:
        folder = folder_of(service)
        assert folder.stat().st_mode & 0o777 == 0o700
        for number in range(1, 21):
            assert send(service, number) == 202
        assert send(service, 1, secret="wrong") == 401
        expected = {"accepted": 20.0, "refused": 1.0, "done": 20.0, "resolved": 20.0, "timed": 21.0}
        until(lambda: counted(service) == expected)
        until(lambda: len(list(folder.glob("gauge_*_[012].db"))) == PROCESSES)  # the last one may be slow to start
        files = sorted(path.name for path in folder.iterdir())

        for pid in (*web_processes(service)[:1], *named(service.process.pid, "receiver.worker")):
            kill(service, pid)
            assert counted(service) == expected
        for number in range(21, 31):
            assert send(service, number) == 202
        later = {"accepted": 30.0, "refused": 1.0, "done": 30.0, "resolved": 30.0, "timed": 31.0}
        until(lambda: counted(service) == later)
        assert sorted(path.name for path in folder.iterdir()) == files
        everyone = descendants(service.process.pid)
    assert not any(map(is_running, everyone))
    assert not folder.exists()


@pytest.mark.parametrize("command", [[*COMMAND, "serve"], [sys.executable, "-m", "receiver.web"]])
def test_a_place_that_cannot_be_counted_in_is_an_error_in_words(command: list[str], tmp_path: Path) -> None:
    """A service that is told to count where nobody can says so in a line, and does not start."""
    (tmp_path / "file").touch()
    settings = {
        **SECRETS,
        "WHICHRUN_BIND": f"127.0.0.1:{free_port()}",
        "PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "file" / "folder"),
    }
    done = subprocess.run(
        command, cwd=tmp_path, env=environment(settings), capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert done.returncode == 1
    assert "PROMETHEUS_MULTIPROC_DIR" in done.stderr
    assert "Traceback" not in done.stderr
