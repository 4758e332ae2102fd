"""A service that asks a stand-in for GitHub, in one process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from store import Store
from tests.support.asked_world import AskedWorld, asked_world
from tests.support.github import StandIn
from tests.support.untold import Story


@pytest.fixture
def asking(store: Store, tmp_path: Path) -> Iterator[AskedWorld]:
    """A service whose App is installed on the repository of the stories."""
    with StandIn() as standing_in:
        yield asked_world(store, standing_in, tmp_path)


@pytest.fixture
def story(asking: AskedWorld, tmp_path: Path) -> Story:
    """A repository on disk."""
    return Story(asking, tmp_path)
