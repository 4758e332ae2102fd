"""What noting asks of the store: apart from the port, because the ledger of facts is one that can do this as well."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from resolver.model.posting import NewPosting


class PostingLedger(Protocol):
    """Keeping what is to stand on GitHub, in the transaction that makes it so."""

    def note_posting(self, posting: NewPosting, at: datetime, *, due: datetime, new: bool) -> None:
        """Have something stand on GitHub from ``due`` on, once for its subject, however often it is noted.

        One that stands is looked at again then. One that is not there is added where it is ``new``, else nothing is
        done. A reaction that stands stays as it is, and so does everything that is gone.
        """
        ...

    def commits_claiming(self, workspace: str, span_id: str) -> tuple[tuple[int, str], ...]:
        """Return ``(repository_id, sha)`` of the commits that carry a claim of a run, in order."""
        ...
