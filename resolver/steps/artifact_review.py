"""Step 5: the review that owns the object, or that owns the comment replied to, is an artifact.

An agent may sign its review's body and leave the inline comments bare. A reply's own review is one that GitHub
makes for it, so of a reply mostly the parent's review tells.
"""

from __future__ import annotations

from resolver.evidence import Admitted, Evidence, merge
from resolver.model.github import Kind, ObjectRef
from resolver.query import Query
from resolver.step import Found, exact, not_applicable, nothing, several, unknown, who

MODE = "artifact_review"


def look(query: Query, evidence: Evidence) -> Found:
    """Decide by the claims in the owning reviews."""
    parent = evidence.object(query.reply_to) if query.reply_to is not None else None
    parent_review = None
    if parent is not None and parent.review_id is not None:
        parent_review = ObjectRef(parent.ref.repository_id, Kind.REVIEW, parent.review_id)
    reviews = dict.fromkeys(ref for ref in (query.review, parent_review) if ref is not None)
    if not reviews:
        return not_applicable(MODE, "no review is known to own the comment")
    readings = {ref: evidence.artifacts(ref) for ref in reviews}
    admitted = merge(reading for reading in readings.values() if reading is not None)
    if len(admitted.spans) > 1:
        return several(MODE, admitted, f"the owning reviews carry claims of {len(admitted.spans)} runs")
    if admitted.spans:
        return exact(MODE, admitted.sightings[0], f"the owning review was signed by {who(admitted.sightings[0])}")
    if parent is not None and parent_review is not None and readings[parent_review] is None:
        # A person's review would be bare, so only one by an account that signs leaves the question open.
        if evidence.author_signs(parent.author):
            return unknown(MODE, f"review {parent_review.id} of {parent.author.login}, who signs, was never delivered")
        return nothing(MODE, f"review {parent_review.id} was never delivered; its author has signed nothing here")
    return nothing(MODE, _bare(admitted), refusals=admitted.refusals)


def _bare(admitted: Admitted) -> str:
    return "no claim in the owning review counts" if admitted.refusals else "the owning review carries no claim"
