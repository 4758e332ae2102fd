"""Verifying claims: everything that can be said of a block without knowing where it was found.

``check`` says whether a claim holds by itself. What depends on the place (workspace, repository, number, who posted
it) may be known only later, and may change: see ``context`` and ``resolver.admission``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from resolver.claims import base64url
from resolver.claims.block import Parsed, parse, refuse_long
from resolver.claims.claim import Claim
from resolver.claims.ring import Ring
from resolver.claims.scan import Block, scan_commit, scan_text
from resolver.claims.signing import digest, signer
from resolver.errors import ClaimError
from resolver.model.runs import Carrier, Reading, Sighting, Trust
from resolver.ports import Clock


@dataclass(frozen=True, slots=True)
class Verified:
    """A claim that holds. ``digest`` names it wherever it stands, ``verified_with`` is the id of the key."""

    claim: Claim
    digest: str
    trust: Trust
    verified_with: str | None


@dataclass(frozen=True, slots=True)
class ClaimReader:
    """Reads claims for one instance. With an empty ring, unsigned claims are taken, and only they."""

    ring: Ring
    instance_id: str
    clock: Clock

    def check(self, block: Block) -> Verified:
        """Verify one block, wherever it was found; raises ClaimError, whose message names the rule that it breaks."""
        parsed = parse(_json(block))
        key_id = self._verify(parsed)
        signed = key_id is not None
        return Verified(
            claim=parsed.claim,
            digest=digest(parsed.claim, signed=signed),
            trust=Trust.SIGNED if signed else Trust.UNSIGNED,
            verified_with=key_id,
        )

    def read_text(self, text: str, carrier: Carrier) -> Reading:
        """Read a comment or body. Never raises: what does not hold is refused with its reason."""
        return self._read(scan_text(text), carrier)

    def read_commit(self, message: str, carrier: Carrier) -> Reading:
        """Read a commit message. Never raises: what does not hold is refused with its reason."""
        return self._read(scan_commit(message), carrier)

    def _verify(self, parsed: Parsed) -> str | None:
        """Return the id of the key that signed a claim; None for an unsigned one where signing is off."""
        if parsed.signature is None:
            if self.ring:
                raise ClaimError("The claim is unsigned though signing is on.")
            return None
        if parsed.claim.instance_id != (self.instance_id.strip() or "default"):
            raise ClaimError("The claim is of another instance.")
        return signer(parsed.claim, parsed.signature, self.ring)

    def _read(self, blocks: Iterable[Block], carrier: Carrier) -> Reading:
        sightings: dict[str, Sighting] = {}  # by digest: a claim that stands twice in a text is one sighting
        refusals: dict[str, None] = {}
        for block in blocks:
            try:
                verified = self.check(block)
            except ClaimError as error:
                refusals[str(error)] = None
            else:
                sightings.setdefault(verified.digest, self._sighting(verified, carrier))
        return Reading(tuple(sightings.values()), tuple(refusals))

    def _sighting(self, verified: Verified, carrier: Carrier) -> Sighting:
        claim = verified.claim
        return Sighting(
            carrier=carrier,
            digest=verified.digest,
            workspace=claim.workspace,
            span_id=claim.span_id,
            agent_id=claim.agent_id or None,
            agent_name=claim.agent_name or None,
            repository=claim.repository or None,
            number=claim.number,
            trust=verified.trust,
            verified_with=verified.verified_with,
            verified_at=self.clock(),
        )


def _json(block: Block) -> str:
    """Return the JSON text of a block; raises ClaimError when a trailer is not base64 of UTF-8 text."""
    if block.carrier == "hidden_comment":
        return block.text
    refuse_long(len(block.text.rstrip("=")) * 3 // 4)  # before it is decoded
    try:
        return base64url.decode(block.text).decode("utf-8")
    except UnicodeDecodeError:
        raise ClaimError("The claim is not a JSON object: it is not UTF-8 text.") from None
    except ValueError as error:
        raise ClaimError(f"The trailer is not strict base64url: {error}.") from None
