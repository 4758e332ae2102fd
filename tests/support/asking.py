"""A real service with App credentials, and the GitHub stand-in that it asks (see ``places`` for what stands there).

Times follow each other from an hour before the tests began: what GitHub holds is never of the future, nor too old.
"""

from __future__ import annotations

import itertools
import os
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import requests

from tests.support.builders import Delivery
from tests.support.github import StandIn, key_pair
from tests.support.processes import descendants
from tests.support.service import PATIENCE, SECRETS, WEBHOOK_SECRET, Service, free_port, until

FIRST_REPOSITORY = 9101
_BEGIN = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
_SETTLED = 0.8
"""Seconds in which nothing happens, after which nothing is expected to."""


def when(minutes: float) -> datetime:
    """Return the time so many minutes into the story."""
    return _BEGIN + timedelta(minutes=minutes)


def at(minutes: float) -> str:
    """Return the time so many minutes into the story, as GitHub writes it."""
    return when(minutes).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class Scene:
    """A service and its GitHub, which the tests of a module share: each has a repository of its own."""

    github: StandIn
    service: Service
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(FIRST_REPOSITORY))
    """The ids of the repositories to come."""

    def get(self, path: str, **query: str | int) -> dict[str, Any]:
        """Ask the API of the service."""
        url = f"{self.service.url}/v1{path}"
        answer = requests.get(url, params=query, headers=self.service.authorization, timeout=20)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def everything(self, path: str, **query: str | int) -> list[dict[str, Any]]:
        """Read a list of the API to its end."""
        items: list[dict[str, Any]] = []
        cursor: dict[str, str] = {}
        while True:
            page = self.get(path, limit=500, **query, **cursor)
            items += page["items"]
            if page["next_cursor"] is None:
                return items
            cursor = {"cursor": page["next_cursor"]}

    def send(self, *deliveries: Delivery, status: int = 202) -> None:
        """Deliver, one after the other, as GitHub does."""
        for one in deliveries:
            answer = deliver(self.service, one)
            assert answer.status_code == status, answer.text

    def statuses(self) -> dict[str, str]:
        """Return what became of each delivery."""
        return {item["guid"]: item["status"] for item in self.everything("/deliveries")}

    def wait_processed(self) -> None:
        """Wait until no delivery is pending or failed."""
        until(lambda: not {"pending", "failed"} & set(self.statuses().values()))

    def settle(self, seconds: float = _SETTLED) -> None:
        """Wait until deliveries are processed, and GitHub has been asked nothing for a while."""
        self.wait_processed()
        deadline = time.monotonic() + PATIENCE
        seen, since = -1, time.monotonic()
        while time.monotonic() < deadline:
            count = len(self.github.requests)
            if count != seen:
                seen, since = count, time.monotonic()
            elif time.monotonic() - since > seconds:
                return
            time.sleep(0.05)
        targets = [one.target for one in self.github.requests[-20:]]
        raise AssertionError(f"GitHub is asked on and on: {targets}")

    def kill(self) -> None:
        """Kill every process of the service at once."""
        for pid in [self.service.process.pid, *descendants(self.service.process.pid)]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.service.process.wait()

    def start(self) -> None:
        """Start the service again where it was, and wait until it can do its work."""
        self.service = Service(self.service.folder, self.service.port, self.service.settings)
        self.service.wait_ready()


def deliver(service: Service, one: Delivery) -> requests.Response:
    """Post a delivery, signed, as GitHub does."""
    headers = one.headers(WEBHOOK_SECRET)
    return requests.post(f"{service.url}/webhooks/github", data=one.body, headers=headers, timeout=10)


def let_holds_end(database_url: str) -> None:
    """Let a minute pass for what a process had taken on when it was killed, so that others may go on with it."""
    changed = (f"UPDATE {table} SET held_until = 0 WHERE held_until > 0" for table in ("want", "progress"))
    if database_url.startswith("sqlite:///"):
        with closing(sqlite3.connect(database_url.removeprefix("sqlite:///"), timeout=20)) as database, database:
            for statement in changed:
                database.execute(statement)
    else:
        with psycopg.connect(database_url) as connection:
            for statement in changed:
                connection.execute(statement.encode())


def credentials(folder: Path, github: StandIn, *, key: str = "app") -> dict[str, str]:
    """Return the settings with which a service asks a stand-in; ``key`` names another key pair than the App's."""
    return {
        "github_api_url": github.url,
        "github_app_id": str(github.app.id),
        "github_private_key_file": str(key_pair(key).write(folder, f"{key}.pem")),
    }


@contextmanager
def asking(folder: Path, github: StandIn, **settings: str) -> Iterator[Scene]:
    """Run a service that asks a stand-in; ``settings`` go over the credentials (empty: not set); stop it in the end."""
    given = {"bind": f"127.0.0.1:{free_port()}", **credentials(folder, github), **settings}
    named = {f"WHICHRUN_{name.upper()}": text for name, text in given.items() if text}
    service = Service(folder, int(given["bind"].rpartition(":")[2]), {**SECRETS, **named})
    scene = Scene(github, service)
    try:
        service.wait_ready()
        yield scene
    finally:
        if scene.service.process.poll() is None:
            try:
                scene.service.stop()
            except Exception:
                scene.service.process.kill()
                scene.service.process.wait()
                raise
