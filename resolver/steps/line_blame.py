"""Step 6: the commits that last changed the commented lines (or, where they are gone, removed them).

Who that was is asked of GitHub, or of a clone; where nobody was asked, the walk goes on to the commented commit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from resolver.admission import Admitted, merge
from resolver.evidence import Evidence
from resolver.hunks import LEFT
from resolver.lines import covers_two_sides
from resolver.model.github import BlameRange, Lines
from resolver.path_history import others_squashed
from resolver.query import Query
from resolver.step import Found, exact, inferred, not_applicable, nothing, several, unresolved, who

MODE = "line_blame"


def look(query: Query, evidence: Evidence) -> Found:
    """Decide by the claims of the commits that the lines are blamed on; without any, end the walk (SPEC §5.2)."""
    lines = query.lines
    if lines is None:
        return not_applicable(MODE, "not a comment on a line at a commit")
    blamed = evidence.blame(lines)
    if not blamed:
        return nothing(MODE, f"who {_did(lines)} {_name(lines)} is not known")
    shas = blamed_commits(lines, blamed, evidence)
    looked_at = tuple(f"commit {sha}" for sha in shas)
    commits = {sha: evidence.commit(sha) for sha in shas}
    admitted = merge(claims for _, claims in commits.values())
    missing = [sha for sha, (commit, _) in commits.items() if commit is None]
    if not admitted.spans and missing:
        diagnostic = f"commit {missing[0]}, which {_did(lines)} the line, was never delivered"
        return unresolved(MODE, diagnostic, evidence=looked_at)
    if not admitted.spans:
        diagnostic = f"the commit that {_did(lines)} the line has no signed agent attribution"
        return unresolved(MODE, diagnostic, refusals=admitted.refusals, evidence=looked_at)
    if len(admitted.spans) > 1:
        return several(MODE, admitted, f"the commits that {_did(lines)} {_name(lines)} name {len(admitted.spans)} runs")
    sighting = admitted.sightings[0]
    found = f"{who(sighting)} signed the commit that {_did(lines)} {_name(lines)}"
    doubt = _doubt(query, evidence, lines, {sha: claims for sha, (_, claims) in commits.items()})
    if doubt is not None:
        return inferred(MODE, sighting, f"{found}, but {doubt}")
    return exact(MODE, admitted, found)


def blamed_commits(lines: Lines, blamed: tuple[BlameRange, ...], evidence: Evidence) -> tuple[str, ...]:
    """Return the commits that some lines are blamed on, squash merges taken apart, each once."""
    return tuple(dict.fromkeys(one.sha for one in _take_apart(lines, blamed, evidence)))


def _take_apart(lines: Lines, blamed: tuple[BlameRange, ...], evidence: Evidence) -> tuple[BlameRange, ...]:
    """Go from each commit that merged a pull request down to the pull request's own commits, where GitHub tells."""
    parts: list[BlameRange] = []
    for one in blamed:
        evidence.merges_unsaid(one.sha)
        part = replace(lines, first=max(one.first, lines.first), last=min(one.last, lines.last))
        told = (evidence.origins(part, one.sha, pull.number) for pull in evidence.merged_as(one.sha))
        parts += next(filter(None, told), (one,))
    return tuple(parts)


def _doubt(query: Query, evidence: Evidence, lines: Lines, claims: Mapping[str, Admitted]) -> str | None:
    """Say what leaves room for somebody else than the one run; None when nothing does."""
    unsigned = sum(not admitted.spans for admitted in claims.values())
    if unsigned:
        return f"{unsigned} other commit(s), without a claim, did so too"
    if covers_two_sides(query.position):
        return "the comment begins on the other side of the diff"
    unsaid = [sha for sha in claims if evidence.merges_unsaid(sha)]
    if unsaid:
        return f"nobody says which pull request commit {unsaid[0]} may have merged"
    squashed = (
        others_squashed(evidence, sha, lines.path, admitted.spans, query.at) for sha, admitted in claims.items()
    )
    return next(filter(None, squashed), None)


def _did(lines: Lines) -> str:
    return "removed" if lines.side == LEFT else "last changed"


def _name(lines: Lines) -> str:
    number = f"line {lines.last}" if lines.first == lines.last else f"lines {lines.first} to {lines.last}"
    return f"{number} of {lines.path}"
