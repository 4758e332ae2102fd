"""Step 3: the comment replied to is an artifact, and nobody else's artifact stands between.

GitHub names a review thread's first comment as the one replied to, whichever comment the reply answers. So the
first comment decides only where no other run has written in the thread before the feedback.
"""

from __future__ import annotations

from resolver.admission import merge
from resolver.evidence import Evidence
from resolver.query import Query
from resolver.step import Found, bare, exact, inferred, not_applicable, nothing, several, unknown, who

MODE = "artifact_parent_comment"


def look(query: Query, evidence: Evidence) -> Found:
    """Decide by the claims in the comment replied to."""
    if query.reply_to is None:
        return not_applicable(MODE, "not a reply")
    admitted = evidence.artifacts(query.reply_to)
    if admitted is None:
        return unknown(MODE, f"the comment replied to ({query.reply_to.id}) was never delivered, or not as it was then")
    if not admitted.spans:
        return bare(MODE, "the comment replied to carries no claim that counts", admitted)
    if len(admitted.spans) > 1:
        return several(MODE, admitted, f"the comment replied to carries claims of {len(admitted.spans)} runs")
    thread = evidence.thread(query.reply_to)
    others = [span for span in thread.spans if span != admitted.spans[0]]
    if others:
        return nothing(MODE, f"{len(others)} other run(s) wrote in the thread before the feedback")
    found = f"the comment replied to was signed by {who(admitted.sightings[0])}"
    missing = evidence.thread_missing(query.reply_to)
    if missing is not None:
        return inferred(MODE, admitted.sightings[0], f"{found}, but {missing}")
    return exact(MODE, merge((admitted, thread)), found)
