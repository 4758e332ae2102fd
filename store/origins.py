"""Who wrote the lines that squash merges brought, in the pull requests that they merged: kept as blame is."""

from __future__ import annotations

from resolver.hunks import RIGHT
from resolver.model.github import BlameRange, Lines, Origin
from store.blame import MOST_LINES, MOST_RANGES, untold
from store.part import Part
from store.rows import text_key

_RANGES = """
SELECT first_line, last_line, blamed FROM line_origin
WHERE repository_id = ? AND sha = ? AND path_key = ? AND last_line >= ? ORDER BY last_line LIMIT ?
"""
_ADD = "INSERT INTO line_origin (repository_id, sha, path_key, first_line, last_line, blamed, squash) VALUES"


class OriginFacts(Part):
    """Looking up who wrote a line that was merged with others."""

    def origins(self, lines: Lines) -> tuple[BlameRange, ...]:
        """Return what is known of who wrote lines that squash merges brought, in their order.

        A range may reach beyond the lines. Lines of which it is not known are left out, those of the side ``LEFT``
        among them, which the file at that commit does not have, and those after the first 500 ranges.
        """
        wanted = min(lines.last - lines.first + 1, MOST_RANGES)
        if lines.side != RIGHT or wanted < 1:
            return ()
        return self._origins((lines.repository_id, lines.sha, text_key(lines.path)), lines.first, lines.last, wanted)

    def _origins(self, file: tuple[int, str, bytes], first: int, last: int, limit: int) -> tuple[BlameRange, ...]:
        rows = self._db.rows(_RANGES, (*file, first, limit))
        return tuple(BlameRange(*row) for row in rows if row[0] <= last)


class OriginLedger(OriginFacts):
    """Keeping who wrote lines that were merged with others."""

    def put_origin(self, origin: Origin) -> bool:
        """Keep who wrote lines that a squash merge brought; what is known already stays.

        Of a range that is known in part, the rest is added.
        """
        told = sorted((one for one in origin.ranges if one.first <= one.last), key=lambda one: (one.first, one.last))
        if not told:
            return False
        file = (origin.repository_id, origin.sha, text_key(origin.path))
        known = self._origins(file, told[0].first, max(one.last for one in told), MOST_LINES)
        rows = [(*file, one.first, one.last, one.sha, origin.squash) for one in untold(told, known)]
        return self._db.insert(_ADD, rows, "ON CONFLICT DO NOTHING") > 0
