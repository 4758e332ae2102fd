"""What ``make torture`` found last about kills, for the table of figures: ``deploy/torture.json``.

By database (``SQLite``, ``PostgreSQL``): ``at`` (day), ``commit``, ``kills``, ``acknowledged``, ``lost``, ``doubled``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.bench.machine import commit
from tests.support.tree import ROOT
from tests.torture.verdict import Verdict

FILE = ROOT / "deploy" / "torture.json"
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


def keep(verdicts: Iterable[Verdict], path: Path = FILE) -> None:
    """Write down what became of what was acknowledged while processes were killed; other databases' stay."""
    kept: dict[str, dict[str, Any]] = json.loads(path.read_text()) if path.exists() else {}
    for one in verdicts:
        if one.fault == "kills" and one.acknowledged:
            kept[NAMES[one.database]] = {
                "at": f"{datetime.now(UTC):%Y-%m-%d}",
                "commit": commit(),
                "kills": one.facts["kills"],
                "acknowledged": one.acknowledged,
                "lost": len(one.lost) + len(one.missing) + len(one.broken),
                "doubled": len(one.doubled),
            }
    path.write_text(json.dumps(kept, indent=2, sort_keys=True) + "\n")
