"""A delivery that nobody gets through."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.torture.faults.poisons import poisons


@pytest.mark.parametrize(("database", "how", "tries"), [("sqlite", "kills_its_worker", 2), ("postgresql", "fails", 10)])
def test_a_poison_is_dead_after_ten_tries_and_others_go_on(database: str, how: str, tries: int, tmp_path: Path) -> None:
    """It is set aside after ten tries, those behind it are done, and replayed by a sound service it is done too."""
    verdict = poisons(database, tmp_path, how=how, most=24, tries=tries)
    assert verdict.is_clean, str(verdict)
