"""What accounts may do in repositories, each answer of GitHub with its time."""

from __future__ import annotations

from datetime import datetime

from resolver.model.asking import Access, Permission
from store.part import Part
from store.times import from_micros, to_micros

_FIRST = """
SELECT asked_at, access FROM permission WHERE repository_id = ? AND user_id = ? AND asked_at >= ?
ORDER BY asked_at LIMIT 1
"""
_ADD = """
INSERT INTO permission (repository_id, user_id, asked_at, access) VALUES (?, ?, ?, ?)
ON CONFLICT (repository_id, user_id, asked_at) DO NOTHING
"""


class PermissionFacts(Part):
    """Looking permissions up."""

    def permission(self, repository_id: int, user_id: int, since: datetime) -> Permission | None:
        """Return what GitHub first said, at a time or later, that an account may do in a repository."""
        row = self._db.row(_FIRST, (repository_id, user_id, to_micros(since)))
        return None if row is None else Permission(repository_id, user_id, Access(row[1]), from_micros(row[0]))


class PermissionLedger(PermissionFacts):
    """Keeping permissions."""

    def put_permission(self, permission: Permission) -> bool:
        """Keep what an account may do, as GitHub said at a time; each answer stays."""
        asked_at, access = to_micros(permission.asked_at), permission.access.value
        return self._db.change(_ADD, (permission.repository_id, permission.user_id, asked_at, access)) > 0
