"""Step 14: nothing speaks for any run, and that is the answer."""

from __future__ import annotations

from resolver.evidence import Evidence
from resolver.query import Query
from resolver.step import Found, unresolved

MODE = "unresolved"


def look(_query: Query, _evidence: Evidence) -> Found:
    """End the walk."""
    return unresolved(MODE, "nothing that was delivered speaks for a run")
