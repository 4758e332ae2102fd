"""Step 11: exactly one run among the artifacts of the same pull request and path, or commit.

Of a file that is no proof: who signed commits that touched it was asked before, so only comments on it speak here.
"""

from __future__ import annotations

from resolver.admission import merge
from resolver.evidence import Evidence
from resolver.query import Query
from resolver.step import Found, bare, exact, inferred, not_applicable, several, who

MODE = "artifact_pr_context"


def look(query: Query, evidence: Evidence) -> Found:
    """Decide for the one run that signed something on the path (or commit) of the pull request."""
    path, commit = query.position.path, query.commit
    if query.number is None or (path is None and commit is None):
        return not_applicable(MODE, "the question names no pull request with a path or commit")
    place = path if path is not None else f"commit {commit}"
    admitted = evidence.pull_artifacts(path=path, commit=None if path is not None else commit)
    if not admitted.spans:
        return bare(MODE, f"nothing signed on {place} of number {query.number} counts", admitted)
    if len(admitted.spans) > 1:
        return several(MODE, admitted, f"{len(admitted.spans)} runs signed something on {place}")
    sighting = admitted.sightings[0]
    signed = f"only {who(sighting)} signed something on {place}"
    if path is not None:
        return inferred(MODE, sighting, f"{signed}, but that does not say who wrote the file")
    if commit is None or not evidence.is_pull_commit(commit):
        return inferred(MODE, sighting, f"{signed}, but the commit is not known to be the pull request's")
    # A comment on the whole commit is one on the pull request, as it was with that commit for its head.
    everywhere = evidence.number_artifacts()
    others = [span for span in everywhere.spans if span not in admitted.spans]
    if others:
        return inferred(MODE, sighting, f"{signed}, but {len(others)} other run(s) signed something elsewhere on it")
    return exact(MODE, merge((admitted, everywhere)), f"{signed} of number {query.number}")
