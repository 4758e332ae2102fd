"""What two transactions must not change at once, by name: a repository's facts, and what its name means.

SQLite has one writer anyway; on PostgreSQL the store takes these as advisory locks for the transaction, so that
a run registered in one process and the feedback it belongs to, taken in by another, never miss each other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from resolver.errors import LateLockError
from resolver.ports import Facts

T = TypeVar("T")


def repository_lock(repository_id: int) -> str:
    """Return the lock that whoever changes a repository's facts holds."""
    return f"repository {repository_id}"


def name_lock(name: str) -> str:
    """Return the lock that whoever gives a meaning to a repository's name holds."""
    return f"name {name.lower()}"


def claim_lock(digest: str) -> str:
    """Return the lock that whoever keeps a text with a claim holds: who posted it first may change."""
    return f"claim {digest}"


def run_lock(workspace: str, span_id: str) -> str:
    """Return the lock that whoever registers a run holds, and whoever keeps a claim of it, in any repository."""
    return f"run {workspace} {span_id}"


def report_lock(report_id: int) -> str:
    """Return the lock that whoever writes to a report holds. It is taken after all those above."""
    return f"report {report_id}"


def holding(locks: tuple[str, ...], work: Callable[[tuple[str, ...]], T]) -> T:
    """Do some work that holds locks from its beginning; begin again with those that it needs as well.

    ``work`` runs one transaction. Locks are waited for at its beginning alone, in one order: nobody waits in a circle.
    """
    while True:
        try:
            return work(locks)
        except LateLockError as error:
            locks = (*locks, *error.names)


def locks_for(facts: Facts, workspace: str, repository: str, span_id: str) -> tuple[str, ...]:
    """Return what must not change while a run of a repository is kept."""
    known = facts.repository_named(workspace, repository)
    numbers = () if known is None else (repository_lock(known.id),)
    return (name_lock(repository), run_lock(workspace, span_id), *numbers)
