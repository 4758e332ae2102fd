"""Housekeeping: what was kept for its time is dropped, with or without an App, by one worker at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from receiver.housekeeping import tidy_once
from store.pruning import forgotten_changes
from tests.support.api import Api, open_api


@pytest.fixture
def api(tmp_path: Path, migrated_url: str) -> Iterator[Api]:
    """Open an API over a store of either kind."""
    with open_api(tmp_path, database_url=migrated_url) as opened:
        yield opened


def test_it_is_taken_in_turns(api: Api) -> None:
    """It is due at once, then not before an hour has passed."""
    assert tidy_once(api.services) == 0
    assert tidy_once(api.services) is None
    api.wait(hours=1)
    assert tidy_once(api.services) == 0


def test_old_changes_go_and_it_is_remembered_how_far(api: Api) -> None:
    """Changes of more than 30 days ago go, but for the newest; ids go on from there, and the gap is known."""
    for one in range(3):
        api.give(id=900 + one)
    with api.services.store.snapshot() as catalogue:
        ids = [change.id for change in catalogue.changes("default", after=0, limit=10)]
    assert len(ids) == 3
    tidy_once(api.services)
    api.now = api.now.replace(year=api.now.year + 10)  # the log has the database's own time
    assert tidy_once(api.services) == 2
    with api.services.store.snapshot() as catalogue:
        assert [change.id for change in catalogue.changes("default", after=0, limit=10)] == ids[2:]
        assert forgotten_changes(catalogue, "default") == ids[1]
    api.give(id=910)
    with api.services.store.snapshot() as catalogue:
        assert catalogue.newest_change("default") > ids[2]
