"""``Claude-Session: https://claude.ai/code/session_01ABC``, or that address alone on a line.

Claude Code writes the trailer below its commits; on the web it ends messages and bodies of pull requests with the
address. https://code.claude.com/docs/en/settings (attribution)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from resolver.marks import sessions
from resolver.model.marks import Mark, MarkKind

TOOL: Final = "Claude Code"
ADDRESS: Final = "https://claude.ai/code/session_"
_LONGEST = 512


def read(value: str) -> Mark | None:
    """Read the value of the trailer; None for what names no session."""
    session = sessions.claude(value)
    return None if session is None else Mark(MarkKind.CLAUDE_SESSION, TOOL, session)


def addresses(text: str) -> Iterator[str]:
    """Yield the addresses of sessions that stand alone on a line, in order."""
    if ADDRESS not in text:
        return
    for line in text.split("\n"):
        if len(line) <= _LONGEST and line.strip().startswith(ADDRESS):
            yield line.strip()
