"""Stories of the domain are told over a real store; ``tests/store`` shows that both databases behave alike."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from store import Store, open_store
from tests.support.world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A whichrun without its web, with an empty store."""
    store = open_store(f"sqlite:///{tmp_path / 'world.db'}")
    store.migrate()
    yield World(store)
    store.close()


@pytest.fixture
def store_two(tmp_path: Path) -> Iterator[Store]:
    """A second store, for a service with other settings."""
    store = open_store(f"sqlite:///{tmp_path / 'other.db'}")
    store.migrate()
    yield store
    store.close()
