"""The set-up from outside: from an empty folder to the first verified delivery, without editing a file."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests
from dotenv import dotenv_values

from tests.support.builders import MAINTAINER, installation
from tests.support.github import StandIn, faults
from tests.support.processes import descendants, is_running, kill_tree
from tests.support.service import COMMAND, PATIENCE, environment, free_port, until
from tests.support.set_up import Form, back_from, words
from tests.support.tree import ROOT


@dataclass
class Console:
    """A service that is started with ``serve --setup`` in an empty folder, and a browser."""

    folder: Path
    github: StandIn
    port: int = field(default_factory=free_port)
    browser: requests.Session = field(default_factory=requests.Session)
    process: subprocess.Popen[bytes] = field(init=False)

    def start(self, *arguments: str) -> None:
        """Start it; the caller waits."""
        settings = {
            "WHICHRUN_BIND": f"127.0.0.1:{self.port}",
            "WHICHRUN_GITHUB_API_URL": self.github.url,
            "WHICHRUN_WORKERS": "1",
            "PYTHONPATH": str(ROOT),
        }
        with (self.folder / "stdout").open("wb") as stdout, (self.folder / "stderr").open("ab") as stderr:
            self.process = subprocess.Popen(
                [*COMMAND, "serve", *arguments],
                cwd=self.folder,
                env=environment(settings),
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
            )

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def said(self, name: str) -> str:
        """Return what it has printed."""
        return (self.folder / name).read_text()

    def code(self) -> str:
        """Wait for the code, and return it."""

        def shown() -> str:
            assert self.process.poll() is None, self.said("stderr")
            found = re.search(r"give this code: (\S+)", self.said("stdout"))
            return "" if found is None else found[1]

        return until(shown)

    def get(self, path: str, **headers: str) -> requests.Response:
        """Follow a link."""
        return self.browser.get(f"{self.url}{path}", timeout=PATIENCE, headers=headers)

    def post(self, path: str, fields: dict[str, str]) -> requests.Response:
        """Send a form."""
        return self.browser.post(f"{self.url}{path}", data=fields, headers={"Origin": self.url}, timeout=PATIENCE)

    def way_back(self, **fields: str) -> str:
        """Go through the pages to GitHub; return the path and query that it leads back to."""
        assert "What the App is to be" in self.post("/setup", {"code": self.code()}).text
        wish = {"forwarder": "https://smee.example/x", "name": "acme-whichrun"} | fields
        return back_from(Form(self.post("/setup/app", wish).text))

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal; return the exit code."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Console]:
    """Start a set-up, and end whatever became of it."""
    folder = tmp_path / "service"
    folder.mkdir()
    with StandIn() as github:
        github.web.visitor = MAINTAINER
        made = Console(folder, github)
        made.start("--setup")
        try:
            yield made
        finally:
            if made.process.poll() is None:
                kill_tree(made.process.pid)
            made.process.wait()


def test_from_nothing_to_the_first_verified_delivery(console: Console) -> None:
    """One command and a browser make the App and start the service, which asks for the ping that came too early."""
    hook = f"{console.url}/webhooks/github"
    console.github.web.forwarded_to = hook
    back = console.way_back(users=MAINTAINER.login)
    (early,) = console.github.log.entries(console.github.clock())
    assert early.status_code == 503
    number = console.process.pid
    watched = console.get(back)
    assert watched.url == f"{console.url}/first-delivery"

    def arrived() -> str:
        text = console.get("/first-delivery").text
        return text if "signatures are verified" in text else ""

    page = words(until(arrived))
    assert "ping" in page
    assert "acme-whichrun is connected" in page
    assert f"{console.github.url}/apps/whichrun-test/installations/new" in console.get("/first-delivery").text
    assert (console.process.poll(), console.process.pid) == (None, number)
    assert f"whichrun listens at {console.url}\n" in console.said("stdout")

    assert console.github.log.send is not None
    assert console.github.log.send(installation()) == 202
    assert "installation" in words(console.get("/first-delivery").text)
    console.github.log.send_to(hook, "another secret")
    assert console.github.log.send(installation()) == 401
    assert "the signature does not hold" in words(until(lambda: console.get("/first-delivery").text))

    for path in ("/setup", "/setup/app", "/setup/created?code=x&state=y"):
        assert console.get(path).status_code == 404
    assert console.post("/setup", {"code": "x"}).status_code == 404
    person = requests.Session()
    assert MAINTAINER.login in person.get(f"{console.url}/sign-in/github", timeout=PATIENCE).text

    assert console.stop() == 0
    told = console.said("stdout") + console.said("stderr")
    made = dotenv_values(console.folder / ".env")
    for name, value in made.items():
        assert not name.endswith(("SECRETS", "SECRET", "TOKEN")) or str(value) not in told
    console.start("--setup")
    assert console.process.wait(PATIENCE) == 1
    assert "already" in console.said("stderr")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_order(console: Console, number: signal.Signals) -> None:
    """A set-up that is given up ends with every process, with exit code 0, and has stored nothing."""
    code = console.code()
    assert console.get("/healthz").json() == {"status": "ok"}
    everyone = [*descendants(console.process.pid), console.process.pid]
    for pid in everyone if number is signal.SIGINT else everyone[-1:]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
    assert console.process.wait(PATIENCE) == 0
    until(lambda: not [pid for pid in everyone if is_running(pid)])
    assert not (console.folder / ".env").exists()
    assert "Traceback" not in console.said("stderr")
    assert code not in console.said("stderr")


def test_a_crash_before_the_secrets_are_stored_is_told(console: Console) -> None:
    """When everything is killed after GitHub told the secrets, nothing is half stored, and the next start says so."""
    back = console.way_back()
    console.github.fault = faults.slow(30).on("/app-manifests/")
    with pytest.raises(requests.RequestException):
        console.browser.get(f"{console.url}{back}", timeout=2)
    assert console.github.asked("/app-manifests/")
    kill_tree(console.process.pid)
    console.process.wait()
    assert not (console.folder / ".env").exists()
    assert not list(console.folder.glob("*.pem"))
    console.github.fault = None
    console.start("--setup")
    assert "Beware" in console.post("/setup", {"code": console.code()}).text
    assert "GitHub tells them once" in console.said("stderr")
    assert "is to be set up at" in console.said("stdout")


def test_a_process_that_dies_takes_the_set_up_with_it(console: Console) -> None:
    """When the worker is killed no other one takes its place with the same code: it ends, with exit code 1."""
    console.code()
    until(lambda: console.get("/healthz").ok)
    (web,) = descendants(console.process.pid)[:1]
    (worker,) = descendants(web)
    os.kill(worker, signal.SIGKILL)
    assert console.process.wait(PATIENCE) == 1
    assert "ended before there was an App" in console.said("stderr")
