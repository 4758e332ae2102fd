"""A real ``whichrun serve`` for end-to-end tests: on a free port, with an empty folder, stopped in the end."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import requests

from tests.support.processes import kill_tree

WEBHOOK_SECRET = "the webhook secret of the tests"
SIGNING_SECRET = "the signing secret of the tests"
API_TOKEN = "the-api-token-of-the-tests"

T = TypeVar("T")

SECRETS = {
    "WHICHRUN_WEBHOOK_SECRETS": WEBHOOK_SECRET,
    "WHICHRUN_SIGNING_SECRETS": SIGNING_SECRET,
    "WHICHRUN_API_TOKEN": API_TOKEN,
}

COMMAND = (sys.executable, "-m", "receiver.cli")
PATIENCE = 60.0
"""Seconds; the machine may be busy."""
STARTING = 60.0
"""Seconds that a service may take to be ready."""


def free_port() -> int:
    """Return a port of the loopback that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def until(look: Callable[[], T], *, patience: float = PATIENCE) -> T:
    """Return what ``look`` returns, as soon as that is true. Raises AssertionError when it does not come to that."""
    deadline = time.monotonic() + patience
    while not (seen := look()):
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {patience} s in vain; last seen: {seen!r}")
        time.sleep(0.02)
    return seen


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a child: this one without any setting of ours, and with these."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("WHICHRUN_")}
    return inherited | dict(settings)


@dataclass
class Service:
    """One service: ``url`` without a slash at its end, ``folder`` where it runs and keeps ``whichrun.db``.

    It has one web process unless the settings say otherwise: to start one takes longer than most tests do.
    """

    folder: Path
    port: int
    settings: dict[str, str]
    host: str = "127.0.0.1"
    before: tuple[str, ...] = ()
    """What its command begins with, where it runs on a host of its own (``tests.support.hosts``)."""
    process: subprocess.Popen[bytes] = field(init=False)

    def __post_init__(self) -> None:
        """Start it; the caller waits."""
        with (self.folder / "stdout").open("ab") as stdout, (self.folder / "stderr").open("ab") as stderr:
            self.process = subprocess.Popen(
                [*self.before, *COMMAND, "serve"],
                cwd=self.folder,
                env=environment({"WHICHRUN_WORKERS": "1", **self.settings}),
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
            )

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{self.host}:{self.port}"

    @property
    def authorization(self) -> dict[str, str]:
        """The header that opens the API."""
        return {"Authorization": f"Bearer {API_TOKEN}"}

    def output(self) -> str:
        """Return what it has printed so far, standard error after standard output."""
        return "".join((self.folder / name).read_text() for name in ("stdout", "stderr"))

    def wait_ready(self, *, patience: float = STARTING) -> None:
        """Wait until it can do its work."""

        def ready() -> bool:
            assert self.process.poll() is None, f"the service ended: {self.output()}"
            with contextlib.suppress(requests.RequestException):
                return requests.get(f"{self.url}/readyz", timeout=5).status_code == 200
            return False

        until(ready, patience=patience)

    def everything(self, path: str) -> list[dict[str, Any]]:
        """Read a list of the API to its end."""
        items: list[dict[str, Any]] = []
        query: dict[str, str | int] = {"limit": 500}
        while True:
            page = requests.get(f"{self.url}{path}", params=query, headers=self.authorization, timeout=20).json()
            items += page["items"]
            if page["next_cursor"] is None:
                return items
            query["cursor"] = page["next_cursor"]

    def kill(self) -> None:
        """Kill every process of it at once."""
        kill_tree(self.process.pid)
        self.process.wait()

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal; return the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def end(self) -> None:
        """Stop it, however it is; when it takes too long, kill it."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


@contextlib.contextmanager
def running(folder: Path, *, wait: bool = True, **settings: str) -> Iterator[Service]:
    """Run a service in a folder, with settings (``database_url="…"``) besides the secrets; stop it in the end."""
    port = free_port()
    given = {f"WHICHRUN_{name.upper()}": value for name, value in settings.items()}
    service = Service(folder, port, {**SECRETS, "WHICHRUN_BIND": f"127.0.0.1:{port}", **given})
    try:
        if wait:
            service.wait_ready()
        yield service
    finally:
        service.end()
