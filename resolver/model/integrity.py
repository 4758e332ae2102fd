"""What ``whichrun check`` finds: rows that are not what they were, or that contradict others."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

MOST_TOLD: Final = 100
"""How many faults of one kind in one place are told one by one; the rest is counted, so that memory stays small."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault.

    ``kind`` is ``database`` (the database's own check), ``hash``, ``chain``, ``reference``, ``copy`` or
    ``resolution``; ``row`` names the row by its table and key. Texts that people wrote are never told, only hashes.
    """

    kind: str
    row: str
    message: str
    expected: str | None = None
    found: str | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """Something that is no fault, but worth knowing."""

    kind: str
    message: str


@dataclass(slots=True)
class Examined:
    """What was looked at (rows, by table), and what came of it. ``count`` holds all faults, ``faults`` those told."""

    checked: Counter[str] = field(default_factory=Counter)
    faults: list[Fault] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    count: int = 0
    _told: Counter[tuple[str, str]] = field(default_factory=Counter)

    def fault(
        self, kind: str, table: str, key: object, message: str, *, expected: object = None, found: object = None
    ) -> None:
        """Note a fault in a row; what was expected and found is told where it is given."""
        self.count += 1
        self._told[kind, table] += 1
        if self._told[kind, table] > MOST_TOLD:
            return
        told = (None if value is None else _plain(value) for value in (expected, found))
        self.faults.append(Fault(kind, f"{table} {key}", message, *told))

    def note(self, kind: str, message: str) -> None:
        """Note something that is no fault."""
        self.notes.append(Note(kind, message))

    def untold(self) -> dict[tuple[str, str], int]:
        """Return how many faults of a kind, in a table, were only counted."""
        return {key: count - MOST_TOLD for key, count in self._told.items() if count > MOST_TOLD}


def _plain(value: object) -> str:
    return bytes(value).hex() if isinstance(value, bytes | bytearray | memoryview) else str(value)
