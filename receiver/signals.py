"""What people did to what a run made, as readers ask for it: each signal that is the run's for certain.

The store gives those that may be; the chain says of each whether it is (``resolver.signals``). So a page may have to
look through more of them than it shows.
"""

from __future__ import annotations

from dataclasses import dataclass

from resolver.model.github import Kind, ObjectRef
from resolver.model.runs import Run
from resolver.model.signals import COMMIT, SignalSeen
from resolver.policy import Policy
from resolver.signals import is_about
from store import Catalogue

AT_ONCE = 100
"""Signals that are read together."""


@dataclass(frozen=True, slots=True)
class Signal:
    """A signal of a run; ``url`` is the address of what it happened to."""

    seen: SignalSeen
    url: str


@dataclass(frozen=True, slots=True)
class Signals:
    """The signals of one run, as a view of the store shows them."""

    catalogue: Catalogue
    policy: Policy
    run: Run

    def listed(self, *, before: int | None, limit: int) -> list[tuple[int, Signal]]:
        """Return up to ``limit`` signals from below an id on, newest first, each with its own."""
        found: list[tuple[int, Signal]] = []
        while len(found) < limit:
            run = self.run
            near = self.catalogue.signals_near(run.workspace, run.span_id, before=before, limit=AT_ONCE)
            found += [(number, self._shown(seen)) for number, seen in near if self._is_mine(seen)]
            if len(near) < AT_ONCE:
                break
            before = near[-1][0]
        return found[:limit]

    def _is_mine(self, seen: SignalSeen) -> bool:
        return is_about(self.catalogue, self.policy, seen, self.run, self._name(seen))

    def _name(self, seen: SignalSeen) -> str:
        known = self.catalogue.repository(seen.repository_id)
        return self.run.repository if known is None else known.names[0]

    def _shown(self, seen: SignalSeen) -> Signal:
        if seen.subject_kind == COMMIT:
            return Signal(seen, f"{self.policy.web}/{self._name(seen)}/commit/{seen.subject}")
        thing = self.catalogue.object(ObjectRef(seen.repository_id, Kind(seen.subject_kind), int(seen.subject)))
        return Signal(seen, "" if thing is None else thing.url)
