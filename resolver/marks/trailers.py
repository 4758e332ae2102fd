"""Marks that are trailers of a commit message: one row for each key.

A key is taken in any case, indented or not, and anywhere in the message: a squash merge puts whole messages together
(as for our own trailers: ``resolver.claims.trailers``). https://git-scm.com/docs/git-interpret-trailers
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from resolver.marks import agents_run, assisted_by, claude_session, co_author, copilot, entire
from resolver.model.marks import Mark

_LINE = re.compile(r"[ \t]*([A-Za-z-]{3,40})[ \t]*:[ \t]*(.*)", re.ASCII)
_LONGEST = 1024
"""Characters of a line that is looked at: no mark is longer."""

READERS: Final[dict[str, Callable[[str], Mark | None]]] = {
    "agents-run": agents_run.read,
    "entire-checkpoint": entire.read,
    "claude-session": claude_session.read,
    "agent-logs-url": copilot.read,
    "assisted-by": assisted_by.read,
    "co-authored-by": co_author.read,
}
"""Who reads the value of a trailer, by its key in lower case."""


def find(message: str) -> Iterator[Mark]:
    """Yield the marks in a message's trailers, in order."""
    lowered = message.lower()
    if not any(key in lowered for key in READERS):
        return
    for line in message.split("\n"):
        found = _LINE.fullmatch(line.rstrip("\r")) if len(line) <= _LONGEST else None
        reader = None if found is None else READERS.get(found[1].lower())
        if found is not None and reader is not None and (mark := reader(found[2].strip())) is not None:
            yield mark
