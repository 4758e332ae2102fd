"""Marks in the object asked about, else in the review that owns it: who says that it made this comment or body."""

from __future__ import annotations

from resolver.evidence import Evidence
from resolver.marked import Carried, in_text
from resolver.query import Query

MODE = "mark_comment"


def place(query: Query, evidence: Evidence) -> tuple[Carried, ...]:
    """Return what carries marks there; nothing when the question is about something else."""
    if query.ref is None or query.asking:
        return ()
    carried = in_text(query.ref, evidence)
    if (carried is None or not carried.marks) and query.review is not None:
        carried = in_text(query.review, evidence)
    return () if carried is None else (carried,)
