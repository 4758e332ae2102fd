"""Texts and commits that hold claims which were refused: a key that is added later may verify them."""

# ruff: noqa: S608 -- statements are composed of this room's constants; what comes from outside is bound

from __future__ import annotations

from resolver.model.github import Commit, ObjectSeen
from store.part import Part
from store.rows import COMMIT, OBJECT, OBJECT_WIDTH, REVISION, to_commit, to_object, to_revision

_TEXTS = f"""
SELECT {OBJECT}, {REVISION}, r.id FROM revision r JOIN object o ON o.id = r.object_id
WHERE r.refusals IS NOT NULL AND r.id > ? ORDER BY r.id LIMIT ?
"""
_COMMITS = f"""
SELECT {COMMIT}, c.id FROM git_commit c WHERE c.refusals IS NOT NULL AND c.id > ? ORDER BY c.id LIMIT ?
"""


class RefusedFacts(Part):
    """Looking up what was refused, in the order in which it was kept."""

    def refused_texts(self, *, after: int, limit: int) -> tuple[tuple[int, ObjectSeen], ...]:
        """Return versions of texts behind a position, each with its own: as a delivery would bring it again."""
        rows = self._db.rows(_TEXTS, (after, limit))
        return tuple((row[-1], ObjectSeen(to_object(row), to_revision(row[OBJECT_WIDTH:]))) for row in rows)

    def refused_commits(self, *, after: int, limit: int) -> tuple[tuple[int, Commit], ...]:
        """Return commits behind a position, each with its own; their paths are left out."""
        return tuple((row[-1], to_commit(row, None)) for row in self._db.rows(_COMMITS, (after, limit)))
