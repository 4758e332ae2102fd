"""The figures that were kept last: ``deploy/benchmarks.json``, and the document that is made of it.

Each section says when, at which commit and on what machine it was taken, since they may be taken one by one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from tests.bench.figure import Figure
from tests.support.tree import ROOT

FILE = ROOT / "deploy" / "benchmarks.json"

_DEFAULTS = {one.name: one.default for one in fields(Figure)}


@dataclass(frozen=True, slots=True)
class Taken:
    """The figures of one section, and how they came to be: ``busy`` is how many others were at work (load average)."""

    at: str
    commit: str
    machine: Mapping[str, str]
    busy: float
    figures: tuple[Figure, ...]


Kept = dict[str, Taken]
"""By the sections' names."""


def read(path: Path = FILE) -> Kept:
    """Return what was kept; nothing where nothing ever was."""
    if not path.exists():
        return {}
    document: dict[str, Any] = json.loads(path.read_text())
    return {
        name: Taken(**one | {"figures": tuple(Figure(**figure) for figure in one["figures"])})
        for name, one in document["sections"].items()
    }


def write(kept: Kept, path: Path = FILE) -> None:
    """Keep figures."""
    sections = {name: asdict(taken) | {"figures": list(map(_written, taken.figures))} for name, taken in kept.items()}
    path.write_text(json.dumps({"sections": sections}, indent=1, ensure_ascii=False) + "\n")


def last(kept: Kept) -> dict[str, Figure]:
    """Return every figure that was kept, by its key."""
    return {figure.key: figure for taken in kept.values() for figure in taken.figures}


def _written(figure: Figure) -> dict[str, Any]:
    values = {name: value for name, value in asdict(figure).items() if value != _DEFAULTS[name]}
    if figure.ratio is not None:
        values["ratio"] = float(f"{figure.ratio:.4g}")
    return values
