"""The disk is full, and has room again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.torture.faults import disks as of_disks
from tests.torture.faults.disks import disks
from tests.torture.ground import DATABASES


@pytest.mark.parametrize("database", DATABASES)
def test_a_full_disk_refuses_and_loses_nothing(database: str, tmp_path: Path) -> None:
    """While the disk is full deliveries are refused with 503 and ``Retry-After``; with room, all goes on by itself."""
    if database == "postgresql" and not of_disks.may_mount():
        pytest.skip("a small disk for PostgreSQL needs root")
    verdict = disks(database, tmp_path, count=1, most=60)
    assert verdict.is_clean, str(verdict)


def test_without_root_files_that_may_not_grow_are_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no disk can be mounted, a limit on the size of files shows the same."""
    monkeypatch.setattr(of_disks, "may_mount", lambda: False)
    verdict = disks("sqlite", tmp_path, count=1, most=60)
    assert verdict.is_clean, str(verdict)
