"""How far an import has come, as it is kept in the store with every portion that it took."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from resolver.model.imported import OldArtifact, OldFeedback, OldRun

STAGES: tuple[type[OldRun | OldArtifact | OldFeedback], ...] = (OldRun, OldArtifact, OldFeedback)
"""The tables in the order in which they are taken: artifacts and feedback are about runs."""
NAMES = {OldRun: "runs", OldArtifact: "artifacts", OldFeedback: "feedback"}
COUNTED = ("read", "new", "known", "passed_over")
"""What is counted of each table."""
MOST_TOLD = 100
"""How many of the rows that were passed over are named."""


@dataclass(slots=True)
class State:
    """``after`` is the last row taken of the table at work, and ``mark`` what it was about.

    ``counts`` are keyed ``table.what``. ``told`` says what was passed over, ``refused`` why claims did not verify.
    """

    stage: int = 0
    after: int = 0
    mark: str = ""
    counts: Counter[str] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)

    @property
    def finished(self) -> bool:
        """Whether all was taken."""
        return self.stage == len(STAGES)

    @property
    def table(self) -> str:
        """The name of the table at work, as results have it."""
        return NAMES[STAGES[self.stage]]

    def count(self, what: str) -> None:
        """Count something of the table at work."""
        self.counts[f"{self.table}.{what}"] += 1

    def pass_over(self, row: int, reason: str) -> None:
        """Note that a row is not taken, and why."""
        self.count("passed_over")
        if len(self.told) < MOST_TOLD:
            self.told.append(f"{self.table}, row {row}: {reason}")

    def copy(self) -> State:
        """Return a state that may be changed without this one being changed: a transaction may begin again."""
        counts, refused = Counter(self.counts), Counter(self.refused)
        return State(self.stage, self.after, self.mark, counts, list(self.told), refused)

    def written(self) -> dict[str, Any]:
        """Return what JSON can hold."""
        return {
            "stage": None if self.finished else self.table,
            "after": self.after,
            "mark": self.mark,
            "counts": dict(self.counts),
            "told": self.told,
            "refused": dict(self.refused),
        }


def read_state(kept: Mapping[str, Any] | None) -> State:
    """Read what was kept; after an import that was finished the next one begins anew."""
    names = list(NAMES.values())
    if not kept or kept["stage"] not in names:
        return State()
    counts, refused = Counter(kept["counts"]), Counter(kept["refused"])
    return State(names.index(kept["stage"]), kept["after"], kept["mark"], counts, kept["told"], refused)


def mark_of(row: OldRun | OldArtifact | OldFeedback) -> str:
    """Return by what a row is known again: another file may have come in the place of the one that was begun."""
    about = row.raw_body if isinstance(row, OldFeedback) else row.span_id
    return f"{row.repo_owner}/{row.repo_name} {about}"[:200]
