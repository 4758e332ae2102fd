"""Step 7: the commented commit carries claims of one run and touched the path.

The commented commit is the one that the comment was written on (``original_commit_id``): GitHub moves
``commit_id`` along with later pushes.
"""

from __future__ import annotations

from resolver.evidence import Evidence
from resolver.model.github import Kind
from resolver.query import Query
from resolver.step import Found, exact, inferred, not_applicable, nothing, several, unresolved, who

MODE = "commit_artifact"
NO_CLAIM = "commented commit has no signed agent attribution"


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
    if path is None:
        return exact(MODE, sighting, f"the commented commit was signed by {who(sighting)}")
    if commit is not None and commit.paths is not None and path not in commit.paths:
        return nothing(MODE, f"the commented commit, signed by {who(sighting)}, did not touch {path}")
    others = [other for other in evidence.commits_touching(path) if other != sha]
    if others:
        detail = f"the commented commit was signed by {who(sighting)}; {len(others)} other commit(s) touched {path}"
        return inferred(MODE, sighting, detail)
    if _is_context(query.position.diff_hunk):
        detail = (
            f"the commented commit was signed by {who(sighting)}, but the commented line is context it left as it was"
        )
        return inferred(MODE, sighting, detail)
    return exact(
        MODE, sighting, f"the commented commit was signed by {who(sighting)}, the only one known to touch {path}"
    )


def _is_on_commit(query: Query) -> bool:
    """Whether the question is about a line, a file or a commit itself, rather than a whole review."""
    if query.position.path is not None:
        return True
    kind = query.ref.kind if query.ref is not None else None
    return kind is Kind.COMMIT_COMMENT or (kind is None and query.review_id is None)


def _is_context(hunk: str | None) -> bool:
    """Whether the last line of a diff hunk, which is the commented one, was neither added nor removed."""
    last = (hunk or "").rstrip("\n").rpartition("\n")[2]
    return last.startswith(" ")
