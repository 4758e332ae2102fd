"""Every process is killed while logs are written: what was acknowledged is there, once, and no state is torn."""

from __future__ import annotations

import contextlib
import itertools
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import requests

from tests.support.builders import issue_comment, minute
from tests.support.service import WEBHOOK_SECRET, Service, running, until
from tests.support.world import REPO

KILLS = 2
CLIENTS = 4
ENTRIES = "/v1/reports/1/entries"


def append_until_it_ends(service: Service, numbers: Iterator[int], acknowledged: set[int], who: int) -> None:
    """Append notes, and judgments between them, until the service is gone; note which notes were acknowledged."""
    with contextlib.suppress(requests.RequestException), requests.Session() as session:
        session.headers.update(service.authorization)
        for number in numbers:
            note = {"type": "note", "content": {"note": str(number)}}
            answer = session.post(service.url + ENTRIES, json=note, timeout=10)
            if answer.status_code == 201:
                acknowledged.add(number)
            judged = {"priority": f"P{number % 5}", "explanation": f"{who} {number}"}
            session.post(service.url + ENTRIES, json={"type": "priority_judgment", "content": judged}, timeout=10)


def test_no_acknowledged_entry_is_lost_or_doubled(database_url: str, tmp_path: Path) -> None:
    """After kills under load each acknowledged entry is there once; the newest judgment is the state, and is listed."""
    folder = tmp_path / "service"
    folder.mkdir()
    acknowledged: set[int] = set()
    numbers = itertools.count(1)
    said = issue_comment(REPO, id=1, body="/agents improve it", at=minute(1))
    with running(folder, database_url=database_url, workers="2", rate_limit="0") as first:
        service = first
        headers = said.headers(WEBHOOK_SECRET)
        assert requests.post(f"{service.url}/webhooks/github", data=said.body, headers=headers, timeout=10).ok
        until(lambda: service.everything("/v1/reports"))
        for _ in range(KILLS):
            before = len(acknowledged)
            clients = [
                threading.Thread(target=append_until_it_ends, args=(service, numbers, acknowledged, who))
                for who in range(CLIENTS)
            ]
            for client in clients:
                client.start()
            until(lambda before=before: len(acknowledged) > before + 40)  # type: ignore[misc]
            service.kill()
            for client in clients:
                client.join()
            service = Service(folder, service.port, service.settings)
            service.wait_ready()
        try:
            entries = service.everything(ENTRIES)
            current = service.everything(f"{ENTRIES}?current=true")
            (report,) = service.everything("/v1/reports")
            judged = report["state"]["priority_judgment"]
            found = service.everything(f"/v1/reports?priority={judged['content']['priority']}")
        finally:
            service.stop()
    notes = Counter(int(one["content"]["note"]) for one in entries if one["type"] == "note")
    assert acknowledged <= notes.keys()
    assert set(notes.values()) == {1}
    newest = max((one for one in entries if one["type"] == "priority_judgment"), key=lambda one: one["id"])
    assert current == [newest]
    assert (judged, found) == (newest, [report])
