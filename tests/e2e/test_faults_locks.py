"""Another program holds SQLite's writer."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.torture.faults.locks import SHORT, locks


# A delivery waits with its batch, and then once more alone, behind others.
@pytest.mark.parametrize("seconds", [SHORT, 30.0])
def test_a_foreign_lock_is_waited_for_and_outlived(seconds: float, tmp_path: Path) -> None:
    """While another program writes, deliveries wait, and are refused after some seconds; then all goes on by itself."""
    verdict = locks("sqlite", tmp_path, seconds=seconds, most=40)
    assert verdict.is_clean, str(verdict)
