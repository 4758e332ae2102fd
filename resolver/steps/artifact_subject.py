"""Step 12: the issue's, pull request's or discussion's own body is an artifact.

A general comment is about the subject. Where other runs signed something there too, it may be about theirs.
"""

from __future__ import annotations

from resolver.admission import Admitted, merge
from resolver.evidence import Evidence
from resolver.query import Query
from resolver.step import Found, bare, exact, inferred, not_applicable, several, unknown, who

MODE = "artifact_subject"


def look(query: Query, evidence: Evidence) -> Found:
    """Decide by the claims in the body; exact where no other run signed anything on the number."""
    if query.number is None:
        return not_applicable(MODE, "the question names no issue, pull request or discussion")
    subject = evidence.subject(query.number)
    admitted = None if subject is None else evidence.artifacts(subject.ref)
    if subject is None or admitted is None:
        return unknown(MODE, f"the body of number {query.number} was never delivered, or not as it was then")
    if not admitted.spans:
        return bare(MODE, f"the body of number {query.number} carries no claim that counts", admitted)
    if len(admitted.spans) > 1:
        return several(
            MODE, admitted, f"the body of number {query.number} carries claims of {len(admitted.spans)} runs"
        )
    sighting = admitted.sightings[0]
    everywhere = evidence.number_artifacts()
    found = f"{who(sighting)} signed the body of number {query.number}"
    doubt = _doubt(query, admitted, everywhere)
    if doubt is not None:
        return inferred(MODE, sighting, f"{found}, but {doubt}")
    return exact(MODE, merge((admitted, everywhere)), f"{found}, and no other run signed anything on it")


def _doubt(query: Query, admitted: Admitted, everywhere: Admitted) -> str | None:
    """Say what leaves room for somebody else; None when nothing does."""
    others = [span for span in everywhere.spans if span not in admitted.spans]
    if others:
        return f"{len(others)} other run(s) signed something on it"
    if query.position.path is not None:
        return "the comment stands on a file"
    return "the comment replies to one without a claim" if query.reply_to is not None else None
