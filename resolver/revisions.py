"""Which version of a text came after which: GitHub's times have whole seconds, so ties need a rule."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from resolver.model.github import Revision


def in_order(revisions: Iterable[Revision]) -> tuple[Revision, ...]:
    """Return revisions oldest first, the same whatever order they come in.

    Those of one second are ordered by what GitHub says each edit replaced; where that does not tell, an edit
    comes after what was written new, and the text itself breaks the tie.
    """
    remaining = sorted(revisions, key=lambda revision: (revision.updated_at, revision.edited, revision.body))
    ordered: list[Revision] = []
    while remaining:
        second = [revision for revision in remaining if revision.updated_at == remaining[0].updated_at]
        following = _first(
            second, ordered[-1].body if ordered and ordered[-1].updated_at == second[0].updated_at else None
        )
        ordered.append(following)
        remaining.remove(following)
    return tuple(ordered)


def _first(second: list[Revision], after: str | None) -> Revision:
    """Choose which of one second's revisions comes next, after a text of the same second if there is one."""
    if len(second) == 1:
        return second[0]
    if after is not None:
        for revision in second:
            if revision.previous_body == after:
                return revision
    bodies = {revision.body for revision in second}
    for revision in second:
        if revision.previous_body not in bodies:
            return revision
    return second[0]


def in_force(revisions: Iterable[Revision], at: datetime, *, of_that_second: bool = False) -> Revision | None:
    """Return the revision that was surely in force at a time; None where that is not known.

    It is not when the first revision known is later, when the next one replaced a text that was never delivered, or
    nobody says which (so that nobody knows since when this one was gone), or when an edit was made in that very second,
    unless ``of_that_second`` says that this edit is meant.
    """
    ordered = in_order(revisions)
    past = [revision for revision in ordered if revision.updated_at <= at]
    if not past:
        return None
    found, after = past[-1], ordered[len(past) :]
    if after and found.body not in {after[0].previous_body, after[0].body}:
        return None
    if not of_that_second and found.updated_at == at and any(revision.body != found.body for revision in past):
        return None
    return found
