"""Step 7: the commented commit carries claims of one run and touched the path.

The commented commit is the one that the comment was written on (``original_commit_id``): GitHub moves
``commit_id`` along with later pushes. Of a squash merge, the commits that were squashed count as others.
"""

from __future__ import annotations

from resolver.evidence import Evidence
from resolver.lines import Share
from resolver.model.github import Commit, Kind
from resolver.path_history import MOST_RENAMED, others_squashed
from resolver.query import Query
from resolver.step import Found, candidates_of, exact, inferred, not_applicable, nothing, several, unresolved, who

MODE = "commit_artifact"
NO_CLAIM = "commented commit has no signed agent attribution"


def look(query: Query, evidence: Evidence) -> Found:
    """Decide by the claims in the commented commit's message.

    Without any, the walk ends (SPEC §5.2), unless signed commits touched the path and this one did not.
    """
    sha, path = query.commit, query.position.path
    if sha is None or not is_on_commit(query):
        return not_applicable(MODE, "not a comment on a line, a file or a commit")
    commit, admitted = evidence.commit(sha)
    elsewhere = path is not None and left_alone(commit, path)
    if not admitted.spans:
        if elsewhere and path is not None and evidence.pull_commit_artifacts(path).spans:
            return nothing(MODE, f"{NO_CLAIM}, and did not touch {path}", refusals=admitted.refusals)
        return unresolved(MODE, NO_CLAIM, refusals=admitted.refusals, evidence=(f"commit {sha}",))
    if len(admitted.spans) > 1:
        return several(MODE, admitted, f"the commented commit carries claims of {len(admitted.spans)} runs")
    sighting = admitted.sightings[0]
    signed = f"the commented commit was signed by {who(sighting)}"
    if elsewhere:
        return nothing(MODE, f"{signed}, and did not touch {path}")
    if query.changed is Share.NONE:
        return several(MODE, admitted, f"{signed}, but left the commented lines as they were: others wrote them")
    doubt = _doubt(query, evidence, sha, path)
    if doubt is not None:
        touching = () if path is None else evidence.pull_commit_artifacts(path).sightings
        others = candidates_of(one for one in touching if one.span_id != sighting.span_id)
        return inferred(MODE, sighting, f"{signed}, but {doubt}", others)
    return exact(MODE, admitted, signed if path is None else f"{signed}, the only one known to touch {path}")


def left_alone(commit: Commit | None, path: str) -> bool:
    """Whether a commit is known not to have touched a path."""
    return commit is not None and commit.paths is not None and path not in commit.paths


def _doubt(query: Query, evidence: Evidence, sha: str, path: str | None) -> str | None:
    """Say who else may have written what the comment is about; None when nothing speaks for anybody else."""
    merged = evidence.merged_as(sha)
    if path is None:
        squashed = any(pull.commit_count != 1 for pull in merged)
        return "it merged commits that may be of others" if squashed else None
    commit, _ = evidence.commit(sha)
    former = () if commit is None else commit.may_have_renamed_to(path)
    if len(former) > MOST_RENAMED:
        return f"it may have renamed any of {len(former)} files to {path}"
    numbers = (None, *(pull.number for pull in merged))
    others = {
        other for number in numbers for name in (path, *former) for other in evidence.commits_touching(name, number)
    } - {sha}
    if others:
        return f"{len(others)} other commit(s) touched {path}, or what it was called before"
    merged_others = others_squashed(evidence, sha, path, evidence.commit(sha)[1].spans, query.at)
    if merged_others is not None:
        return merged_others
    if evidence.commit_count().some_missing:
        return f"not every commit of pull request {query.number} is known"
    return "it left some of the commented lines as they were" if query.changed is Share.SOME else None


def is_on_commit(query: Query) -> bool:
    """Whether the question is about a line, a file or a commit itself, rather than a whole review."""
    if query.position.path is not None:
        return True
    kind = query.ref.kind if query.ref is not None else None
    return kind is Kind.COMMIT_COMMENT or (kind is None and query.review_id is None)
