from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from receiver.keeper import ending
from tests.support.processes import is_running
from tests.support.service import PATIENCE, until
from tests.support.tree import ROOT

KEEPER = """
import sys
from receiver import keeper, logs
logs.configure("text")
keeper.FIRST_PAUSE, keeper.LONGEST_PAUSE, keeper.GRACE_SECONDS = 0.001, 0.05, float(sys.argv[2])
child = keeper.Child("thing", [sys.executable, "-c", sys.argv[1], *sys.argv[3:]])
code = keeper.keep([child])
keeper.stop([child])
sys.exit(code)
"""

CHILD = """
import argparse, os, signal, sys, time
from pathlib import Path
from receiver import lineage
parser = argparse.ArgumentParser()
parser.add_argument("folder", type=Path)
lineage.add_arguments(parser)
given = parser.parse_args()
lineage.die_with(given.parent)
def started(ready=True):
    if ready:
        lineage.say_ready(given.ready_fd)
    (given.folder / f"{time.monotonic_ns()}.part").write_text(str(os.getpid()))
    for part in given.folder.glob("*.part"):
        part.rename(part.with_suffix(".pid"))
"""


@contextmanager
def keeper(folder: Path, child: str, *, grace: float = PATIENCE) -> Iterator[subprocess.Popen[bytes]]:
    """Run a keeper of one child, whose code is given; end it afterwards."""
    code = CHILD + textwrap.dedent(child)
    command = [sys.executable, "-c", KEEPER, code, str(grace), str(folder)]
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, stderr=log) as process,
    ):
        try:
            yield process
        finally:
            process.kill()


def starts(folder: Path) -> Sequence[int]:
    """Return the process ids of all children so far, in order."""
    return [int(path.read_text()) for path in sorted(folder.glob("*.pid"))]


def test_what_never_comes_up_ends_the_service(tmp_path: Path) -> None:
    """A child that dies five times without having been ready is given up, and said so."""
    with keeper(tmp_path, "started(ready=False); sys.exit(3)") as process:
        assert process.wait(PATIENCE) == 1

    assert len(starts(tmp_path)) == 5
    written = (tmp_path / "log").read_text()
    assert "exit code 3" in written
    assert "does not come up" in written


def test_what_dies_later_is_started_again(tmp_path: Path) -> None:
    """A child that was ready before it died is started again, however often."""
    with keeper(tmp_path, "started(); os.kill(os.getpid(), signal.SIGKILL)") as process:
        until(lambda: len(starts(tmp_path)) > 7)
        assert process.poll() is None

    assert "SIGKILL" in (tmp_path / "log").read_text()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_lets_the_child_finish(number: signal.Signals, tmp_path: Path) -> None:
    """On a signal the child gets SIGTERM and time; the exit code is 0."""
    child = """
    def finish(*_):
        time.sleep(0.2)
        (given.folder / "finished").touch()
        sys.exit(0)
    signal.signal(signal.SIGTERM, finish)
    started()
    while True:
        signal.pause()
    """
    with keeper(tmp_path, child) as process:
        until(lambda: starts(tmp_path))
        process.send_signal(number)
        assert process.wait(PATIENCE) == 0

    assert (tmp_path / "finished").exists()
    assert len(starts(tmp_path)) == 1


def test_a_child_that_does_not_finish_is_killed(tmp_path: Path) -> None:
    """A child that ignores SIGTERM is killed when its time is over."""
    child = """
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    started()
    while True:
        signal.pause()
    """
    with keeper(tmp_path, child, grace=0.1) as process:
        until(lambda: starts(tmp_path))
        process.terminate()
        assert process.wait(PATIENCE) == 0

    assert not is_running(starts(tmp_path)[0])


def test_no_child_outlives_a_killed_keeper(tmp_path: Path) -> None:
    """When the keeper is killed, its child gets SIGTERM from the kernel."""
    with keeper(tmp_path, "started(); time.sleep(600)") as process:
        [child] = until(lambda: starts(tmp_path))
        process.kill()
        process.wait()
        until(lambda: not is_running(child))


def test_endings_are_told_in_words() -> None:
    """A signal is named, an exit code is shown."""
    assert ending(-signal.SIGKILL) == "SIGKILL"
    assert ending(3) == "exit code 3"
