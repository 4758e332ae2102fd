"""Claims that were verified once count wherever they are seen again, whatever became of their key (SPEC §2.3).

A claim was genuine while its key counted; that it is edited, delivered again, quoted by a squash commit, or stands in
another object after its key was retired, does not make it less so. What was never verified before stays refused, since
whoever got hold of a retired key could have made it. Of a key that is not at hand any more the very same signature
must have been verified.

Anybody can write any number of claims that are in doubt: they are looked up many at once, and so many of one text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from resolver.model.runs import Doubt, Reading, Sighting, Verification

MOST = 100
"""How many claims of one text may be in doubt; a squash commit holds fewer. Those behind them are refused."""


class Verifications(Protocol):
    """Who knows which claims were verified."""

    def verifications(self, digests: Iterable[str]) -> Mapping[str, tuple[Verification, ...]]:
        """Return how claims were verified, by their digests, in an order that is always the same; signed ones alone."""
        ...


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the claims that are in doubt in some readings."""

    by_digest: Mapping[str, tuple[Verification, ...]]

    @classmethod
    def of(cls, verifications: Verifications, readings: Iterable[Reading]) -> Known:
        """Look up the doubts of all readings at once; without any, nobody is asked."""
        digests = dict.fromkeys(doubt.sighting.digest for reading in readings for doubt in reading.doubts[:MOST])
        return cls(verifications.verifications(digests) if digests else {})

    def decided(self, reading: Reading) -> Reading:
        """Return a reading without doubts: each claim in it either was verified before, or is refused."""
        if not reading.doubts:
            return reading
        sightings = {sighting.digest: sighting for sighting in reading.sightings}
        refusals = dict.fromkeys(reading.refusals)
        for index, doubt in enumerate(reading.doubts):
            known = self._known(doubt) if index < MOST else None
            if known is None:
                refusals[doubt.reason] = None
            else:
                sightings.setdefault(known.digest, known)
        return Reading(tuple(sightings.values()), tuple(refusals))

    def _known(self, doubt: Doubt) -> Sighting | None:
        """Return a claim that was verified before, as it was then."""
        sighting = doubt.sighting
        for one in self.by_digest.get(sighting.digest, ()):
            if doubt.genuine or (one.proof is not None and one.proof == sighting.proof):
                return replace(sighting, verified_with=one.key_id, verified_at=one.verified_at)
        return None


def decide(verifications: Verifications, reading: Reading) -> Reading:
    """Return one reading without doubts."""
    return Known.of(verifications, (reading,)).decided(reading)
