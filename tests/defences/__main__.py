"""``python -m tests.defences [WORD …] [--jobs N]`` (``make prove-defences``): each defence is seen to be needed.

In a copy of the tree all tests pass that the table names. Then each defence is taken out, alone, and its test has to
fail: as a test that fails, not as one that cannot be run. Words choose the threats that hold one of them. The libraries
are imported once: each test runs in a fork of this process, which has none of the project's own modules yet.
"""

from __future__ import annotations

import argparse
import importlib
import itertools
import os
import re
import shutil
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

import pytest

from tests.defences.table import DEFENCES, Defence
from tests.support.tree import ROOMS, ROOT, files

LIBRARIES = ("pydantic", "flask", "peewee", "requests", "markdown_it", "cryptography", "click", "psycopg")
_PYTEST = (
    "-q", "--no-header", "--tb=no", "--color=no", "-p", "no:cacheprovider", "-p", "no:randomly", "-p", "no:xdist",
    "-p", "no:schemathesis",
)  # fmt: skip
_FAILED = re.compile(r"\b[1-9]\d* failed\b")
Outcome = tuple[int, str]
"""A test run's exit code (None of it: it did not end), and the last line that it printed."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Prove the defences; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.defences", description=(__doc__ or "").partition("\n\n")[2])
    parser.add_argument("words", nargs="*", help="words of the threats to look at; all without")
    parser.add_argument("--jobs", type=int, default=2, help="how many are looked at a time")
    given = parser.parse_args(arguments)
    chosen = [one for one in DEFENCES if not given.words or any(word in one.threat for word in given.words)]
    for name in LIBRARIES:
        importlib.import_module(name)
    with tempfile.TemporaryDirectory(prefix="defences-") as name:
        folder = Path(name)
        _copy(folder / "intact")
        code, last = next(_run_all([(folder / "intact", sorted({one.test for one in chosen}))], jobs=1))[1]
        _say(f"with all defences: {last}")
        if code:
            return 1
        taken_out = ((one, _mutant(folder, one)) for one in chosen)  # each copy is made when its turn comes
        runs = ((place, [one.test]) for one, place in taken_out if place is not None)
        proven = 0
        for place, (code, last) in _run_all(runs, jobs=given.jobs):
            failed = code == 1 and _FAILED.search(last) is not None and "error" not in last
            _say(f"{'proven     ' if failed else 'NOT PROVEN '} {place.name}: {last}")
            proven += failed
            shutil.rmtree(place)
    _say(f"{proven} of {len(chosen)} defences: each was taken out, and its test failed")
    return int(proven != len(chosen))


def without(defence: Defence, root: Path = ROOT) -> str:
    """Return the text of a defence's file when that is taken out. Raises ValueError when it does not stand there."""
    text = (root / defence.file).read_text()
    times = text.count(defence.old) if defence.old else 0
    if times != 1:
        raise ValueError(f"{defence.threat}: what is to be taken out of {defence.file} stands there {times} times")
    return text.replace(defence.old, defence.new)


def _mutant(folder: Path, defence: Defence) -> Path | None:
    """Make a copy of the tree without a defence; None when that cannot be, which is said."""
    intact, place = folder / "intact", folder / defence.threat.replace("/", " ")
    try:
        mutated = without(defence, intact)
        if defence.file.endswith(".py"):
            compile(mutated, defence.file, "exec")
    except (ValueError, SyntaxError) as error:
        _say(f"NOT PROVEN  {defence.threat}: {error}")
        return None
    shutil.copytree(intact, place)  # with what was compiled for the first run
    (place / defence.file).write_text(mutated)
    return place


def _copy(folder: Path) -> None:
    """Copy the tree, as far as it is committed or will be."""
    for path in files():
        target = folder / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target)


def _run_all(runs: Iterable[tuple[Path, list[str]]], *, jobs: int) -> Iterator[tuple[Path, Outcome]]:
    """Run tests, each in the copy of the tree that stands before them, some at a time; yield how each ended."""
    waiting, at_work = iter(runs), dict[int, tuple[Path, Path]]()
    while True:
        for place, tests in itertools.islice(waiting, jobs - len(at_work)):
            said = place.with_name(f"{place.name}.log")
            at_work[_fork(partial(_pytest, place, tests), said)] = (place, said)
        if not at_work:
            return
        number, status = os.wait()
        place, said = at_work.pop(number)
        lines = said.read_text(errors="replace").strip().splitlines()
        yield place, (os.waitstatus_to_exitcode(status), lines[-1] if lines else "")


def _fork(work: Callable[[], int], said: Path) -> int:
    """Do some work in a fork of this process, whose output goes to a file; return its id."""
    number = os.fork()
    if number:
        return number
    code = 70
    try:
        output = os.open(said, os.O_WRONLY | os.O_CREAT, 0o600)
        os.dup2(output, 1)
        os.dup2(output, 2)
        code = work()
    except BaseException:  # noqa: BLE001 - nothing of this process may go on behind it
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _pytest(place: Path, tests: list[str]) -> int:
    """Run tests in a copy: what they import is the copy's, in the processes that they start too."""
    for name in [name for name in sys.modules if name.partition(".")[0] in {*ROOMS, "tests"}]:
        del sys.modules[name]
    sys.path[:] = [str(place), *(path for path in sys.path if Path(path or ".").resolve() != ROOT)]
    os.environ["PYTHONPATH"] = str(place)
    os.chdir(place)
    return int(pytest.main([*_PYTEST, *tests]))


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
