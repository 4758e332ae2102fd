"""Runs: the numbers that a run works on are those under which it is found."""

from __future__ import annotations

import json

from resolver.model.integrity import Examined
from store.database import Database
from store.integrity.portions import portions

_RUNS = "SELECT n.id, n.numbers FROM run n WHERE n.id > ? ORDER BY n.id LIMIT ?"
_NUMBERS = "SELECT m.run_id, m.number FROM run_number m WHERE m.run_id BETWEEN ? AND ?"
_TOGETHER = 200


def check_runs(database: Database, examined: Examined) -> None:
    """Compare what each run says with the rows that lead to it."""
    together: dict[int, str] = {}
    for run_id, numbers in portions(database, _RUNS):
        together[run_id] = numbers
        if len(together) == _TOGETHER:
            _compare(database, examined, together)
            together = {}
    if together:
        _compare(database, examined, together)


def _compare(database: Database, examined: Examined, runs: dict[int, str]) -> None:
    found: dict[int, set[int]] = {}
    for run_id, number in database.rows(_NUMBERS, (min(runs), max(runs))):
        found.setdefault(run_id, set()).add(number)
    for run_id, numbers in runs.items():
        examined.checked["run"] += 1
        expected = _read(numbers)
        if expected is None:
            examined.fault("copy", "run", run_id, "its numbers cannot be read")
        elif expected != found.get(run_id, set()):
            told = (sorted(expected), sorted(found.get(run_id, set())))
            message = "its numbers are not those under which it is found"
            examined.fault("copy", "run", run_id, message, expected=told[0], found=told[1])


def _read(numbers: str) -> set[int] | None:
    try:
        return {int(number) for number in json.loads(numbers)}
    except (ValueError, TypeError):
        return None
