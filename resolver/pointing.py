"""What a text points at, by quoting or linking: one run's texts, several runs', or somebody else's.

A comment that points at something is about that, so where it points at what carries no claim, or at what was never
delivered, no later step can be exact.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from resolver.admission import Admitted, merge
from resolver.step import Found, exact, inferred, several, unknown, who


@dataclass(frozen=True, slots=True)
class Pointed:
    """What was pointed at: the claims there, how many places have none, and what else is in doubt."""

    admitted: Admitted
    bare: int
    doubts: tuple[str, ...]

    def only(self, spans: Collection[str]) -> bool:
        """Whether all that was pointed at is known and of some runs."""
        return not self.bare and not self.doubts and set(self.admitted.spans) <= set(spans)

    def but(self, *doubts: str) -> Pointed:
        """Return the same with more that is in doubt."""
        return replace(self, doubts=(*doubts, *self.doubts))


def pointed(parts: dict[str, Admitted | None], doubts: tuple[str, ...] = ()) -> Pointed:
    """Gather the claims of some places, by their names; None is a place that is not known."""
    unseen = tuple(
        f"{name} was never delivered, or not as it was then" for name, claims in parts.items() if claims is None
    )
    known = [claims for claims in parts.values() if claims is not None]
    return Pointed(merge(known), sum(not claims.spans for claims in known), (*doubts, *unseen))


def decide(mode: str, at: Pointed, *, verb: str) -> Found:
    """Decide for the one run that is pointed at; ``verb`` says how, as in "the text quotes"."""
    spans = at.admitted.spans
    if len(spans) > 1:
        return several(mode, at.admitted, f"{verb} texts of {len(spans)} runs")
    doubts = (*at.doubts, *([f"{verb} {at.bare} text(s) without a claim too"] if at.bare else ()))
    if not spans:
        refused = "; ".join(at.admitted.refusals)
        told = at.doubts[0] if at.doubts else f"{verb} nothing that carries a claim"
        return unknown(mode, f"{told}; refused: {refused}" if refused else told)
    sighting = at.admitted.sightings[0]
    found = f"{verb} what {who(sighting)} signed"
    if doubts:
        return inferred(mode, sighting, f"{found}, but {doubts[0]}")
    return exact(mode, at.admitted, found)
