"""Marks in the body of the issue, pull request or discussion that a general comment is about."""

from __future__ import annotations

from resolver.evidence import Evidence
from resolver.marked import Carried, in_text
from resolver.query import Query

MODE = "mark_subject"


def place(query: Query, evidence: Evidence) -> tuple[Carried, ...]:
    """Return what carries marks there; nothing for a question about a line, a commit, a reply or an object itself."""
    about_it = query.ref is None or query.asking
    if query.number is None or not about_it or query.reply_to is not None or query.position.path is not None:
        return ()
    subject = evidence.subject(query.number)
    carried = None if subject is None else in_text(subject.ref, evidence)
    return () if carried is None else (carried,)
