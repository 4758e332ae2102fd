from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from receiver import lineage
from tests.support.tree import ROOT


def run(code: str, folder: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    """Run code in a folder, with this project on the path."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, *flags, "-c", code]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_a_package_in_the_working_folder_does_not_hide_ours(tmp_path: Path) -> None:
    """A process that was not looking into the working folder starts children that do not look there either."""
    (tmp_path / "colorsys.py").write_text("raise SystemExit('the wrong colorsys')")
    code = (
        "import subprocess; from receiver import lineage; "
        "subprocess.run([*lineage.python('colorsys'), '--help'], check=True, stdout=subprocess.DEVNULL)"
    )

    assert run(code, tmp_path, "-P").returncode == 0
    assert "the wrong colorsys" in run(code, tmp_path).stderr


def test_a_process_whose_parent_is_gone_ends_at_once() -> None:
    """The parent may go before its child gets to ask for its signal: that is noticed."""
    with pytest.raises(SystemExit):
        lineage.die_with(os.getppid() + 1)


def test_a_process_on_its_own_stays() -> None:
    """Without a parent named, nothing is asked for."""
    lineage.die_with(None)


def test_being_ready_is_said_through_the_pipe() -> None:
    """One byte says that a process does its work; nobody listening is no error."""
    reading, writing = os.pipe()
    lineage.say_ready(writing)
    assert os.read(reading, 10) == b"1"
    os.close(reading)
    lineage.say_ready(writing)
    os.close(writing)
    lineage.say_ready(None)
