"""Old links beside the answers here: for each piece of feedback of the other tool, what this service says, and why.

Of feedback that is known here it is the answer that is kept. Of the rest it is what would be answered if somebody
asked with all that the row says (``POST /v1/resolve``); nothing of that is kept.
"""

from __future__ import annotations

from collections.abc import Iterator

from receiver.importing.reading import question_of
from receiver.importing.taking import refuse_others
from receiver.wiring import Services
from resolver.errors import RefusedError
from resolver.importing import NO_COMMAND, Link, compare, named_by, repository_of, workspace_of
from resolver.model.answers import Answer
from resolver.model.feedback import Feedback
from resolver.model.github import ObjectRef
from resolver.model.imported import Misfit, OldFeedback
from store import Catalogue
from store.agents_file import AgentsFile

AT_ONCE = 50
"""Rows that are compared in one view of the store."""


def links(services: Services, file: AgentsFile, workspace: str | None) -> Iterator[Link]:
    """Yield every old link, in the order of the rows; rows that do not fit have none. Raises StoreError."""
    after = 0
    while rows := file.rows(OldFeedback, after, AT_ONCE):
        with services.store.snapshot() as facts:
            found = [_link(services, facts, row) for row in rows if _is_wanted(row, workspace)]
        yield from (link for link in found if link is not None)
        after = rows[-1].row


def _is_wanted(row: OldFeedback | Misfit, workspace: str | None) -> bool:
    return not isinstance(row, Misfit) and workspace in {None, workspace_of(row)}


def _link(services: Services, facts: Catalogue, row: OldFeedback | Misfit) -> Link | None:
    if isinstance(row, Misfit):
        return None
    workspace = workspace_of(row)
    try:
        refuse_others(services, row)
        feedback = _known(facts, row, workspace)
        status = None if feedback is None else feedback.state.status
        answer = _answer(services, facts, row, feedback)
    except RefusedError:
        return None  # it was passed over, and said so, when it was to be taken
    comparison, why = compare(row, answer, status)
    return Link(
        row=row.row,
        workspace=workspace,
        repository=repository_of(row),
        url=row.source_url,
        old_span_id=row.linked_span_id or None,
        old_confidence=row.link_confidence,
        old_status=row.status,
        span_id=None if answer is None else answer.span_id,
        confidence=None if answer is None else answer.confidence,
        mode=None if answer is None else answer.mode,
        status=status,
        comparison=comparison,
        why=why,
    )


def _answer(services: Services, facts: Catalogue, row: OldFeedback, feedback: Feedback | None) -> Answer | None:
    """Return the answer about feedback: the one that is kept, or what is answered to whoever asks; None for none."""
    if feedback is None:
        return services.asker.about_text(facts, question_of(row), workspace=workspace_of(row))
    if feedback.state.status in NO_COMMAND or feedback.resolution is None:
        return None
    return feedback.resolution.answer


def _known(facts: Catalogue, row: OldFeedback, workspace: str) -> Feedback | None:
    repository = facts.repository_named(workspace, repository_of(row))
    if repository is None:
        return None
    on = facts.feedback_on(ObjectRef(repository.id, *named_by(row)))
    return next((one for one in on if one.workspace == workspace), None)
