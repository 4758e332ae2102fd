"""The project's own files, for tests that hold the tree to its rules."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
ROOMS = ("receiver", "resolver", "store", "migrations")
_COMPUTED = frozenset({"build", "dist", "htmlcov", "__pycache__"})
_KEPT_HIDDEN = frozenset({".ci", ".editorconfig", ".gitignore"})


def files(*suffixes: str, under: Path = ROOT) -> Iterator[Path]:
    """Yield the files that are committed (or will be) with one of some suffixes; without any, all of them."""
    for path in sorted(under.iterdir()):
        if path.name in _COMPUTED or path.name.endswith(".egg-info") or _is_private(path):
            continue
        if path.is_dir():
            yield from files(*suffixes, under=path)
        elif not suffixes or path.suffix in suffixes:
            yield path


def pyproject() -> dict[str, Any]:
    """Return ``pyproject.toml`` as a dictionary."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def _is_private(path: Path) -> bool:
    return path.name.startswith((".", "whichrun.db")) and path.name not in _KEPT_HIDDEN
