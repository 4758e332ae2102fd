"""Marks of the commits that last changed (or removed) the commented lines, where GitHub told which those are."""

from __future__ import annotations

from resolver.evidence import Evidence
from resolver.marked import Carried, in_commit
from resolver.query import Query
from resolver.steps.line_blame import blamed_commits

MODE = "mark_line"


def place(query: Query, evidence: Evidence) -> tuple[Carried, ...]:
    """Return each of the commits, marked or not; nothing when the question is about no line, or nobody knows.

    A commit that is not known carries nothing, and so keeps the others from being believed.
    """
    lines = query.lines
    blamed = () if lines is None else evidence.blame(lines)
    if lines is None or not blamed:
        return ()
    shas = blamed_commits(lines, blamed, evidence)
    # Under another name, which the file may have had then, what is recorded of it is not found, and claims nothing.
    return tuple(in_commit(sha, lines.path, evidence) or Carried(f"commit {sha}", ()) for sha in shas)
