"""A run in which nothing goes wrong: the same deliveries, one after the other, in one process, on SQLite."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path

from receiver.app import create_app
from receiver.settings import Settings
from receiver.wiring import wire
from receiver.worker import Hand
from resolver.claims.ring import parse_ring
from tests.support.databases import fresh_sqlite, look_into
from tests.support.service import API_TOKEN, SIGNING_SECRET, WEBHOOK_SECRET
from tests.torture.load import Teller
from tests.torture.state import State, state_of
from tests.torture.told import runs, told


def undisturbed(numbers: Iterable[int], *, teller: Teller = told, history: bool = False) -> State:
    """Return the state that some deliveries lead to."""
    with tempfile.TemporaryDirectory(prefix="whichrun-undisturbed-") as folder:
        settings = settings_for(fresh_sqlite(Path(folder) / "undisturbed.db"))
        services = wire(settings)
        database = look_into(services.store)
        database.change("PRAGMA synchronous = off")  # nobody pulls the plug here
        client = create_app(services).test_client()
        for run in runs():
            answer = client.post("/v1/runs", json=run, headers={"Authorization": f"Bearer {API_TOKEN}"})
            assert answer.status_code == 201, answer.text
        hand = Hand(services)
        for number in sorted(numbers):
            said = teller(number)
            answer = client.post("/webhooks/github", data=said.body, headers=said.headers(WEBHOOK_SECRET))
            assert answer.status_code == 202, answer.text
            while hand.work_once():
                pass
        found = state_of(database, history=history)
        services.store.close()
        return found


def settings_for(url: str) -> Settings:
    """Return the settings of the service under torture, for a database."""
    return Settings(
        _env_file=None,
        database_url=url,
        webhook_secrets=parse_ring(WEBHOOK_SECRET, name="WHICHRUN_WEBHOOK_SECRETS"),
        signing_secrets=parse_ring(SIGNING_SECRET, name="WHICHRUN_SIGNING_SECRETS"),
        api_token=API_TOKEN,
        rate_limit=0,
    )
