"""Verifying claims: everything that can be said of a block without knowing where it was found.

``check`` says whether a claim holds by itself. What depends on the place (workspace, repository, number, who posted
it) may be known only later, and may change: see ``context`` and ``resolver.admission``. Whether a claim whose key does
not count any more was verified while it did is for the store to say: see ``doubts``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from resolver.claims import base64url, jws
from resolver.claims.block import Parsed, parse, refuse_long
from resolver.claims.claim import DEFAULT_INSTANCE, Claim
from resolver.claims.ring import Keyring, Ring
from resolver.claims.scan import Block, scan_commit, scan_text
from resolver.claims.signing import JWS_VERSION, VERSION, digest, key_for, proof, signature_of
from resolver.claims.validity import Validity
from resolver.errors import ClaimError
from resolver.model.runs import Carrier, Doubt, Reading, Sighting, Trust
from resolver.ports import Clock

UNKNOWN_SIGNER = "No secret of the ring verifies the claim's signature."
UNKNOWN_KID = "No key of the ring has the claim's kid."


@dataclass(frozen=True, slots=True)
class Verified:
    """A claim that holds. ``digest`` names it wherever it stands, ``verified_with`` is the id of the key."""

    claim: Claim
    digest: str
    trust: Trust
    verified_with: str | None
    proof: bytes | None = None


class DoubtfulError(ClaimError):
    """A claim that no valid key verifies, though nothing else is wrong with it: it counts if it was verified before.

    ``verified`` is what it would be then; ``genuine`` as of ``Doubt``.
    """

    def __init__(self, message: str, verified: Verified, *, genuine: bool) -> None:
        super().__init__(message)
        self.verified = verified
        self.genuine = genuine


@dataclass(frozen=True, slots=True)
class ClaimReader:
    """Reads claims for one instance, or, with None, for any. With an empty ring, unsigned claims are taken.

    Raises StoreError, out of every method, when the ring cannot be asked for.
    """

    ring: Keyring
    instance_id: str | None
    clock: Clock

    def check(self, block: Block, at: datetime | None = None) -> Verified:
        """Verify one block, wherever it was found; raises ClaimError, whose message names the rule that it breaks.

        ``at`` is when the block came in, as far as that is not now: keys count that counted then.
        """
        at = at or self.clock()
        ring = self.ring.current()
        if jws.looks_like_jws(block.text):
            return self._check_jws(jws.parse(block.text), ring, at)
        parsed = parse(_json(block))
        if parsed.signature is None:
            if ring:
                raise ClaimError("The claim is unsigned though signing is on.")
            return Verified(parsed.claim, digest(parsed.claim, signed=False), Trust.UNSIGNED, None)
        return self._check_v1(parsed, parsed.signature, ring, at)

    def read_text(self, text: str, carrier: Carrier, at: datetime | None = None) -> Reading:
        """Read a comment or body. Refuses nothing by raising: what does not hold is told with its reason."""
        return self._read(scan_text(text), carrier, at)

    def read_commit(self, message: str, carrier: Carrier, at: datetime | None = None) -> Reading:
        """Read a commit message. Refuses nothing by raising: what does not hold is told with its reason."""
        return self._read(scan_commit(message), carrier, at)

    def _check_v1(self, parsed: Parsed, signature: str, ring: Ring, at: datetime) -> Verified:
        self._refuse_other_instances(parsed.claim)
        given = signature_of(signature)
        name = digest(parsed.claim, signed=True, version=VERSION)
        key = key_for(parsed.claim, given, ring)
        verified = Verified(parsed.claim, name, Trust.SIGNED, None if key is None else key.id, proof(name, given))
        if key is None:
            raise DoubtfulError(UNKNOWN_SIGNER, verified, genuine=False)
        _refuse_invalid(key.validity, "secret", verified, at)
        return verified

    def _check_jws(self, signed: jws.Signed, ring: Ring, at: datetime) -> Verified:
        self._refuse_other_instances(signed.claim)
        jws.refuse_future(signed, self.clock())
        name = digest(signed.claim, signed=True, version=JWS_VERSION)
        verified = Verified(signed.claim, name, Trust.SIGNED, signed.kid, proof(name, signed.text.encode()))
        pair = next((pair for pair in ring.pairs if pair.id == signed.kid), None)
        if pair is None:
            raise DoubtfulError(UNKNOWN_KID, verified, genuine=False)
        if not jws.is_by(signed, pair):
            raise ClaimError(f"The key {pair.id} does not verify the claim's signature.")
        _refuse_invalid(pair.validity, "key", verified, at)
        return verified

    def _refuse_other_instances(self, claim: Claim) -> None:
        if self.instance_id is not None and claim.instance_id != (self.instance_id.strip() or DEFAULT_INSTANCE):
            raise ClaimError("The claim is of another instance.")

    def _read(self, blocks: Iterable[Block], carrier: Carrier, at: datetime | None) -> Reading:
        # By digest: a claim that stands twice in a text is one sighting, and none of it is in doubt any more.
        sightings: dict[str, Sighting] = {}
        refusals: dict[str, None] = {}
        doubts: dict[bytes | None, Doubt] = {}
        for block in blocks:
            try:
                verified = self.check(block, at)
            except DoubtfulError as error:
                sighting = self._sighting(error.verified, carrier)
                doubts.setdefault(sighting.proof, Doubt(sighting, str(error), genuine=error.genuine))
            except ClaimError as error:
                refusals[str(error)] = None
            else:
                sightings.setdefault(verified.digest, self._sighting(verified, carrier))
        return Reading(tuple(sightings.values()), tuple(refusals), tuple(doubts.values()))

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
            proof=verified.proof,
        )


def _refuse_invalid(validity: Validity, noun: str, verified: Verified, at: datetime) -> None:
    """Raise DoubtfulError when the key that did sign a claim does not count."""
    refusal = validity.refusal(at)
    if refusal is not None:
        message = f"The {noun} {verified.verified_with}, which signed the claim, {refusal}."
        raise DoubtfulError(message, verified, genuine=True)


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
