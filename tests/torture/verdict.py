"""What a fault cost: what was acknowledged, what of it was lost or doubled, and what else was promised and not kept."""

from __future__ import annotations

from dataclasses import dataclass, field

MOST_SHOWN = 5
"""Rows of a difference that are shown."""


@dataclass
class Verdict:
    """One fault on one database. ``facts`` are for people: how often it struck, what was answered meanwhile."""

    fault: str
    database: str
    acknowledged: int = 0
    lost: list[str] = field(default_factory=list)
    """Deliveries that were acknowledged and are not there, or not done."""
    missing: list[str] = field(default_factory=list)
    """What an undisturbed run of the same deliveries has, and this one has not."""
    doubled: list[str] = field(default_factory=list)
    """What this one has too much."""
    broken: list[str] = field(default_factory=list)
    """Other promises that were not kept, each in a sentence."""
    facts: dict[str, int | float | str] = field(default_factory=dict)

    @property
    def is_clean(self) -> bool:
        """Whether every promise was kept, and there was something to keep."""
        return not (self.lost or self.missing or self.doubled or self.broken) and self.acknowledged > 0

    def expect(self, kept: bool, promise: str) -> None:  # noqa: FBT001 -- read as an assertion
        """Note a promise that was not kept."""
        if not kept:
            self.broken.append(promise)

    def __str__(self) -> str:
        """Tell what is wrong, and how much of it."""
        said = [f"{self.fault} on {self.database}: {self.acknowledged} acknowledged, {self.told_facts()}"]
        for name in ("lost", "missing", "doubled", "broken"):
            rows: list[str] = getattr(self, name)
            said += [f"{name}: {len(rows)}"] if rows else []
            said += [f"  {row}" for row in rows[:MOST_SHOWN]]
        if not self.acknowledged:
            said.append("nothing was acknowledged: nothing was tried")
        return "\n".join(said)

    def told_facts(self) -> str:
        """Tell the facts in a line."""
        shown = ((name, f"{value:.1f}" if isinstance(value, float) else value) for name, value in self.facts.items())
        return ", ".join(f"{name} {value}" for name, value in shown)
