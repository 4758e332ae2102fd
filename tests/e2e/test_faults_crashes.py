"""A crash at every point between the arrival of a delivery and its resolution."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.torture.faults.crashes import crashes
from tests.torture.ground import DATABASES

FEEDBACK = (4,)
"""The part of a chapter that is a maintainer's remark on a pull request."""


@pytest.mark.parametrize("database", DATABASES)
def test_a_crash_between_any_two_statements_changes_nothing(database: str, tmp_path: Path) -> None:
    """Whatever statement was the last of its process, the next one ends where no crash would have: history too."""
    verdict = crashes(database, tmp_path, parts=FEEDBACK, twice=False)
    assert verdict.is_clean, str(verdict)
