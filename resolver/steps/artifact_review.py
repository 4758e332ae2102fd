"""Step 5: the review that owns the object, or that owns the comment replied to, is an artifact.

An agent may sign its review's body and leave the inline comments bare. A reply's own review is one that GitHub
makes for it, so of a reply mostly the parent's review tells.
"""

from __future__ import annotations

from resolver.admission import NONE_ADMITTED, merge
from resolver.evidence import Evidence
from resolver.query import Query
from resolver.step import Found, bare, exact, not_applicable, several, unknown, who

MODE = "artifact_review"


def look(query: Query, evidence: Evidence) -> Found:
    """Decide by the claims in the owning reviews."""
    owner = evidence.parent_review(query.reply_to)
    own = query.review
    if own is None and owner.ref is None:
        return not_applicable(MODE, "no review is known to own the comment")
    mine = evidence.artifacts(own) if own is not None and own != owner.ref else None
    admitted = merge((mine or NONE_ADMITTED, owner.admitted))
    if len(admitted.spans) > 1:
        return several(MODE, admitted, f"the owning reviews carry claims of {len(admitted.spans)} runs")
    if admitted.spans:
        return exact(MODE, admitted, f"the owning review was signed by {who(admitted.sightings[0])}")
    if owner.missing is not None:
        return unknown(MODE, owner.missing)
    return bare(MODE, "no owning review is known to carry a claim that counts", admitted)
