"""Claims that were verified once count wherever they are seen again, whatever became of their key (SPEC §2.3).

A claim was genuine while its key counted; that it is edited, delivered again, quoted by a squash commit, or stands in
another object after its key was retired, does not make it less so. What was never verified before stays refused, since
whoever got hold of a retired key could have made it. Of a key that is not at hand any more the very same signature
must have been verified.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Protocol

from resolver.model.runs import Doubt, Reading, Sighting


class Verifications(Protocol):
    """Who knows which claims were verified."""

    def verification(self, digest: str, proof: bytes | None) -> tuple[str | None, datetime] | None:
        """Return the key (its id) that verified a claim, and when; None when none ever did.

        With ``proof``, only the claim with that very signature is meant.
        """
        ...


def decide(verifications: Verifications, reading: Reading) -> Reading:
    """Return a reading without doubts: each claim in it either was verified before, or is refused."""
    if not reading.doubts:
        return reading
    sightings = {sighting.digest: sighting for sighting in reading.sightings}
    refusals = dict.fromkeys(reading.refusals)
    for doubt in reading.doubts:
        known = _known(verifications, doubt)
        if known is None:
            refusals[doubt.reason] = None
        else:
            sightings.setdefault(known.digest, known)
    return Reading(tuple(sightings.values()), tuple(refusals))


def _known(verifications: Verifications, doubt: Doubt) -> Sighting | None:
    """Return a claim that was verified before, as it was then."""
    sighting = doubt.sighting
    found = verifications.verification(sighting.digest, None if doubt.genuine else sighting.proof)
    if found is None:
        return None
    key_id, verified_at = found
    return replace(sighting, verified_with=key_id, verified_at=verified_at)
