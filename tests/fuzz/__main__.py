"""``python -m tests.fuzz [TARGET …] [--seconds N] [--jobs N] [--keep]`` (``make fuzz``).

Each target begins with its kept corpus and its seeds, and runs for that long in a process of its own. What it gathers
stays in ``build/fuzz`` for the next time. A fault ends with exit code 1, and is written into the kept corpus: name it
by what is wrong, mend it, and it is replayed by the tests from then on. ``--keep`` puts inputs that reach what was
reached into the kept corpus.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from tests.fuzz import registry
from tests.support.steps import lines_of
from tests.support.tree import ROOMS, ROOT

GATHERED = ROOT / "build" / "fuzz"
MOST_KEPT = 24
"""Files that ``--keep`` leaves for a target; faults are kept beside them, however many there are."""
LARGEST_KEPT = 2048
"""Bytes of a file that is kept."""
SLOWEST = 300
"""Seconds that one input may take, on a machine that may be busy with other things."""
_FIGURES = re.compile(r"^#(\d+)\s+DONE\s+cov: (\d+) ft: (\d+) corp: (\d+)", re.MULTILINE)


def main(arguments: Sequence[str] | None = None) -> int:
    """Fuzz; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=(__doc__ or "").partition("\n\n")[2])
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"of: {', '.join(registry.names())}")
    parser.add_argument("--seconds", type=int, default=120, help="how long each target runs")
    parser.add_argument("--jobs", type=int, default=2, help="how many targets run at a time")
    parser.add_argument("--keep", action="store_true", help="renew the kept corpus by what was reached")
    given = parser.parse_args(arguments)
    unknown = sorted(set(given.targets) - set(registry.names()))
    if unknown:
        parser.error(f"no such target: {', '.join(unknown)}")
    with ThreadPoolExecutor(given.jobs) as threads:
        chosen = given.targets or registry.names()
        outcomes = list(threads.map(lambda name: _fuzz(name, given.seconds, keep=given.keep), chosen))
    return int(not all(outcomes))


def _fuzz(name: str, seconds: int, *, keep: bool) -> bool:
    """Run a target, and say what came of it; true when nothing was found."""
    target = registry.load(name)
    gathered, found = GATHERED / name, GATHERED / f"{name}-found"
    for folder in (gathered, found, target.corpus):
        folder.mkdir(parents=True, exist_ok=True)
    for seed in target.seeds:
        (gathered / hashlib.sha256(seed).hexdigest()[:16]).write_bytes(seed)
    words = GATHERED / f"{name}.words"
    words.write_text("".join(f'"{_escaped(word)}"\n' for word in target.words))
    ran = _drive(
        name, str(gathered), str(target.corpus), f"-max_total_time={seconds}", f"-timeout={SLOWEST}",
        f"-artifact_prefix={found}/", f"-dict={words}", "-print_final_stats=1", "-rss_limit_mb=2048",
    )  # fmt: skip
    figures = _FIGURES.search(ran.stderr)
    if ran.returncode == 0 and figures:
        inputs, lines, features, corpus = figures.groups()
        _say(f"{name}: {inputs} inputs, {lines} edges, {features} features, {corpus} kept by libFuzzer: no fault")
        if keep:
            _keep(target, gathered)
        return True
    _say(f"{name}: FAULT\n{ran.stdout[-4000:]}\n{ran.stderr[-6000:]}")
    for path in found.iterdir():
        path.replace(target.corpus / f"fault-{path.name}")
        _say(f"{name}: kept as {target.corpus.relative_to(ROOT)}/fault-{path.name}")
    return False


def _keep(target: registry.Target, gathered: Path) -> None:
    """Renew what is kept: few inputs that together reach every line that was reached; of equals, the smallest."""
    kept = [path for path in target.kept() if not path.name.startswith("fault-")]
    small = {path.read_bytes() for path in (*gathered.iterdir(), *kept) if path.stat().st_size <= LARGEST_KEPT}
    for path in kept:
        path.unlink()
    covers = {content: lines_of(partial(target.check, content), ROOMS) for content in sorted(small)}
    for _ in range(MOST_KEPT):
        best = max(covers, key=lambda one: (len(covers[one]), -len(one), one), default=b"")
        reached = set(covers.get(best, ()))
        if not reached:
            break
        (target.corpus / hashlib.sha256(best).hexdigest()[:16]).write_bytes(best)
        covers = {content: lines - reached for content, lines in covers.items()}


def _drive(name: str, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.fuzz.drive", name, *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, errors="replace", check=False)


def _escaped(word: str) -> str:
    """Write a word as libFuzzer's dictionaries have it."""
    return "".join(f"\\x{byte:02x}" for byte in word.encode("utf-8", "surrogateescape"))


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
