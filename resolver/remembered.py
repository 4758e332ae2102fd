"""Facts that are looked up once. Several steps ask the same of one walk, and within a transaction nothing changes."""

from __future__ import annotations

from functools import cache
from typing import Any, cast

from resolver.ports import Facts


def remembered(facts: Facts) -> Facts:
    """Return the same facts, each look-up made at most once. For one walk, in one transaction."""
    return cast("Facts", _Remembered(facts))


class _Remembered:
    """Passes look-ups on, and keeps what they gave; all their arguments are values."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 -- a look-up of Facts
        look_up = cache(getattr(self._facts, name))
        setattr(self, name, look_up)
        return look_up
