"""``Co-authored-by: Claude <noreply@anthropic.com>``: a tool among a commit's authors, known by its address.

https://docs.github.com/en/pull-requests/committing-changes-to-your-project/creating-and-editing-commits/creating-a-commit-with-multiple-authors
People are co-authors too, so only addresses count that are a tool's own; names are anybody's. It names no session.
"""

from __future__ import annotations

import re
from typing import Final

from resolver.model.marks import Mark, MarkKind

_VALUE = re.compile(r"[^<>]{0,200}<([^<>\s]{3,200})>")
_NUMBERED = re.compile(r"[0-9]{1,20}\+(.*)")
"""GitHub's address that hides another: ``198982749+Copilot@users.noreply.github.com``."""

TOOLS: Final = {
    "noreply@anthropic.com": "Claude Code",
    "copilot@users.noreply.github.com": "GitHub Copilot",
    "copilot@github.com": "GitHub Copilot",
    "copilot-swe-agent[bot]@users.noreply.github.com": "GitHub Copilot",
    "cursoragent@cursor.com": "Cursor",
    "noreply@openai.com": "Codex",
    "codex@openai.com": "Codex",
    "gemini-code-assist[bot]@users.noreply.github.com": "Gemini Code Assist",
    "google-labs-jules[bot]@users.noreply.github.com": "Jules",
    "devin-ai-integration[bot]@users.noreply.github.com": "Devin",
    "openhands@all-hands.dev": "OpenHands",
    "amp@ampcode.com": "Amp",
    "noreply@aider.chat": "aider",
    "aider@aider.chat": "aider",
}
"""Tools by the addresses that they sign commits with, in lower case and without GitHub's number."""


def read(value: str) -> Mark | None:
    """Read the value of the trailer; None for a person."""
    found = _VALUE.fullmatch(value)
    if found is None:
        return None
    address = found[1].lower()
    numbered = _NUMBERED.fullmatch(address)
    tool = TOOLS.get(address if numbered is None else numbered[1])
    return None if tool is None else Mark(MarkKind.CO_AUTHOR, tool)
