"""Step 1: a verified claim in the asking text itself, pasted by whoever gives the feedback."""

from __future__ import annotations

from resolver.evidence import Evidence
from resolver.query import Query
from resolver.step import Found, bare, exact, several, who

MODE = "direct"
COMMIT_MODE = "commit_trailer"


def look(query: Query, evidence: Evidence) -> Found:
    """Decide by the claims in the text itself; of a commit's message, the mode is ``commit_trailer``."""
    mode = COMMIT_MODE if query.own_is_commit else MODE
    admitted = evidence.own()
    if not admitted.spans:
        return bare(mode, "the text itself carries no claim that counts", admitted)
    if len(admitted.spans) > 1:
        return several(mode, admitted, f"the text itself carries claims of {len(admitted.spans)} runs")
    return exact(mode, admitted, f"the text itself carries the claim of {who(admitted.sightings[0])}")
