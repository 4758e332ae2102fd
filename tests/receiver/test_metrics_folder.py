"""The folder where processes count: made, shared, gone on with, and removed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from receiver.metrics import folder as folders
from receiver.metrics.folder import PREFIX, VARIABLE
from receiver.metrics.seats import ROOM
from resolver.errors import SettingsError
from tests.support.metrics import value
from tests.support.tree import ROOT

COUNTS = """
import os, sys, time
from receiver.metrics.instruments import instruments
counted = instruments().redeliveries
for _ in range(int(sys.argv[1])):
    counted.inc()
print("counted", flush=True)
time.sleep(float(sys.argv[2]))
"""
TELLS = """
from prometheus_client import generate_latest
from receiver.metrics import scrape
from receiver.metrics.instruments import instruments
counted = instruments()
print(generate_latest(scrape._Families(scrape._counted(counted.registry, counted.folder))).decode())
"""
SHARES = """
import os, signal
from receiver.metrics import folder
made = folder.share()
if not os.fork():
    raise SystemExit  # a fork ends: what it inherited stays
os.wait()
print(made, flush=True)
signal.pause()
"""
SITS = """
import os, sys
from pathlib import Path
from receiver.metrics.seats import Seat
seat, other = Seat(Path(sys.argv[1])), Seat(Path(sys.argv[1]))
print(seat(), other(), flush=True)
if not os.fork():
    print(seat(), flush=True)
    os._exit(0)
os.wait()
print(seat())
"""
TOTAL = "whichrun_redeliveries_requested_total"


def command(code: str, *arguments: object) -> list[str]:
    """Return the command that runs some code."""
    return [sys.executable, "-c", code, *map(str, arguments)]


def around(**more: str) -> dict[str, str]:
    """Return the environment of a process of this project, in no folder unless one is given."""
    inherited = {name: text for name, text in os.environ.items() if name != VARIABLE}
    return {**inherited, "PYTHONPATH": str(ROOT), **more}


@contextmanager
def counting(folder: Path, number: int) -> Iterator[subprocess.Popen[str]]:
    """Run a process that has counted to a number, and waits; kill it in the end."""
    running = subprocess.Popen(
        command(COUNTS, number, 600), env=around(**{VARIABLE: str(folder)}), stdout=subprocess.PIPE, text=True
    )
    with running:
        try:
            assert running.stdout is not None
            assert running.stdout.readline() == "counted\n"
            yield running
        finally:
            running.kill()


def told(folder: Path) -> float:
    """Return what all processes of a folder counted."""
    done = subprocess.run(
        command(TELLS), env=around(**{VARIABLE: str(folder)}), capture_output=True, text=True, check=True
    )
    return value(done.stdout, TOTAL)


def test_processes_are_told_together(tmp_path: Path) -> None:
    """What several processes counted is added up."""
    with counting(tmp_path, 2), counting(tmp_path, 3):
        assert told(tmp_path) == 5


def test_killed_processes_take_nothing_back_and_leave_no_more_files(tmp_path: Path) -> None:
    """After a kill the next process goes on in the files of the dead one: the sum grows, the files do not."""
    with counting(tmp_path, 1):
        pass
    first = sorted(path.name for path in tmp_path.iterdir())
    for _ in range(3):
        with counting(tmp_path, 1):
            pass
    assert told(tmp_path) == 4
    assert sorted(path.name for path in tmp_path.iterdir()) == first


def test_a_fork_takes_a_seat_of_its_own(tmp_path: Path) -> None:
    """No two living processes write the same files, forked or not; room is set aside in each."""
    done = subprocess.run(command(SITS, tmp_path), env=around(), capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["0", "1", "2", "0"]
    assert {path.stat().st_size for path in tmp_path.glob("*.db")} == {ROOM}


def test_a_process_that_finds_no_place_counts_for_itself(tmp_path: Path) -> None:
    """Where the folder is gone the process says so, and works on."""
    gone = str(tmp_path / "gone")
    done = subprocess.run(
        command(COUNTS, 1, 0), env=around(**{VARIABLE: gone}), capture_output=True, text=True, check=True
    )
    assert "counts for itself alone" in done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_fresh_folder_goes_with_its_process(number: signal.Signals) -> None:
    """It is private, it goes when the process ends, and after a kill when the next service starts; not before."""
    with subprocess.Popen(
        command(SHARES), env=around(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        made = Path(process.stdout.readline().strip())
        assert made.name.startswith(PREFIX)
        assert made.stat().st_mode & 0o777 == 0o700
        folders.sweep(made.parent)
        assert made.is_dir()
        process.send_signal(number)
        process.wait()
    assert made.exists() == (number is signal.SIGKILL)
    folders.sweep(made.parent)
    assert not made.exists()


def test_a_folder_that_is_named_is_used_and_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the environment names is made where it is missing."""
    named = tmp_path / "one" / "two"
    monkeypatch.setenv(VARIABLE, str(named))
    assert folders.share() == named
    assert named.stat().st_mode & 0o777 == 0o700


def test_no_place_at_all_is_an_error_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that cannot be made names the setting that says where else."""
    (tmp_path / "file").touch()
    monkeypatch.setenv(VARIABLE, str(tmp_path / "file" / "folder"))
    with pytest.raises(SettingsError, match=VARIABLE):
        folders.share()
