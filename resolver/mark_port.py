"""What the domain asks of a store about other tools' marks: see ``resolver.ports``."""

from __future__ import annotations

from typing import Protocol

from resolver.model.marks import Mark, MarksTold
from resolver.model.runs import Run


class MarkFacts(Protocol):
    """Looking up where marks lead, and those that are recorded beside texts."""

    def runs_of_session(self, workspace: str, session: str, limit: int) -> tuple[Run, ...]:
        """Return the registered runs that named a session as theirs, by span, ``limit`` at most."""
        ...

    def recorded_marks(self, repository_id: int, sha: str) -> tuple[Mark, ...]:
        """Return the marks that are recorded of a commit elsewhere than in its message, as GitHub told them last."""
        ...


class MarkLedger(Protocol):
    """Keeping what is recorded beside texts."""

    def put_marks(self, told: MarksTold) -> bool:
        """Keep the marks that are recorded of a commit, in place of those that were told before."""
        ...
