"""What a signature of version 1 covers, how it is made, and how it is checked (SPEC §2.1)."""

from __future__ import annotations

import hashlib
import hmac

from resolver.claims import base64url
from resolver.claims.claim import DEFAULT_INSTANCE, Claim
from resolver.claims.ring import Key, Ring
from resolver.errors import ClaimError

VERSION = 1
_UNSIGNED = 0


def canonical(claim: Claim, *, signed: bool = True) -> str:
    """Return the eight values, joined by newlines. An unsigned claim has version 0 and names no instance."""
    return "\n".join(
        (
            str(VERSION if signed else _UNSIGNED),
            claim.instance_id if signed else DEFAULT_INSTANCE,
            claim.workspace,
            claim.signed_repository,
            str(claim.number or 0),
            claim.span_id,
            claim.agent_id,
            claim.agent_name,
        )
    )


def digest(claim: Claim, *, signed: bool) -> str:
    """Return what names a claim wherever it stands: the SHA-256 of its canonical string, in hexadecimals."""
    return hashlib.sha256(canonical(claim, signed=signed).encode()).hexdigest()


def sign(claim: Claim, key: Key) -> str:
    """Return the claim's signature by a key."""
    return base64url.encode(_mac(claim, key))


def signer(claim: Claim, signature: str, ring: Ring) -> str:
    """Return the id of the key that made a signature; raise ClaimError when none of the ring did."""
    try:
        given = base64url.decode(signature)
    except ValueError as error:
        raise ClaimError(f"The claim's sig is not base64url: {error}.") from None
    if len(given) != hashlib.sha256().digest_size or "=" in signature:
        raise ClaimError("The claim's sig is not 32 bytes in base64url without padding.")
    for key in ring.keys:
        if hmac.compare_digest(_mac(claim, key), given):
            return key.id
    raise ClaimError("No secret of the ring verifies the claim's signature.")


def _mac(claim: Claim, key: Key) -> bytes:
    return hmac.new(key.secret, canonical(claim).encode(), hashlib.sha256).digest()
