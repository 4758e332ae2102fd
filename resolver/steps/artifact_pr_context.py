"""Step 11: exactly one run among the artifacts of the same pull request and path, or commit.

What was written there is known only once its commits are: until then somebody else may have signed them.
"""

from __future__ import annotations

from resolver.admission import Admitted
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
    doubt = _doubt(admitted, evidence, path=path, commit=commit)
    if doubt is not None:
        return inferred(MODE, sighting, f"only {who(sighting)} signed something on {place}, but {doubt}")
    return exact(MODE, admitted, f"only {who(sighting)} signed something on {place} of number {query.number}")


def _doubt(admitted: Admitted, evidence: Evidence, *, path: str | None, commit: str | None) -> str | None:
    """Say what leaves room for somebody else; None when nothing does."""
    if path is None:
        known = commit is not None and evidence.is_pull_commit(commit)
        return None if known else "the commit is not known to be the pull request's"
    if commit is not None:
        return "the commit that the comment was written on did not touch it"
    touching = evidence.commits_touching(path)
    if not touching:
        return "no commit that touched it is known"
    signed = {sighting.carrier.key for sighting in admitted.sightings if sighting.carrier.is_commit}
    if not signed.issuperset(touching):
        return "others changed it too"
    commits = [evidence.commit(sha)[0] for sha in touching]
    renamed = any(commit is not None and commit.may_have_renamed_to(path) for commit in commits)
    return "it may have had another name before" if renamed else None
