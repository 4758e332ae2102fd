"""Step 2: the object asked about is an artifact, so the run that signed it made it."""

from __future__ import annotations

from resolver.evidence import Evidence
from resolver.query import Query
from resolver.step import Found, bare, exact, not_applicable, nothing, several, who

MODE = "artifact_comment"


def look(query: Query, evidence: Evidence) -> Found:
    """Decide by the claims in the object itself, in the revision in force."""
    if query.ref is None:
        return not_applicable(MODE, "the question names no comment, review or body")
    if query.asking:
        return not_applicable(MODE, "the object is the text itself")
    admitted = evidence.artifacts(query.ref)
    if admitted is None:
        return nothing(MODE, f"{query.ref.kind} {query.ref.id} was never delivered, or not as it was then")
    if not admitted.spans:
        return bare(MODE, "the object itself carries no claim that counts", admitted)
    if len(admitted.spans) > 1:
        return several(MODE, admitted, f"the object itself carries claims of {len(admitted.spans)} runs")
    return exact(MODE, admitted, f"the object itself was signed by {who(admitted.sightings[0])}")
