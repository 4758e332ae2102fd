"""Migrations that are interrupted, and run at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.torture.faults.migrations import migrations
from tests.torture.ground import DATABASES


@pytest.mark.parametrize("database", DATABASES)
def test_migrators_that_are_killed_leave_nothing_half_done(database: str, tmp_path: Path) -> None:
    """After kills at random statements ``whichrun migrate`` finishes: schema and rows are as if nothing had been."""
    verdict = migrations(database, tmp_path, rounds=2)
    assert verdict.is_clean, str(verdict)
