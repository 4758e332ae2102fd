"""Marks of the commented commit, or of a commit message that the asker brought along."""

from __future__ import annotations

from dataclasses import replace

from resolver.evidence import Evidence
from resolver.lines import Share
from resolver.marked import Carried, in_commit
from resolver.query import Query
from resolver.steps.commit_artifact import is_on_commit, left_alone

MODE = "mark_commit"


def place(query: Query, evidence: Evidence) -> tuple[Carried, ...]:
    """Return what carries marks there; nothing where the commented commit is known not to have written the line.

    Where it is known who last changed the line, that commit counts (``mark_line``), and this one does not.
    """
    if query.marks:
        return (Carried("the commit message asked about", query.marks),)
    sha, path = query.commit, query.position.path
    if sha is None or not is_on_commit(query):
        return ()
    if query.lines is not None and evidence.blame(query.lines):
        return ()
    commit, _ = evidence.commit(sha)
    if query.changed is Share.NONE or (path is not None and left_alone(commit, path)):
        return ()
    carried = in_commit(sha, path, evidence)
    if carried is not None and carried.marks and path is not None:
        others = set(evidence.commits_touching(path)) - {sha}
        if others and carried.doubt is None:
            carried = replace(carried, doubt=f"{len(others)} other commit(s) touched {path}")
    return () if carried is None else (carried,)
