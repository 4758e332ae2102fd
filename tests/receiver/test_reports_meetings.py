"""What two transactions do at once that do not know of each other: whichever is second sees what the first one kept."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from resolver.payloads import envelope
from tests.support.api import NOON, REPOSITORY, REPOSITORY_ID, Api, open_api
from tests.support.deliveries.pulls import pull_request
from tests.support.deliveries.values import Repo

RUN = "span-1"
PULL = f"https://github.com/{REPOSITORY}/pull/5"
MOMENT = 1.0
"""Seconds after which whoever has not come to an end is taken to be waiting."""


def append(api: Api) -> None:
    """Associate the run."""
    answer = api.post("/reports/1/entries", {"type": "task_run", "content": {"run": RUN}})
    assert answer.status_code == 201, answer.text


def edit(api: Api) -> None:
    """Turn the association of another run into one of this run."""
    answer = api.patch("/reports/1/entries/2", {"content": {"run": RUN}})
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("associate", [append, edit])
def test_a_run_is_associated_while_its_pull_request_comes_in(
    tmp_path: Path, migrated_url: str, associate: Callable[[Api], None]
) -> None:
    """The report names the pull request in the end, though neither was there when the other one began."""
    with open_api(tmp_path, database_url=migrated_url) as api:
        mark = api.register(RUN)["hidden_comment"]
        api.register("another")
        api.give(number=77)
        if associate is edit:
            api.post("/reports/1/entries", {"type": "task_run", "content": {"run": "another"}})
        intake, store = api.services.intake, api.services.store
        told = pull_request(Repo(REPOSITORY_ID, REPOSITORY), number=5, body=mark, at=NOON.isoformat())
        prepared = intake.prepare(envelope.read(told.event, told.body, "application/json"))
        taken_in, associated = threading.Event(), threading.Event()

        def take_in() -> None:
            try:
                with store.transaction(*prepared.locks) as ledger:
                    intake.apply(ledger, prepared, cause="a test")
                    taken_in.set()
                    associated.wait(MOMENT)
            finally:
                taken_in.set()
                store.close()

        taking = threading.Thread(target=take_in)
        taking.start()
        taken_in.wait()
        associate(api)
        associated.set()
        taking.join()
        assert (api.get("/reports/1").json or {})["pull_request_url"] == PULL
