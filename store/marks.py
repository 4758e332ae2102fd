"""Marks that other tools recorded of commits, as GitHub told them last. Those in texts are read off the texts."""

from __future__ import annotations

from resolver.model.marks import Mark, MarkKind, MarksTold
from store.part import Part

_OF = "SELECT kind, tool, session, path FROM commit_mark WHERE repository_id = ? AND sha = ? ORDER BY position"
_DROP = "DELETE FROM commit_mark WHERE repository_id = ? AND sha = ?"
_ADD = "INSERT INTO commit_mark (repository_id, sha, position, kind, tool, session, path) VALUES"


class MarkFacts(Part):
    """Looking them up."""

    def recorded_marks(self, repository_id: int, sha: str) -> tuple[Mark, ...]:
        """Return the marks that are recorded of a commit elsewhere than in its message."""
        rows = self._db.rows(_OF, (repository_id, sha))
        return tuple(Mark(MarkKind(kind), tool, session, path) for kind, tool, session, path in rows)


class MarkLedger(MarkFacts):
    """Keeping them."""

    def put_marks(self, told: MarksTold) -> bool:
        """Keep the marks of a commit in place of those that were told before: a note is written anew as a whole."""
        if self.recorded_marks(told.repository_id, told.sha) == told.marks:
            return False
        self._db.change(_DROP, (told.repository_id, told.sha))
        rows = [
            (told.repository_id, told.sha, position, mark.kind.value, mark.tool, mark.session, mark.path)
            for position, mark in enumerate(told.marks)
        ]
        self._db.insert(_ADD, rows, "ON CONFLICT DO NOTHING")
        return True
