"""The demonstration as a person runs it: real processes, real HTTP, nothing left behind."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.support.service import until
from tests.support.tree import ROOT

PATIENCE = 60.0
"""Seconds; the demonstration takes a few, on a busy machine more."""

REACHED = {
    "do not flag loops over a constant": ("pr-reviewer", "artifact_parent_comment", "exact", "new"),
    "answer such questions yourself": ("pr-reviewer", "artifact_review", "exact", "new"),
    "name the magic number": ("coder", "commit_artifact", "exact", "new"),
    "keep commits under 200 lines": ("coder", "direct", "exact", "new"),
    "shorter sentences, please": (None, "commit_artifact", "unresolved", "new"),
    "do not introduce yourself": (None, "commit_artifact", "unresolved", "new"),
    "ask for an example first": ("triager", "inferred", "inferred", "new"),
    "approve everything": (None, None, None, "ignored"),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return an empty folder, the only place for temporary files."""
    (tmp_path / "temporary").mkdir()
    return tmp_path


def start(folder: Path, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    """Start the demonstration in a folder, with no settings of its surroundings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WHICHRUN_")}
    kept |= {"TMPDIR": str(folder / "temporary"), "PYTHONPATH": str(ROOT), **environment}
    return subprocess.Popen(
        [sys.executable, "-m", "receiver.cli", "demo", *arguments],
        cwd=folder,
        env=kept,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def run(folder: Path, *arguments: str, **environment: str) -> tuple[int, str, str]:
    """Run the demonstration to its end; return exit code, standard output and standard error."""
    process = start(folder, *arguments, **environment)
    out, err = process.communicate(timeout=PATIENCE)
    return process.returncode, out, err


def left_behind(folder: Path) -> list[str]:
    """Return the files that are left, and the processes that still work among them."""
    files = [path.name for path in (folder / "temporary").iterdir()]
    return files + [f"process {pid}" for pid in working_below(folder)]


def working_below(folder: Path) -> Iterator[str]:
    """Return the ids of the processes whose working folder is in this one (or was, before it was removed)."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if str((process / "cwd").readlink()).startswith(str(folder / "temporary")):
                yield process.name
        except OSError:
            continue  # ended meanwhile, or another user's


def test_every_feedback_reaches_the_run_that_the_story_says(folder: Path) -> None:
    """Each piece of feedback reaches its run by its step; what may not be resolved is not, and says why."""
    code, out, err = run(folder, "--json")
    assert (code, err) == (0, "")
    rows = json.loads(out)["feedback"]
    assert {row["says"]: (row["agent"], row["mode"], row["confidence"], row["status"]) for row in rows} == REACHED
    assert all(row["as_told"] and row["because"] for row in rows)
    because = {row["says"]: row["because"] for row in rows}
    assert "is a copy" in because["do not introduce yourself"]
    assert "no signed agent attribution" in because["shorter sentences, please"]
    assert "mallory may not give feedback" in because["approve everything"]
    until(lambda: not left_behind(folder))  # what was killed takes a moment to be gone


def test_the_table_reads_well_without_colour_at_100_columns(folder: Path) -> None:
    """In a pipe the table is plain text of at most 100 columns, and names each run, its evidence and the way on."""
    code, out, err = run(folder, COLUMNS="100")
    assert (code, err) == (0, "")
    assert "\x1b" not in out
    assert max(map(len, out.splitlines())) <= 100
    words = " ".join(out.split())
    for text in ("maya: ", "pr-reviewer", "coder", "triager", "no run", "artifact_review", "exact", "ignored"):
        assert text in words
    assert "whichrun init" in words


def test_serve_goes_on_until_it_is_interrupted(folder: Path) -> None:
    """With --serve the service answers at the printed address to the printed token, until Ctrl-C ends it all."""
    process = start(folder, "--serve")
    try:
        shown = ""
        assert process.stdout is not None
        while (found := re.search(r"Bearer (\S+)\" (http://[\d.:]+)/", shown)) is None:
            line = process.stdout.readline()
            assert line, process.communicate()[1]
            shown += line
        token, address = found.groups()
        answer = requests.get(f"{address}/v1/feedback", headers={"Authorization": f"Bearer {token}"}, timeout=10)
        assert len(answer.json()["items"]) == len(REACHED)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE)
        assert process.returncode == 0
    finally:
        process.kill()
        process.communicate()
    until(lambda: not left_behind(folder))  # what was killed takes a moment to be gone


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_nothing_is_left_when_it_is_stopped_halfway(folder: Path, number: signal.Signals) -> None:
    """Ctrl-C, SIGTERM or a closed terminal, at a moment when the service is starting: everything is cleaned up."""
    process = start(folder)
    try:
        deadline = time.monotonic() + PATIENCE
        while not list((folder / "temporary").glob("*/service.log")):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.send_signal(number)
        _, err = process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
        process.communicate()
    assert process.returncode != 0
    assert "Traceback" not in err
    until(lambda: not left_behind(folder))  # what was killed takes a moment to be gone


BROKEN = """
import os, sys
if sys.orig_argv[-1] == "serve":
    os.write(2, b"the disk is made of cheese\\n")
    os._exit(7)
"""


def test_a_service_that_does_not_start_shows_its_log(folder: Path) -> None:
    """When the service ends at its start, the demonstration fails with the service's own words, and cleans up."""
    (folder / "faults").mkdir()
    (folder / "faults" / "sitecustomize.py").write_text(BROKEN)
    path = os.pathsep.join([str(folder / "faults"), str(ROOT)])
    code, out, err = run(folder, PYTHONPATH=path)
    assert (code, out) == (1, "")
    assert "exit code 7" in err
    assert "the disk is made of cheese" in err
    assert "Traceback" not in err
    until(lambda: not left_behind(folder))  # what was killed takes a moment to be gone


def test_settings_around_do_not_reach_the_demonstration(folder: Path) -> None:
    """Whatever is set around it, even nonsense, the demonstration runs with settings of its own and no .env."""
    (folder / ".env").write_text("WHICHRUN_NO_SUCH_SETTING=1\n")
    code, _, err = run(folder, "--json", WHICHRUN_DATABASE_URL="nonsense://", HTTP_PROXY="http://127.0.0.1:9")
    assert (code, err) == (0, "")
