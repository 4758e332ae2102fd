"""Which commits a pushed commit says that it reverts, as git words it.

https://git-scm.com/docs/git-revert
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from resolver.model.github import Commit
from resolver.model.signals import COMMIT, SignalKind, SignalSeen

MOST: Final = 20
"""Commits that one commit may say it reverts."""
_WORDS: Final = "This reverts commit "
_REVERTS = re.compile(rf"^{_WORDS}([0-9a-f]{{40}}|[0-9a-f]{{64}})\b", re.MULTILINE)


def reverts(commit: Commit, *, at: datetime, actor_id: int | None, actor_type: str) -> Iterator[SignalSeen]:
    """Yield a signal for each commit that a pushed one reverts."""
    if _WORDS not in commit.message:
        return
    reverted = dict.fromkeys(found[1] for found in _REVERTS.finditer(commit.message))
    for sha in list(reverted)[:MOST]:
        yield SignalSeen(
            repository_id=commit.repository_id,
            kind=SignalKind.REVERT,
            subject_kind=COMMIT,
            subject=sha,
            event=commit.sha,
            occurred_at=at,
            actor_id=actor_id,
            actor_type=actor_type,
            detail=commit.sha,
        )
