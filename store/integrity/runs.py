"""Runs: the numbers that a run works on, and its sessions, are those under which it is found."""

from __future__ import annotations

import json

from resolver.model.integrity import Examined
from store.database import Database, Row
from store.integrity.portions import portions
from store.rows import text_key, to_texts

_RUNS = "SELECT n.id, n.numbers, n.sessions, n.workspace FROM run n WHERE n.id > ? ORDER BY n.id LIMIT ?"
_NUMBERS = "SELECT m.run_id, m.number FROM run_number m WHERE m.run_id BETWEEN ? AND ?"
_SESSIONS = "SELECT m.run_id, m.workspace, m.session_key FROM run_session m WHERE m.run_id BETWEEN ? AND ?"
_TOGETHER = 200


def check_runs(database: Database, examined: Examined) -> None:
    """Compare what each run says with the rows that lead to it."""
    together: dict[int, Row] = {}
    for row in portions(database, _RUNS):
        together[row[0]] = row
        if len(together) == _TOGETHER:
            _compare(database, examined, together)
            together = {}
    if together:
        _compare(database, examined, together)


def _compare(database: Database, examined: Examined, runs: dict[int, Row]) -> None:
    ends = (min(runs), max(runs))
    found: dict[int, set[int]] = {}
    for run_id, number in database.rows(_NUMBERS, ends):
        found.setdefault(run_id, set()).add(number)
    led: dict[int, set[tuple[str, bytes]]] = {}
    for run_id, workspace, key in database.rows(_SESSIONS, ends):
        led.setdefault(run_id, set()).add((workspace, bytes(key)))
    for run_id, numbers, sessions, workspace in runs.values():
        examined.checked["run"] += 1
        expected = _read(numbers)
        if expected is None:
            examined.fault("copy", "run", run_id, "its numbers cannot be read")
        elif expected != found.get(run_id, set()):
            told = (sorted(expected), sorted(found.get(run_id, set())))
            message = "its numbers are not those under which it is found"
            examined.fault("copy", "run", run_id, message, expected=told[0], found=told[1])
        if _keys(workspace, sessions) != led.get(run_id, set()):
            examined.fault("copy", "run", run_id, "its sessions are not those under which it is found")


def _keys(workspace: str, sessions: str | None) -> set[tuple[str, bytes]] | None:
    try:
        return {(workspace, text_key(session)) for session in to_texts(sessions)}
    except (ValueError, TypeError, AttributeError):
        return None


def _read(numbers: str) -> set[int] | None:
    try:
        return {int(number) for number in json.loads(numbers)}
    except (ValueError, TypeError):
        return None
