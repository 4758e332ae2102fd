"""Runs the faults in full and prints one table: ``make torture``, ``python -m tests.torture --help``.

Exit code 1 when anything that was acknowledged is lost or doubled, or any other promise was not kept.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Final, TypeAlias

import pytest
from rich.console import Console
from rich.table import Table

from tests.torture.faults.backups import backups
from tests.torture.faults.clocks import clocks
from tests.torture.faults.crashes import crashes
from tests.torture.faults.disks import disks
from tests.torture.faults.kills import kills
from tests.torture.faults.locks import locks
from tests.torture.faults.migrations import migrations
from tests.torture.faults.networks import networks
from tests.torture.faults.outages import outages
from tests.torture.faults.poisons import poisons
from tests.torture.faults.terminations import terminations
from tests.torture.ground import DATABASES
from tests.torture.kept import keep
from tests.torture.verdict import Verdict

Fault: TypeAlias = Callable[[str, Path], Verdict]


def faults(kill_count: int, most: int, seed: int) -> dict[str, tuple[Sequence[str], list[Fault]]]:
    """Return each fault by its name: the databases that it makes sense on, and what to run there."""
    both, few = DATABASES, max(600, most // 50)
    return {
        "kills": (both, [partial(kills, count=kill_count, most=most, seed=seed)]),
        "crashes": (both, [crashes]),
        "disks": (both, [partial(disks, count=5, most=few)]),
        "locks": (("sqlite",), [partial(locks, seconds=seconds, most=few) for seconds in (3, 30)]),
        "outages": (("postgresql",), [partial(outages, count=10, most=few)]),
        "networks": (("postgresql",), [partial(networks, count=3, most=few)]),
        "poisons": (both, [partial(poisons, how=how, most=60) for how in ("kills_its_worker", "fails")]),
        "migrations": (both, [partial(migrations, rounds=20, seed=seed)]),
        "clocks": (both, [partial(clocks, most=120)]),
        "terminations": (both, [partial(terminations, count=10, most=few)]),
        "backups": (both, [partial(backups, most=few)]),
    }


NAMES: Final = tuple(faults(0, 0, 0))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what was asked for; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__.partition("\n")[0])
    parser.add_argument("faults", nargs="*", metavar="FAULT", help=f"which; all when none is named: {', '.join(NAMES)}")
    parser.add_argument("--database", choices=DATABASES, action="append", help="on which; both when none is named")
    parser.add_argument("--kills", type=int, default=300, help="how often something is killed (300)")
    parser.add_argument("--deliveries", type=int, default=100_000, help="how many are acknowledged meanwhile (100000)")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="of what is random; it is printed")
    parser.add_argument("--keep", action="store_true", help="keep what kills did, for the table of make bench")
    parser.add_argument("--folder", type=Path, help="where the databases are (a new folder for temporary files)")
    given = parser.parse_args(arguments)
    unknown = set(given.faults) - set(NAMES)
    if unknown:
        parser.error(f"no such fault: {', '.join(sorted(unknown))}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # what runs is ended in the usual way
    chosen = faults(given.kills, given.deliveries, given.seed)
    with tempfile.TemporaryDirectory(prefix="whichrun-torture-", dir=given.folder) as folder:
        verdicts = [
            _run(name, database, fault, Path(folder))
            for name in given.faults or NAMES
            for database in chosen[name][0]
            if database in (given.database or DATABASES)
            for fault in chosen[name][1]
        ]
    Console(width=None if os.isatty(1) else 140).print(_table(verdicts, given.seed))
    if given.keep:
        keep(verdict for _, verdict in verdicts if isinstance(verdict, Verdict))
    return 0 if all(verdict.is_clean for _, verdict in verdicts if isinstance(verdict, Verdict)) else 1


def _run(name: str, database: str, fault: Fault, folder: Path) -> tuple[float, Verdict | str]:
    begun = time.monotonic()
    verdict: Verdict | str
    try:
        verdict = fault(database, folder)
    except pytest.skip.Exception as reason:
        verdict = f"{name} on {database}: left out, {reason}"
    except Exception as error:  # noqa: BLE001 -- one fault that cannot be judged is told as such, and others go on
        verdict = Verdict(name, database, broken=[f"{type(error).__name__}: {error}"])
    sys.stderr.write(f"{verdict}\n")
    return time.monotonic() - begun, verdict


def _table(verdicts: list[tuple[float, Verdict | str]], seed: int) -> Table:
    title = f"What was acknowledged, and what became of it (seed {seed})"
    columns = ("fault", "database", "acknowledged", "lost", "doubled", "other faults", "facts", "seconds")
    table = Table(*columns, title=title, title_justify="left", title_style="bold")
    for seconds, one in verdicts:
        if isinstance(one, str):
            table.add_row(one, *[""] * (len(columns) - 2), f"{seconds:.0f}")
            continue
        lost, other = len(one.lost) + len(one.missing), len(one.broken)
        counts = (f"{one.acknowledged:,}", str(lost), str(len(one.doubled)), str(other))
        table.add_row(one.fault, one.database, *counts, one.told_facts(), f"{seconds:.0f}")
    return table


if __name__ == "__main__":
    sys.exit(main())
