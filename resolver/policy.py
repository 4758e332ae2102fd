"""What the operator decided: who may give feedback, which accounts are agents, what is left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from resolver.model.github import User
from resolver.model.marks import MarkUse
from resolver.model.posting import Means
from resolver.model.signals import SignalKind

TRUSTED_ASSOCIATIONS = frozenset({"OWNER", "MEMBER", "COLLABORATOR"})
"""GitHub's ``author_association`` values that may give feedback where no list says who may (SPEC §5.1)."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules that settings decide.

    ``workspace`` is the service's own, for every repository that ``homes`` does not name: it maps full names
    (``owner/*`` for all of an owner) in lower case to one or several workspaces. ``feedback_authors`` and
    ``agent_accounts`` hold logins (any case) or numeric ids as text, and are None where the operator named nobody.
    ``internal_agents`` holds agent names that are never inferred; ``window`` is how long before the feedback a run may
    have started to be inferred. ``web`` is where GitHub's pages are: a link to elsewhere leads to no object. ``asks``
    is true where there are an App's credentials: GitHub is asked for what no delivery brought, and for what accounts
    may do. ``marks`` says how far other tools' marks are believed, ``signals`` which kinds of signals are kept.
    ``answers`` are the means by which feedback is answered on GitHub: none unless the operator names them.
    """

    workspace: str
    feedback_authors: frozenset[str] | None
    agent_accounts: frozenset[str] | None
    internal_agents: frozenset[str]
    window: timedelta
    web: str = "https://github.com"
    asks: bool = False
    homes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    answers: frozenset[Means] = frozenset()
    marks: MarkUse = MarkUse.HINTS
    signals: frozenset[SignalKind] = frozenset()

    def homes_of(self, repository: str) -> frozenset[str] | None:
        """Return the workspaces given to a repository of this full name, None when it is not named.

        What names it whole comes before what names its owner.
        """
        name = repository.lower()
        owner = name.partition("/")[0]
        return self.homes.get(name) or self.homes.get(f"{owner}/*")

    @property
    def workspaces(self) -> frozenset[str]:
        """Every workspace that a repository may belong to."""
        return frozenset({self.workspace}).union(*self.homes.values())

    def may_give_feedback(self, author: User, association: str) -> bool:
        """Whether an account may give feedback; bots only when they are named (SPEC §5.1)."""
        if self.feedback_authors is not None:
            return is_named(author, self.feedback_authors)
        return association in TRUSTED_ASSOCIATIONS and author.type != "Bot"

    def may_edit_feedback(self, editor: User, author: User) -> bool:
        """Whether an edit by this account leaves feedback authorised.

        Without a list nothing vouches for an editor who is not the author: a payload's association speaks of
        the author alone. Then the answer is no.
        """
        if self.feedback_authors is not None:
            return is_named(editor, self.feedback_authors)
        return editor.id == author.id


def is_named(user: User, accounts: frozenset[str]) -> bool:
    """Whether a list of logins and ids names this account.

    An entry of digits alone is an id, never a login: anybody may take a login of digits.
    """
    return str(user.id) in accounts or (not user.login.isdecimal() and user.login.lower() in accounts)
