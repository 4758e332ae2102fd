"""Marks in the comment replied to, else in the review that owns it."""

from __future__ import annotations

from resolver.evidence import Evidence
from resolver.marked import Carried, in_text
from resolver.query import Query

MODE = "mark_parent_comment"


def place(query: Query, evidence: Evidence) -> tuple[Carried, ...]:
    """Return what carries marks there; nothing when the question is no reply."""
    if query.reply_to is None:
        return ()
    carried = in_text(query.reply_to, evidence)
    owner = evidence.parent_review(query.reply_to).ref
    if (carried is None or not carried.marks) and owner is not None:
        carried = in_text(owner, evidence)
    return () if carried is None else (carried,)
