"""``Entire-Checkpoint: a3b2c4d5e6f7``: what the Entire CLI adds to commits that an agent's session led to.

12 hexadecimals, in newer versions a ULID. The session itself, with its transcript, stands on the branch
``entire/checkpoints/v1`` or under ``refs/entire/``. https://github.com/entireio/cli
"""

from __future__ import annotations

from resolver.marks import sessions
from resolver.model.marks import Mark, MarkKind


def read(value: str) -> Mark | None:
    """Read the value of the trailer; None for what is no checkpoint."""
    checkpoint = sessions.checkpoint(value)
    return None if checkpoint is None else Mark(MarkKind.ENTIRE_CHECKPOINT, "Entire", checkpoint)
