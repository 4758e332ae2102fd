"""Forgetting a person: which account is meant, and whether it may be forgotten."""

from __future__ import annotations

from receiver.wiring import Services
from resolver.errors import ConflictError, NotFoundError
from resolver.model.github import GHOST
from store.forgetting import Forgotten


def account_of(services: Services, user: str) -> int:
    """Return the number of the account that a login or a number names.

    Raises NotFoundError for a login under which nobody wrote, and ConflictError for one that several accounts bore
    (their numbers are told), or that the settings name as an agent's: once it is gone, its claims would not be known.
    """
    if user.isdecimal():
        account_id = int(user)
        if account_id == GHOST.id:
            raise NotFoundError("0 is no account")
        return account_id
    agents = services.policy.agent_accounts or frozenset()
    if user.lower() in agents:
        raise ConflictError(f"WHICHRUN_AGENT_LOGINS names {user}: put the account's number there first")
    found = sorted(services.store.accounts_of(user))
    if not found:
        raise NotFoundError(f"nobody wrote anything here as {user}")
    if len(found) > 1:
        numbers = ", ".join(map(str, found))
        raise ConflictError(f"several accounts wrote as {user}: name one by its number ({numbers})")
    return found[0]


def forget(services: Services, account_id: int) -> Forgotten:
    """Erase what an account wrote until now."""
    return services.store.forget(account_id, services.clock())
