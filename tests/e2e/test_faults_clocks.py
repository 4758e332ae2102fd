"""The clock jumps."""

from __future__ import annotations

from pathlib import Path

from tests.torture.faults.clocks import clocks


def test_nothing_waits_for_a_time_that_the_clock_showed_before(tmp_path: Path) -> None:
    """After jumps by hours, forward and back, what was held or waits for its next try goes on, and nothing is lost."""
    verdict = clocks("sqlite", tmp_path, most=24)
    assert verdict.is_clean, str(verdict)
