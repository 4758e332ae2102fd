"""Prints the scoreboard; exit code 1 when an exact answer is wrong, or too little was found."""

from __future__ import annotations

import argparse
import itertools
import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from resolver.model.answers import Confidence
from tests.bench.accuracy import score
from tests.bench.accuracy.kinds import KINDS
from tests.bench.accuracy.play import Outcome, batches, play, scratch

SIZE = 200
"""Stories in one store."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Play, count, print; return the exit code."""
    asked = _read(arguments)
    begun = time.monotonic()
    outcomes = run(asked.seed, asked.kinds, at_least=asked.feedback, database=asked.database)
    ours, plain = score.scores(outcomes)
    _say(score.table(ours, plain))
    cases = ", ".join(f"{count:,} {case}" for case, count in sorted(ours.cases.items()))
    took = time.monotonic() - begun
    _say(
        f"\nCommit {_commit()}; {len(outcomes):,} pieces of feedback of {len(asked.kinds)} kinds "
        f"({cases}), seed {asked.seed}, {took:.0f} s."
    )
    if asked.by_kind:
        _say(f"\n{score.by_kind(outcomes)}")
    for confidence in [Confidence.EXACT] + [Confidence.INFERRED, Confidence.UNRESOLVED] * asked.all_wrong:
        for outcome in score.wrong(outcomes, confidence):
            _say(f"\nNot right: {score.full(outcome)}")
    return 0 if ours.holds else 1


def run(seed: int, kinds: Sequence[str], *, at_least: int, database: str | None = None) -> list[Outcome]:
    """Play so many pieces of feedback or some more, the same ones for the same seed and kinds."""
    outcomes: list[Outcome] = []
    size = min(SIZE, max(at_least // 4, 1))
    context = multiprocessing.get_context("spawn")
    # The folder is ours, so that nothing stays of workers that are ended early.
    with scratch() as folder, context.Pool(1 if database else os.cpu_count()) as pool:
        work = batches(seed, kinds, size=size, folder=Path(folder), database=database)
        # A round at a time: the pool would take in work without end.
        while len(outcomes) < at_least:
            for played in pool.imap(play, itertools.islice(work, 2 * (os.cpu_count() or 1))):
                outcomes += played if len(outcomes) < at_least else []
    return outcomes


def _read(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.accuracy", description=__doc__)
    parser.add_argument("--feedback", type=int, default=10_000, help="how many pieces of feedback, at least")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kinds", help="only these, divided by commas")
    parser.add_argument("--database", help="a URL of an empty database instead of SQLite in a folder of its own")
    parser.add_argument("--by-kind", action="store_true", help="print a line for each kind")
    parser.add_argument("--all-wrong", action="store_true", help="print inferred and missing answers in full, too")
    asked = parser.parse_args(arguments)
    asked.kinds = asked.kinds.split(",") if asked.kinds else sorted(KINDS)
    if unknown := set(asked.kinds) - set(KINDS):
        parser.error(f"there are no kinds named {', '.join(sorted(unknown))}")
    return asked


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def _commit() -> str:
    """Name the commit that is measured."""
    try:
        shown = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=12"],
            cwd=Path(__file__).parent,
            capture_output=True,
            check=True,
            text=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return shown.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
