"""Step 8: the signed commits of the pull request that touched the path all name one run."""

from __future__ import annotations

from resolver.admission import Admitted
from resolver.evidence import Evidence
from resolver.lines import Share
from resolver.path_history import MOST_RENAMED
from resolver.query import Query
from resolver.step import Found, bare, exact, inferred, not_applicable, several, who

MODE = "commit_file"


def look(query: Query, evidence: Evidence) -> Found:
    """Decide for the one run that signed commits on the path; exact only where nobody else can have touched it."""
    path = query.position.path
    if path is None or query.number is None:
        return not_applicable(MODE, "not a comment on a file of a pull request")
    admitted = evidence.pull_commit_artifacts(path)
    if not admitted.spans:
        return bare(MODE, f"no signed commit of pull request {query.number} is known to have touched {path}", admitted)
    if len(admitted.spans) > 1:
        return several(MODE, admitted, f"commits of {len(admitted.spans)} runs touched {path}")
    sighting = admitted.sightings[0]
    found = f"of the runs, only {who(sighting)} signed commits that touched {path}"
    doubt = _doubt(query, evidence, path, admitted)
    if doubt is not None:
        return inferred(MODE, sighting, f"{found}, but {doubt}")
    return exact(MODE, admitted, f"{found}, and every commit of pull request {query.number} is known")


def _doubt(query: Query, evidence: Evidence, path: str, admitted: Admitted) -> str | None:
    """Say what leaves room for somebody else; None when nothing does."""
    touching = evidence.commits_touching(path)
    signed = {sighting.carrier.key for sighting in admitted.sightings}
    if not signed.issuperset(touching):
        return "commits without a claim touched it too"
    if not evidence.commit_count().all_known(query.at):
        return f"not every commit of pull request {query.number} is known"
    former = evidence.former_names(path, MOST_RENAMED + 1)
    if len(former) > MOST_RENAMED or any(not signed.issuperset(evidence.commits_touching(name)) for name in former):
        return "it may have had another name before, under which others touched it"
    if len(touching) > MOST_RENAMED:
        return "more commits touched it than are looked at one by one"
    if any(evidence.squashed(sha) for sha in touching):
        return "one of them merged commits that may be of others"
    return "some of the commented lines are older" if query.changed in {Share.SOME, Share.NONE} else None
