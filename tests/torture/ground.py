"""Where things go wrong: a service, its database, the clients that deliver, and what is asked of all in the end."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import requests

from receiver.cli import COMMANDS
from receiver.keeper import GRACE_SECONDS
from store.database import Database
from tests.support.databases import postgres_url
from tests.support.service import COMMAND, SECRETS, Service, environment, free_port, until
from tests.torture.load import Load
from tests.torture.state import State, differences, state_of
from tests.torture.told import runs
from tests.torture.undisturbed import undisturbed
from tests.torture.verdict import Verdict

DATABASES = ("sqlite", "postgresql")
WAITING = "SELECT COUNT(*) FROM delivery WHERE status IN ('pending', 'failed')"
STATUSES = "SELECT guid, status FROM delivery"
LATER = 30.0
"""Seconds beyond what the keeper gives its children to end."""
CATCHING_UP = 120.0
"""Seconds that a service may take to get through what waits; a busy machine is slow."""


@dataclass
class Ground:
    """A service that can be ended in any way and started again, over one database, at one port."""

    database: str
    folder: Path
    url: str
    settings: dict[str, str] = field(default_factory=dict)
    service: Service | None = None
    reach: str | None = None
    """The URL by which this process reaches the database, where that is another one."""

    def __post_init__(self) -> None:
        """Choose a port, and keep to it."""
        self.port = free_port()
        bind = {"WHICHRUN_BIND": f"127.0.0.1:{self.port}", "WHICHRUN_DATABASE_URL": self.url}
        self.settings = {**SECRETS, "WHICHRUN_RATE_LIMIT": "0", **bind, **self.settings}

    @property
    def running(self) -> Service:
        """The service that runs now."""
        assert self.service is not None, "the service was not started"
        return self.service

    def start(self, **settings: str) -> Service:
        """Start the service, with what else is set in its environment this time."""
        self.service = Service(self.folder, self.port, self.settings | settings)
        self.service.wait_ready(patience=CATCHING_UP)
        return self.service

    def begin(self, **settings: str) -> Service:
        """Start it for the first time, and register the runs that sign."""
        service = self.start(**settings)
        for run in runs():
            answer = requests.post(f"{service.url}/v1/runs", json=run, headers=service.authorization, timeout=30)
            assert answer.status_code in {200, 201}, answer.text
        return service

    def load(self, most: int = 1_000_000_000, *, clients: int = 4, pause: float = 0.0) -> Load:
        """Return clients for it, not yet at work."""
        return Load(self.port, most, clients, pause)

    def stop(self) -> None:
        """Stop it in order, as long as that may take. Raises AssertionError when it did not end so."""
        process = self.running.process
        process.terminate()
        code = process.wait(GRACE_SECONDS + LATER)
        assert (code, "did not end in time" in self.running.output()) == (0, False), self.running.output()[-2000:]

    def end(self) -> None:
        """Leave nothing running."""
        if self.service is not None and self.service.process.poll() is None:
            self.service.kill()

    @contextmanager
    def looking(self) -> Iterator[Database]:
        """Look into the database itself."""
        database = Database(self.reach or self.url)
        try:
            yield database
        finally:
            database.close()

    def waiting(self) -> int:
        """Return how many deliveries wait to be processed."""
        with self.looking() as database:
            return int(database.rows(WAITING)[0][0])

    def statuses(self) -> dict[str, str]:
        """Return what became of each delivery, by its GUID."""
        with self.looking() as database:
            return dict(database.rows(STATUSES))

    def wait_processed(self, patience: float = CATCHING_UP) -> None:
        """Wait until nothing waits. Raises AssertionError when that does not come about in time."""
        until(lambda: self.waiting() == 0, patience=patience)

    def judge(self, fault: str, load: Load, **facts: float | str) -> Verdict:
        """Hold what is there, now that all was sent and processed, against an undisturbed run of the same."""
        verdict = Verdict(fault, self.database, acknowledged=len(load.acknowledged), facts=dict(facts))
        statuses = self.statuses()
        guids = {load.teller(number).guid for number in load.acknowledged}
        verdict.lost = sorted(guid for guid in guids if statuses.get(guid) not in {"done", "ignored"})
        verdict.broken += sorted(set(load.unsaid))
        with self.looking() as database:
            found = state_of(database)
        self.compare(verdict, found, undisturbed(load.acknowledged, teller=load.teller))
        verdict.broken += self.check()
        return verdict

    @staticmethod
    def compare(verdict: Verdict, found: State, expected: State) -> None:
        """Note in a verdict what two states do not share."""
        rows = differences(found, expected)
        verdict.missing += [row for row in rows if row.startswith("- ")]
        verdict.doubled += [row for row in rows if row.startswith("+ ")]

    def check(self) -> list[str]:
        """Return the faults that ``whichrun check`` finds, once there is such a command."""
        if "check" not in COMMANDS:
            return []
        result = self.whichrun("check", "--json")
        try:
            faults = json.loads(result.stdout)["faults"]
        except (ValueError, KeyError):
            return [f"whichrun check: {result.stderr.strip() or result.stdout.strip()}"]
        return [f"whichrun check: {fault}" for fault in faults]

    def whichrun(self, *arguments: str, settings: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """Run a command of the service, in its folder and with its settings."""
        given = self.settings | {"WHICHRUN_DATABASE_URL": self.reach or self.url} | dict(settings or {})
        return subprocess.run(
            [*COMMAND, *arguments], cwd=self.folder, env=environment(given), capture_output=True, text=True,
            check=False, timeout=300,
        )  # fmt: skip


@contextmanager
def ground(database: str, folder: Path, **settings: str) -> Iterator[Ground]:
    """Make a folder and an empty database for a service; leave nothing running, and no schema."""
    place = folder / f"{database}-{os.urandom(4).hex()}"
    place.mkdir()
    named = nullcontext(f"sqlite:///{place / 'store.db'}") if database == "sqlite" else postgres_url()
    with named as url:
        made = Ground(database, place, url, dict(settings))
        try:
            yield made
        finally:
            made.end()
