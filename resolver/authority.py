"""Who may give feedback in a repository: by the operator's list, by GitHub's permission, or by association (SPEC §5.1).

The list decides where there is one. With App credentials GitHub is asked what the account may do in the repository,
and write or better may; until it has answered, nobody may. Without credentials the association that came with the
text decides.

A text is judged by the first answer that GitHub gave since five minutes before it was written: the same whenever it
is looked at again, whatever the account may do by then.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from resolver.model.asking import Need, Want
from resolver.model.github import GHOST, User
from resolver.policy import Policy
from resolver.ports import Clock, Facts

FRESH = timedelta(minutes=5)
"""How old an answer about a permission may be."""


class Authority:
    """Judges the texts of one repository; ``wants`` gathers the permissions that GitHub has yet to be asked for."""

    def __init__(self, facts: Facts, policy: Policy, clock: Clock, repository_id: int) -> None:
        """Judge by what is known, and by what the operator decided."""
        self._facts = facts
        self._policy = policy
        self._clock = clock
        self._repository_id = repository_id
        self.wants: dict[Want, None] = {}

    def may_give(self, author: User, association: str, at: datetime) -> bool:
        """Whether an account may give feedback by a text of a time; bots only when they are named."""
        if not self._asks:
            return self._policy.may_give_feedback(author, association)
        return self._may_write(author, at)

    def may_edit(self, editor: User, author: User, at: datetime) -> bool:
        """Whether an edit by an account at a time leaves feedback authorised."""
        if not self._asks:
            return self._policy.may_edit_feedback(editor, author)
        return editor.id == author.id or self._may_write(editor, at)

    @property
    def _asks(self) -> bool:
        return self._policy.asks and self._policy.feedback_authors is None

    def _may_write(self, user: User, at: datetime) -> bool:
        if user.type == "Bot" or user.id == GHOST.id:
            return False
        # A text that is dated ahead of our clock is judged by what GitHub says from now on.
        since = min(at, self._clock()) - FRESH
        found = self._facts.permission(self._repository_id, user.id, since)
        if found is None:
            self.wants[Want(Need.PERMISSION, self._repository_id, id=user.id, login=user.login)] = None
            return False
        return found.access.may_write
