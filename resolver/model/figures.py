"""How much waits in a store, and what was given up there: what operators watch."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Counts as of one moment; each stops at a bound, so that to ask never takes long."""

    deliveries_waiting: int
    """Not processed yet, or to be tried again."""
    due_since: datetime | None
    """Since when the one that is due longest waits for a worker; None when none is due."""
    deliveries_dead: int
    conflicts: int
    """Other bodies that came under a GUID that was taken."""
    wants_waiting: int
    """GitHub is to be asked, or asked again, and nothing says that it may not."""
    wants_refused: int
    """GitHub may not be asked for these at present."""
    wants_dead: int
