"""Texts with other tools' marks, and worlds in which they may speak."""

from __future__ import annotations

from dataclasses import replace

from resolver.model.answers import Answer
from resolver.model.marks import MarkUse
from store import Store
from tests.support.world import World, policy

SESSION = "session_01R5HnfdYMwXXrJGAkYVE48c"
OTHER_SESSION = "session_02ZZZZfdYMwXXrJGAkYVE48c"
TRAILER = f"Claude-Session: https://claude.ai/code/{SESSION}"
WORKFLOW = "https://github.com/acme/widgets/actions/runs/33211664160"
COMMENT = f"<!-- gh-aw-agentic-workflow: Triage, engine: copilot, id: 33211664160, run: {WORKFLOW} -->"
IMPROVE = "/agents improve please handle the empty case"


def believing(store: Store, *, agents: set[str] | None = None) -> World:
    """Make a world whose operator lets marks make answers ``claimed``."""
    return World(store, policy(marks=MarkUse.CLAIMED, agents=agents))


def deaf(store: Store) -> World:
    """Make a world whose operator has marks left alone."""
    return World(store, replace(policy(), marks=MarkUse.OFF))


def decided(answer: Answer) -> tuple[str, str, str | None]:
    """Return how sure an answer is, by which step, and of which run."""
    return (answer.confidence.value, answer.mode, answer.span_id)


def candidates(answer: Answer) -> list[tuple[str | None, str | None]]:
    """Return the candidates' spans and names."""
    return [(one.span_id, one.agent_name) for one in answer.candidates]
