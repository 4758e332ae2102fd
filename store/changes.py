"""What changed about feedback: a log that readers follow, in the order in which the changes were committed.

A change is noted once for each transaction and feedback, when everything else in it is done. On PostgreSQL a lock is
taken then, after all others, and held until the commit: so of one workspace no change becomes visible behind one with
a greater id, and whoever has read up to an id has missed nothing. SQLite has one writer anyway.
"""

# ruff: noqa: S608 -- statements are composed of this room's constants

from __future__ import annotations

from resolver.model.answers import Confidence
from resolver.model.changes import Change, ChangeKind, Standing, kind_of
from resolver.model.feedback import Status
from store.database import Database, Row
from store.part import Part
from store.times import from_micros, now, to_micros

_STANDING = "SELECT workspace, status, updated_at, resolution_id, confidence, span_id FROM feedback WHERE id = ?"
_NOTE = "INSERT INTO change (workspace, feedback_id, kind, status, resolution_id, changed_at) VALUES (?, ?, ?, ?, ?, ?)"
_CHANGE = "c.id, c.workspace, c.feedback_id, c.kind, c.status, c.resolution_id, c.changed_at"
_AFTER = f"SELECT {_CHANGE} FROM change c WHERE c.workspace = ? AND c.id > ? ORDER BY c.id LIMIT ?"
_NEWEST = "SELECT id FROM change WHERE workspace = ? ORDER BY id DESC LIMIT 1"
_NEWEST_OF_ALL = "SELECT id FROM change ORDER BY id DESC LIMIT 1"


class ChangeFacts(Part):
    """Reading the log."""

    def changes(self, workspace: str, *, after: int, limit: int) -> tuple[Change, ...]:
        """Return the changes of a workspace behind the one with the id ``after``, oldest first."""
        return tuple(_to_change(row) for row in self._db.rows(_AFTER, (workspace, after, limit)))

    def newest_change(self, workspace: str | None = None) -> int:
        """Return the id of the newest change (in a workspace, or in any); 0 before the first."""
        row = self._db.row(_NEWEST_OF_ALL) if workspace is None else self._db.row(_NEWEST, (workspace,))
        return 0 if row is None else int(row[0])


class ChangeLedger(Part):
    """Noting what one transaction changed."""

    def __init__(self, database: Database) -> None:
        """Begin with nothing changed."""
        super().__init__(database)
        self._before: dict[int, Standing | None] = {}
        self._noted: list[tuple[str, int, str, str, int | None]] = []

    def touch(self, feedback_id: int, *, new: bool = False) -> None:
        """Remember how it stands with feedback, before it is changed for the first time."""
        if feedback_id not in self._before:
            row = None if new else self._db.row(_STANDING, (feedback_id,))
            self._before[feedback_id] = None if row is None else _to_standing(row)

    def gather_changes(self) -> None:
        """Remember what changed until now: what changes again afterwards is another change."""
        touched, self._before = sorted(self._before.items()), {}
        for feedback_id, before in touched:
            row = self._db.row(_STANDING, (feedback_id,))
            after = None if row is None else _to_standing(row)
            kind = None if after is None else kind_of(before, after)
            if row is not None and after is not None and kind is not None:
                self._noted.append((row[0], feedback_id, kind.value, after.status.value, after.resolution_id))

    def note_changes(self) -> None:
        """Append what changed to the log: the last thing that a transaction does."""
        self.gather_changes()
        noted, self._noted = self._noted, []
        if not noted:
            return
        self._db.lock(f"changes {workspace}" for workspace, *_ in noted)
        changed_at = to_micros(now())
        for change in noted:
            self._db.change(_NOTE, (*change, changed_at))


def _to_standing(row: Row) -> Standing:
    _, status, updated_at, resolution_id, confidence, span_id = row
    return Standing(
        Status(status), updated_at, resolution_id, None if confidence is None else Confidence(confidence), span_id
    )


def _to_change(row: Row) -> Change:
    change_id, workspace, feedback_id, kind, status, resolution_id, changed_at = row
    return Change(
        change_id, workspace, feedback_id, ChangeKind(kind), Status(status), resolution_id, from_micros(changed_at)
    )
