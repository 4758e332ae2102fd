"""A backup beside a running service, and the way back from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.torture.faults.backups import backups
from tests.torture.ground import DATABASES


@pytest.mark.parametrize("database", DATABASES)
def test_a_backup_holds_what_was_acknowledged_before_it(database: str, tmp_path: Path) -> None:
    """Restored, it holds what was acknowledged before it began; what came later comes again, and nothing is doubled."""
    verdict = backups(database, tmp_path, most=60)
    assert verdict.is_clean, str(verdict)
