"""What names a claim; and what a signature of version 1 covers, how it is made and checked (SPEC §2.1)."""

from __future__ import annotations

import hashlib
import hmac

from resolver.claims import base64url
from resolver.claims.claim import DEFAULT_INSTANCE, Claim
from resolver.claims.ring import Key, Ring
from resolver.errors import ClaimError

VERSION = 1
JWS_VERSION = 2
_UNSIGNED = 0


def canonical(claim: Claim, *, signed: bool = True, version: int = VERSION) -> str:
    """Return the eight values, joined by newlines. An unsigned claim has version 0 and names no instance."""
    return "\n".join(
        (
            str(version if signed else _UNSIGNED),
            claim.instance_id if signed else DEFAULT_INSTANCE,
            claim.workspace,
            claim.signed_repository,
            str(claim.number or 0),
            claim.span_id,
            claim.agent_id,
            claim.agent_name,
        )
    )


def digest(claim: Claim, *, signed: bool, version: int = VERSION) -> str:
    """Return what names a claim wherever it stands: the SHA-256 of its canonical string, in hexadecimals.

    Of version 2 it covers all but ``iat`` and the key: a run's claim that is written again, later or after a rotation,
    is the same claim, and who posted it first stays who they are. Nobody but the holder of a key could make it again,
    so it cannot be used to look like somebody else's first. The version is part of it: no claim of version 2 is ever
    taken for one of version 1, whose secret more people may know.
    """
    return hashlib.sha256(canonical(claim, signed=signed, version=version).encode()).hexdigest()


def proof(name: str, signature: bytes) -> bytes:
    """Return 16 bytes by which a claim (by its digest) with this very signature is known again without the key."""
    return hashlib.blake2b(name.encode() + signature, digest_size=16).digest()


def sign(claim: Claim, key: Key) -> str:
    """Return the claim's signature by a key."""
    return base64url.encode(_mac(claim, key))


def signature_of(text: str) -> bytes:
    """Read the field ``sig``: 32 bytes. Raises ClaimError when it cannot be a signature."""
    try:
        given = base64url.decode(text)
    except ValueError as error:
        raise ClaimError(f"The claim's sig is not base64url: {error}.") from None
    if len(given) != hashlib.sha256().digest_size or "=" in text:
        raise ClaimError("The claim's sig is not 32 bytes in base64url without padding.")
    return given


def key_for(claim: Claim, signature: bytes, ring: Ring) -> Key | None:
    """Return the key that made a signature, whatever its dates; None when none of the ring did."""
    return next((key for key in ring.keys if hmac.compare_digest(_mac(claim, key), signature)), None)


def _mac(claim: Claim, key: Key) -> bytes:
    return hmac.new(key.secret, canonical(claim).encode(), hashlib.sha256).digest()
