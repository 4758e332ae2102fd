"""The list of kinds, which every file of this folder adds to."""

from __future__ import annotations

from collections.abc import Callable

from tests.bench.accuracy.story import Story

Kind = Callable[[Story], None]
"""Tells one story: lets things happen in it, and says what is true of the feedback."""

KINDS: dict[str, Kind] = {}


def kind(tell: Kind) -> Kind:
    """Add a kind of conversation, named as its function."""
    name = tell.__name__
    if name in KINDS:
        raise ValueError(f"there are two kinds named {name}")
    KINDS[name] = tell
    return tell
