"""Facts that no delivery brings, but somebody was asked for: who last changed the lines that a comment is about."""

from __future__ import annotations

from dataclasses import dataclass

from resolver import watch
from resolver.model.github import Blame
from resolver.policy import Policy
from resolver.ports import Clock, Ledger
from resolver.settle import Settling, settle
from resolver.watch import News


@dataclass(frozen=True, slots=True)
class Fetched:
    """Keeps what was fetched, and resolves the feedback that it can matter to."""

    policy: Policy
    clock: Clock

    def keep_blame(self, ledger: Ledger, blame: Blame) -> None:
        """Keep a blame; whoever calls holds the repository's lock (``resolver.locks``)."""
        if not ledger.put_blame(blame):
            return
        news = News()
        news.add(watch.blame_key(blame.repository_id, blame.sha, blame.path))
        cause = f"blame of {blame.path} at {blame.sha} fetched"
        settle(ledger, Settling(self.policy, cause, self.clock()), news)
