"""What was lost over hundreds of ``kill -9``: not measured here, but cited from what ``make torture`` found last.

That takes an hour. Its result stands in ``deploy/torture.json``, for each database (``SQLite``, ``PostgreSQL``)::

    {"SQLite": {"at": "2026-10-01", "commit": "abc1234", "kills": 300, "acknowledged": 100000, "lost": 0, "doubled": 0}}

``make torture ARGS="kills --keep"`` writes it (``tests.torture.kept``).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.bench.figure import Figure, Scale
from tests.torture.kept import FILE

DATABASES = ("SQLite", "PostgreSQL")
KILLS = 300
"""That a result has to speak of (SPEC §11)."""


def figures(_scale: Scale, path: Path = FILE) -> Iterator[Figure]:
    """Yield a row for each database; left out where nothing was kept, or after fewer kills."""
    found: dict[str, dict[str, Any]] = json.loads(path.read_text()) if path.exists() else {}
    for database in DATABASES:
        key, name = f"kills.{database}", f"acknowledged deliveries lost or doubled over {KILLS} kills, {database}"
        one = found.get(database)
        if one is None or one["kills"] < KILLS:
            reason = "make torture has kept no result" if one is None else f"only {one['kills']} kills were made"
            yield Figure(key=key, name=name, goal=0, more=False, left_out=f"{reason} ({path.name})")
            continue
        yield Figure(
            key=key,
            name=name,
            here=f"{one['lost']} lost, {one['doubled']} doubled",
            against=f"of {one['acknowledged']:,}; {one['kills']} kills (commit {one['commit']}, {one['at']})",
            ratio=(one["lost"] + one["doubled"]) / one["acknowledged"],
            goal=0,
            more=False,
        )
