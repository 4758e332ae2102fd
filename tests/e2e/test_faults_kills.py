"""Every kind of process is killed under load: what was acknowledged is there, once, and ends as if nothing had been."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.torture.faults.kills import KINDS, kills
from tests.torture.faults.terminations import terminations
from tests.torture.ground import DATABASES


@pytest.mark.parametrize("database", DATABASES)
def test_nothing_acknowledged_is_lost_or_doubled(database: str, tmp_path: Path) -> None:
    """After ``kill -9`` of each kind of process under load, the end is that of a run in which nothing was killed."""
    verdict = kills(database, tmp_path, count=len(KINDS), most=180)
    assert verdict.is_clean, str(verdict)


def test_sigterm_under_load_ends_in_order(tmp_path: Path) -> None:
    """SIGTERM under load ends every process, with exit code 0; nothing that was acknowledged is lost."""
    verdict = terminations("sqlite", tmp_path, count=1, most=90)
    assert verdict.is_clean, str(verdict)
