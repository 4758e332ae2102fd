"""What the parts of the store share: the database that they ask, and how lists are paged."""

from __future__ import annotations

from store.database import Database

_ABOVE_ALL = 2**63 - 1


class Part:
    """A subject of the store. Its methods run in the transaction that is open in their thread."""

    def __init__(self, database: Database) -> None:
        """Ask a database."""
        self._db = database


def below(before: int | None) -> int:
    """Return the id that a page's items stay below: that of the last item of the page before, if there was one."""
    return _ABOVE_ALL if before is None else before


def compose(
    select: str, conditions: dict[str, str], filters: dict[str, int | str | None], order: str
) -> tuple[str, list[int | str]]:
    """Return the statement with the conditions of those filters that are given, and the values to bind."""
    given = {name: value for name, value in filters.items() if value is not None}
    return " ".join((select, *(f"AND {conditions[name]}" for name in given), order)), list(given.values())
