"""The kinds of conversation, by theme; importing this package fills ``registry.KINDS``."""

from tests.bench.accuracy.kinds import (
    commits,
    copies,
    general,
    lines,
    links,
    numbers,
    quotes,
    refused,
    replies,
    states,
    traced,
    window,
)
from tests.bench.accuracy.kinds.registry import KINDS

__all__ = [
    "KINDS",
    "commits",
    "copies",
    "general",
    "lines",
    "links",
    "numbers",
    "quotes",
    "refused",
    "replies",
    "states",
    "traced",
    "window",
]
