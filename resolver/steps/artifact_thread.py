"""Step 4: earlier artifacts in the thread that the feedback replies in.

The review that owns the thread's first comment speaks for that comment where it is bare itself, so its claims are
among the thread's. Where no comment of the thread is signed, the review alone decides, in the next step.
"""

from __future__ import annotations

from resolver.admission import merge
from resolver.evidence import Evidence
from resolver.query import Query
from resolver.step import Found, bare, candidates_of, exact, inferred, not_applicable, several, who

MODE = "artifact_thread"


def look(query: Query, evidence: Evidence) -> Found:
    """Decide for the one run that wrote in the thread; of several, infer the nearest before the feedback."""
    if query.reply_to is None:
        return not_applicable(MODE, "not a reply")
    thread = evidence.thread(query.reply_to)
    if not thread.spans:
        return bare(MODE, "no earlier comment of the thread carries a claim that counts", thread)
    owner = evidence.parent_review(query.reply_to)
    admitted = merge((thread, owner.admitted))
    nearest_at = max(sighting.carrier.posted_at for sighting in admitted.sightings)
    nearest = [sighting for sighting in admitted.sightings if sighting.carrier.posted_at == nearest_at]
    missing = owner.missing or evidence.thread_missing(query.reply_to)
    if len(admitted.spans) == 1 and missing is None:
        return exact(MODE, admitted, f"only {who(nearest[0])} signed comments in the thread before")
    if len(admitted.spans) == 1:
        return inferred(MODE, nearest[0], f"{who(nearest[0])} signed comments in the thread, but {missing}")
    if len({sighting.span_id for sighting in nearest}) > 1:
        return several(MODE, admitted, "several runs signed comments in the thread, the last ones at the same time")
    others = candidates_of(sighting for sighting in admitted.sightings if sighting.span_id != nearest[0].span_id)
    detail = f"{len(admitted.spans)} runs signed comments in the thread; {who(nearest[0])} was the last before"
    return inferred(MODE, nearest[0], detail, others)
