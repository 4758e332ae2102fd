"""``Assisted-by: AGENT_NAME:MODEL_VERSION [TOOL1] [TOOL2]``: the Linux kernel's tag for AI assistance.

https://docs.kernel.org/process/coding-assistants.html. It names a tool and a model, and no session.
"""

from __future__ import annotations

from resolver.model.marks import Mark, MarkKind

_LONGEST = 100


def read(value: str) -> Mark | None:
    """Read the value of the trailer: the agent with its model, without the other tools that it may name."""
    agent = value.partition(" [")[0].partition("<")[0].strip()
    if not 0 < len(agent) <= _LONGEST or not agent.isprintable():
        return None
    return Mark(MarkKind.ASSISTED_BY, agent)
