"""Whether a comment is feedback, whose, and in which state: read off its revisions, in whatever order they came.

SPEC §5.1. The state is a function of everything known about the comment, so a late delivery leads to the same
state as a timely one.
"""

from __future__ import annotations

from collections.abc import Iterable

from resolver.authority import Authority
from resolver.command import Command, find_command
from resolver.model.feedback import FeedbackState, Status
from resolver.model.github import SUBJECTS, GithubObject, Revision
from resolver.revisions import in_order


def state_of(thing: GithubObject, revisions: Iterable[Revision], authority: Authority) -> FeedbackState | None:
    """Return what an object's revisions make of it; None when none of them ever held the command."""
    if thing.ref.kind in SUBJECTS:
        return None
    known = in_order(revisions)
    read = [(revision, find_command(revision.body)) for revision in known]
    stretch = _last_stretch(read)
    if not stretch:
        return None
    revision, command = stretch[-1]
    authorized = _is_authorized(thing, known, revision, authority)
    if thing.deleted or known[-1] is not revision:
        status = Status.WITHDRAWN
    else:
        status = Status.NEW if authorized else Status.IGNORED
    return FeedbackState(
        ref=thing.ref,
        authorized=authorized,
        status=status,
        body=revision.body,
        instruction=command.instruction,
        author_association=revision.author_association,
        given_at=stretch[0][0].updated_at,
        updated_at=known[-1].updated_at,
    )


def _last_stretch(read: list[tuple[Revision, Command | None]]) -> list[tuple[Revision, Command]]:
    """Return the latest revisions in a row that hold the command."""
    stretch: list[tuple[Revision, Command]] = []
    for revision, command in reversed(read):
        if command is not None:
            stretch.append((revision, command))
        elif stretch:
            break
    return stretch[::-1]


def _is_authorized(thing: GithubObject, known: tuple[Revision, ...], revision: Revision, authority: Authority) -> bool:
    written = _written(known, revision)
    if not authority.may_give(thing.author, revision.author_association, written.updated_at):
        return False
    if written.edited:
        return authority.may_edit(written.editor, thing.author, written.updated_at)
    # A text that came to differ without an edit that tells by whom is nobody's word.
    return written is known[0]


def _written(known: tuple[Revision, ...], revision: Revision) -> Revision:
    """Return the revision that brought a text: a later delivery of the same text (a dismissal) wrote nothing."""
    index = known.index(revision)
    while index > 0 and known[index - 1].body == revision.body:
        index -= 1
    return known[index]
