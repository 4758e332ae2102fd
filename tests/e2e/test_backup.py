"""A backup is made while deliveries go on, and restored just as the runbook says: nothing that was in it is lost."""

from __future__ import annotations

import json
import os
import re
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import requests

from store.address import without_password
from tests.support.builders import Delivery, issue_comment, minute
from tests.support.service import COMMAND, WEBHOOK_SECRET, Service, environment, running, until
from tests.support.tree import ROOT
from tests.support.world import REPO
from tests.torture.load import Load


def runbook(database: str) -> list[str]:
    """Return the commands that the runbook gives to restore a database of a kind."""
    restoring = (ROOT / "deploy" / "runbook.md").read_text().partition("To restore, ")[2]
    (item,) = re.findall(rf"^- \*\*{database}\*\*:(.*?)(?=^- |^\n|\Z)", restoring, flags=re.MULTILINE | re.DOTALL)
    return [" ".join(found.split()) for found in re.findall(r"`([^`]+)`", item) if not found.startswith("WHICHRUN_")]


def whichrun(folder: Path, settings: dict[str, str], *arguments: str) -> Any:  # noqa: ANN401 - what it prints
    """Run a command of the service in its folder; return what it answered."""
    done = subprocess.run(
        [*COMMAND, *arguments, "--json"], cwd=folder, env=environment(settings), capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr + done.stdout
    return json.loads(done.stdout)


def feedback_number(number: int) -> Delivery:
    """Write feedback with an id of its own."""
    return issue_comment(REPO, id=number + 1, body=f"/agents improve number {number}", at=minute(number / 60))


@contextmanager
def restored(folder: Path, url: str) -> Iterator[str]:
    """Restore ``copy`` by the runbook's commands, and name the database that came of it."""
    if url.startswith("sqlite"):
        for command in runbook("SQLite"):
            subprocess.run(command.replace("PATH", "copy"), shell=True, cwd=folder, check=True)  # noqa: S602
        yield url
        return
    name = f"whichrun_restored_{uuid.uuid4().hex}"
    connection, _ = without_password(url)
    given = psycopg.conninfo.conninfo_to_dict(connection)
    server = {
        "PGHOST": str(given["host"]), "PGPORT": str(given.get("port") or 5432), "PGUSER": str(given["user"]),
    }  # fmt: skip
    try:
        for command in runbook("PostgreSQL"):
            line = command.replace("NEW", name).replace("PATH", "copy")
            subprocess.run(line, shell=True, cwd=folder, check=True, env={**os.environ, **server})  # noqa: S602
        yield url.replace(f"/{given['dbname']}?", f"/{name}?", 1)
    finally:
        subprocess.run(["dropdb", "--if-exists", "--force", name], check=True, env={**os.environ, **server})


def test_what_was_acknowledged_before_is_in_it(database_url: str, tmp_path: Path) -> None:
    """All that was acknowledged before the backup began is there after the restore; the rest comes by redelivery."""
    url = "sqlite:///whichrun.db" if database_url.startswith("sqlite") else database_url
    with running(tmp_path, database_url=url) as service:
        load = Load(service.port, most=60, teller=feedback_number)
        load.send(20)
        before = set(load.acknowledged)
        with load.running():
            made = whichrun(tmp_path, service.settings, "backup", "copy")
            load.wait_all()
        settings = dict(service.settings)
        service.stop()
    assert len(before) == 20
    assert made["bytes"] > 0
    with restored(tmp_path, url) as there:
        settings["WHICHRUN_DATABASE_URL"] = there
        whichrun(tmp_path, settings, "migrate")
        assert whichrun(tmp_path, settings, "check")["faults"] == []
        again = Service(tmp_path, service.port, settings)
        try:
            again.wait_ready()
            kept = {delivery["guid"] for delivery in again.everything("/v1/deliveries")}
            assert {feedback_number(number).guid for number in before} <= kept
            for number in sorted(load.acknowledged):
                said = feedback_number(number)
                answer = requests.post(
                    f"{again.url}/webhooks/github", data=said.body, headers=said.headers(WEBHOOK_SECRET), timeout=10
                ).json()
                assert answer["status"] == ("duplicate" if said.guid in kept else "accepted")
            until(lambda: not again.everything("/v1/deliveries?status=pending"))
            urls = [one["url"] for one in again.everything("/v1/feedback")]
        finally:
            again.stop()
        assert len(urls) == len(set(urls)) == len(load.acknowledged)
        assert whichrun(tmp_path, settings, "check")["faults"] == []
