from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from tests.support.databases import postgres_url
from tests.support.inbox import headers
from tests.support.processes import descendants, named
from tests.support.relay import Relay, relay_to
from tests.support.service import WEBHOOK_SECRET, Service, running, until

PING = b'{"zen":"Approachable is better than simple.","hook_id":1}'


@pytest.fixture
def relay() -> Iterator[tuple[Relay, str]]:
    """A relay to PostgreSQL, and the URL of an empty schema through it."""
    with postgres_url() as url:
        parts = urlsplit(url)
        with relay_to(parts.hostname or "127.0.0.1", parts.port or 5432) as relay:
            account = parts.netloc.rpartition("@")[0]
            host = f"{account}@127.0.0.1:{relay.port}" if account else f"127.0.0.1:{relay.port}"
            yield relay, parts._replace(netloc=host).geturl()


def deliver(service: Service, guid: str) -> requests.Response:
    """Post a signed ping."""
    given = headers(PING, WEBHOOK_SECRET, x_github_delivery=guid)
    return requests.post(f"{service.url}/webhooks/github", data=PING, headers=given, timeout=20)


def statuses(service: Service) -> dict[str, str]:
    """Return what became of each delivery."""
    url = f"{service.url}/v1/deliveries"
    items = requests.get(url, headers=service.authorization, timeout=20).json()["items"]
    return {item["guid"]: item["status"] for item in items}


def test_the_service_outlives_an_outage_of_its_database(relay: tuple[Relay, str], tmp_path: Path) -> None:
    """While the database is gone nothing is acknowledged and nothing ends; when it is back, everything goes on."""
    cable, url = relay
    with running(tmp_path, database_url=url) as service:
        assert deliver(service, "before").status_code == 202
        cable.cut()

        refused = deliver(service, "meanwhile")
        assert refused.status_code == 503
        assert refused.headers["Retry-After"]
        assert requests.get(f"{service.url}/readyz", timeout=20).status_code == 503
        assert requests.get(f"{service.url}/healthz", timeout=20).status_code == 200

        [worker] = named(service.process.pid, "receiver.worker")
        os.kill(worker, signal.SIGKILL)
        master = min(named(service.process.pid, "receiver.web"))
        os.kill(max(descendants(master)), signal.SIGKILL)
        until(lambda: set(named(service.process.pid, "receiver.worker")) - {worker})
        assert {deliver(service, "meanwhile").status_code for _ in range(8)} == {503}
        assert requests.get(f"{service.url}/healthz", timeout=20).status_code == 200

        cable.mend()
        until(lambda: deliver(service, "meanwhile").status_code == 202)
        until(lambda: statuses(service) == {"before": "done", "meanwhile": "done"})
        assert service.stop() == 0


def test_a_service_that_waits_for_its_database_can_be_stopped(relay: tuple[Relay, str], tmp_path: Path) -> None:
    """During an outage SIGTERM ends the service in order all the same."""
    cable, url = relay
    with running(tmp_path, database_url=url) as service:
        cable.cut()
        until(lambda: "out of reach" in service.output())

        assert service.stop() == 0
