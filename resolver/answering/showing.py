"""Showing names that runs were given, which may be anything, in Markdown: as inline code, where nothing is alive.

In inline code GitHub links no mention, number, address or commit, and reads no HTML; for this service it is neither
claim nor command (SPEC §2.1, §5.1). https://spec.commonmark.org/0.31.2/#code-spans
"""

from __future__ import annotations

from typing import Final

LONGEST: Final = 100
"""Characters of a name that are shown."""
_UNSEEN: Final = "\N{MIDDLE DOT}"


def shown(text: str) -> str:
    """Return a name as inline code: on one line, without backticks and without what nobody sees."""
    seen = "".join(one if one.isprintable() else _UNSEEN for one in text).replace("`", "'").strip()
    cut = seen if len(seen) <= LONGEST else f"{seen[:LONGEST]}…"
    return f"`{cut or _UNSEEN}`"
