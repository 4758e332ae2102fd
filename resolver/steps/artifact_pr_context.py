"""Step 11: exactly one run among the artifacts of the same pull request and path, or commit."""

from __future__ import annotations

from resolver.evidence import Admitted, Evidence
from resolver.query import Query
from resolver.step import Found, exact, inferred, not_applicable, nothing, several, who

MODE = "artifact_pr_context"


def look(query: Query, evidence: Evidence) -> Found:
    """Decide for the one run that signed something on the path (or commit) of the pull request."""
    path, commit = query.position.path, query.commit
    if query.number is None or (path is None and commit is None):
        return not_applicable(MODE, "the question names no pull request with a path or commit")
    place = path if path is not None else f"commit {commit}"
    admitted = evidence.pull_artifacts(path=path, commit=None if path is not None else commit)
    if not admitted.spans:
        return nothing(MODE, f"nothing signed on {place} of number {query.number}", refusals=admitted.refusals)
    if len(admitted.spans) > 1:
        return several(MODE, admitted, f"{len(admitted.spans)} runs signed something on {place}")
    sighting = admitted.sightings[0]
    if path is not None and (commit is not None or _unsigned(admitted, evidence.commits_touching(path))):
        # Somebody else wrote lines there too: a commit without claims, or the one the comment was written on.
        return inferred(MODE, sighting, f"only {who(sighting)} signed something on {place}, but others changed it too")
    return exact(MODE, sighting, f"only {who(sighting)} signed something on {place} of number {query.number}")


def _unsigned(admitted: Admitted, touching: tuple[str, ...]) -> bool:
    signed = {sighting.carrier.key for sighting in admitted.sightings if sighting.carrier.is_commit}
    return not signed.issuperset(touching)
