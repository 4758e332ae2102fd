"""Services that answer, each by other means."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from store import Store
from tests.support.github import StandIn
from tests.support.written import Answering, Written, written_world


@pytest.fixture
def answering(store: Store, tmp_path: Path) -> Iterator[Answering]:
    """Make a service that answers by the means that are named."""
    with StandIn() as standing_in:

        def make(answers: str, **settings: object) -> Written:
            return written_world(store, standing_in, tmp_path, answers, **settings)

        yield make
