"""All the checks of the store itself, in their order; what the domain finds out is ``resolver.recheck``'s."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from resolver.model.feedback import Feedback
from resolver.model.integrity import Examined
from store.catalogue import Catalogue
from store.feedback import FEEDBACK, to_feedback
from store.integrity.contents import check_contents
from store.integrity.copies import check_copies
from store.integrity.deliveries import check_deliveries
from store.integrity.histories import check_histories
from store.integrity.keys import check_keys
from store.integrity.references import check_references
from store.integrity.runs import check_runs
from store.integrity.structure import check_structure
from store.times import to_micros

PORTION: Final = 200
"""Feedback that is read at once."""

_FEEDBACK = f"{FEEDBACK} WHERE f.id > ? ORDER BY f.id LIMIT ?"
_WAITS = "SELECT 1 FROM delivery WHERE repository_id = ? AND status IN ('pending', 'failed') LIMIT 1"
_FINAL = "SELECT 1 FROM feedback WHERE id = ? AND final_at IS NOT NULL"
_ERASED = """
SELECT 1 FROM revision r WHERE r.repository_id = ? AND r.number = ? AND r.erased_at IS NOT NULL LIMIT 1
"""
_LONG: Final = timedelta(hours=1)


class Examiner(Catalogue):
    """Reads, and looks over what there is."""

    def examine(self, examined: Examined, now: datetime) -> None:
        """Run every check that needs the store alone. Raises StoreError."""
        check_structure(self._db, examined)
        check_deliveries(self._db, examined, to_micros(now - _LONG))
        check_contents(self._db, examined)
        check_histories(self._db, examined)
        check_references(self._db, examined)
        check_copies(self._db, examined)
        check_keys(self._db, examined)
        check_runs(self._db, examined)

    def all_feedback(self) -> Iterator[Feedback]:
        """Yield every piece of feedback, in the order of ids."""
        last = 0
        while rows := [to_feedback(row) for row in self._db.rows(_FEEDBACK, (last, PORTION))]:
            yield from rows
            last = rows[-1].id

    def erased(self, feedback: Feedback) -> bool:
        """Whether a text was erased that some feedback, or its answer, can rest on."""
        place = (feedback.object.ref.repository_id, feedback.object.number)
        return self._db.row(_FINAL, (feedback.id,)) is not None or self._db.row(_ERASED, place) is not None

    def waiting(self, repository_id: int) -> bool:
        """Whether deliveries of a repository wait to be processed."""
        return self._db.row(_WAITS, (repository_id,)) is not None
