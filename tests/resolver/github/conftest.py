"""A stand-in for GitHub with one repository, in which the App is installed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.clone import Clone
from tests.support.github import StandIn


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    """An empty git repository."""
    return Clone(tmp_path / "clone.git").make()


@pytest.fixture
def stand_in(clone: Clone) -> Iterator[StandIn]:
    """GitHub with the repository acme/widgets (9001) in installation 77."""
    with StandIn() as github:
        repository = github.repository(id=9001, name="acme/widgets", clone=clone)
        github.install(id=77, account="acme", repositories=[repository])
        repository.add_issue_comment(5, 11, body="text")
        yield github
