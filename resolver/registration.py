"""Runs enter the index: registered once, completed later, each time reaching the feedback that waited for them."""

from __future__ import annotations

from dataclasses import dataclass

from resolver import watch
from resolver.model.runs import Run
from resolver.policy import Policy
from resolver.ports import Clock, Ledger
from resolver.settle import Settling, settle
from resolver.watch import News


@dataclass(frozen=True, slots=True)
class Registration:
    """Registers runs, by one operator's policy."""

    policy: Policy
    clock: Clock

    def register(self, ledger: Ledger, run: Run, *, facts: str) -> tuple[Run, bool]:
        """Register a run; return it as stored, and whether it is new.

        ``facts`` is a canonical text of what the caller said. Raises ConflictError when the span was registered
        with other facts.
        """
        stored, new = ledger.put_run(run, facts)
        if new:
            self._settle(ledger, stored, f"run {run.span_id} registered")
        return stored, new

    def update(self, ledger: Ledger, run: Run) -> None:
        """Keep a run's later facts: its end, its head, further numbers, what it made."""
        ledger.update_run(run)
        self._settle(ledger, run, f"run {run.span_id} updated")

    def _settle(self, ledger: Ledger, run: Run, cause: str) -> None:
        news = News()
        news.add(watch.run_key(run.workspace, run.span_id))
        for number in run.numbers:
            news.add(watch.runs_key(run.workspace, run.repository, number), since=run.started_at)
        settle(ledger, Settling(self.policy, cause, self.clock()), news)
