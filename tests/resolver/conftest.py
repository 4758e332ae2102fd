"""Stories of the domain are told over a real store, of either kind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from store import Store, open_store
from tests.support.databases import fresh_sqlite
from tests.support.world import World


@pytest.fixture
def world(store: Store) -> World:
    """A whichrun without its web, with an empty store."""
    return World(store)


@pytest.fixture
def store_two(tmp_path: Path) -> Iterator[Store]:
    """A second store, for a service with other settings."""
    opened = open_store(fresh_sqlite(tmp_path / "other.db"))
    yield opened
    opened.close()
