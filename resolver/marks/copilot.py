"""``Agent-Logs-Url: https://github.com/o/r/sessions/ID``: the session log of GitHub's Copilot coding agent.

https://docs.github.com/en/copilot/how-tos/use-copilot-agents/coding-agent/track-copilot-sessions
"""

from __future__ import annotations

from typing import Final

from resolver.marks import sessions
from resolver.model.marks import Mark, MarkKind

TOOL: Final = "GitHub Copilot"


def read(value: str) -> Mark | None:
    """Read the value of the trailer; None for what is no address of a session."""
    session = sessions.on_github(value, "sessions/")
    return None if session is None else Mark(MarkKind.AGENT_LOGS, TOOL, session)
