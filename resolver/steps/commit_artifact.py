"""Step 7: the commented commit carries claims of one run and touched the path.

The commented commit is the one that the comment was written on (``original_commit_id``): GitHub moves
``commit_id`` along with later pushes. Of a squash merge, the commits that were squashed count as others.
"""

from __future__ import annotations

from collections.abc import Collection

from resolver.evidence import Evidence
from resolver.hunks import Change, commented
from resolver.model.github import Kind
from resolver.query import Query
from resolver.step import Found, exact, inferred, not_applicable, nothing, several, unresolved, who

MODE = "commit_artifact"
NO_CLAIM = "commented commit has no signed agent attribution"
MOST_RENAMED = 50
"""Of how many removed files it is looked up who wrote them, where one of them may have been renamed."""


def look(query: Query, evidence: Evidence) -> Found:
    """Decide by the claims in the commented commit's message; without any, end the walk (SPEC §5.2)."""
    sha, path = query.commit, query.position.path
    if sha is None or not _is_on_commit(query):
        return not_applicable(MODE, "not a comment on a line, a file or a commit")
    commit, admitted = evidence.commit(sha)
    if not admitted.spans:
        return unresolved(MODE, NO_CLAIM, refusals=admitted.refusals, evidence=(f"commit {sha}",))
    if len(admitted.spans) > 1:
        return several(MODE, admitted, f"the commented commit carries claims of {len(admitted.spans)} runs")
    sighting = admitted.sightings[0]
    signed = f"the commented commit was signed by {who(sighting)}"
    if path is not None and commit is not None and commit.paths is not None and path not in commit.paths:
        return nothing(MODE, f"{signed}, and did not touch {path}")
    others = _others(evidence, sha, path, () if commit is None or path is None else commit.may_have_renamed_to(path))
    if others:
        return inferred(MODE, sighting, f"{signed}; {others}")
    if commented(query.position.diff_hunk) is Change.CONTEXT:
        return inferred(MODE, sighting, f"{signed}, but left the commented line as it was")
    return exact(MODE, admitted, signed if path is None else f"{signed}, the only one known to touch {path}")


def _others(evidence: Evidence, sha: str, path: str | None, former: Collection[str]) -> str | None:
    """Say who else may have written what the comment is about; None when nobody is known."""
    merged = evidence.merged_as(sha)
    if path is None:
        squashed = any(pull.commit_count != 1 for pull in merged)
        return "it merged commits that may be of others" if squashed else None
    if len(former) > MOST_RENAMED:
        return f"it may have renamed any of {len(former)} files to {path}"
    numbers = (None, *(pull.number for pull in merged))
    others = {
        other for number in numbers for name in (path, *former) for other in evidence.commits_touching(name, number)
    } - {sha}
    return f"{len(others)} other commit(s) touched {path}, or what it was called before" if others else None


def _is_on_commit(query: Query) -> bool:
    """Whether the question is about a line, a file or a commit itself, rather than a whole review."""
    if query.position.path is not None:
        return True
    kind = query.ref.kind if query.ref is not None else None
    return kind is Kind.COMMIT_COMMENT or (kind is None and query.review_id is None)
