"""``🤖 Generated with [Claude Code](https://claude.com/claude-code)``: the line that Claude Code ends texts with.

https://code.claude.com/docs/en/settings (attribution). Other tools word it alike. It names no session.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from resolver.model.marks import Mark, MarkKind

WORD: Final = "Generated with "
_LINE = re.compile(
    r"[ \t]*(?:\U0001f916[ \t]*)?Generated with \[([^\[\]\n]{1,60})\]\((https://[^()\s]{1,200})\)[ \t]*\r?"
)
_LONGEST = 512


def find(text: str) -> Iterator[tuple[Mark, str]]:
    """Yield the marks of a text, each with the address that its line links to, in order."""
    if WORD not in text:
        return
    for line in text.split("\n"):
        found = _LINE.fullmatch(line) if len(line) <= _LONGEST and WORD in line else None
        if found is not None and found[1].isprintable():
            yield Mark(MarkKind.GENERATED_WITH, found[1]), found[2]
