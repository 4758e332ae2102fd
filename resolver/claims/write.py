"""Writing a claim into its two carriers: a hidden comment, and trailers of a commit message (SPEC §2.1, §2.2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from resolver.claims import base64url, block, jws
from resolver.claims.claim import Claim
from resolver.claims.ed25519 import KeyPair
from resolver.claims.ring import Key, Ring
from resolver.claims.signing import sign
from resolver.errors import SettingsError


@dataclass(frozen=True, slots=True)
class Marks:
    """A claim as it is handed to an agent; ``claim`` is the JSON object that both carriers hold, or sign."""

    hidden_comment: str
    commit_trailers: str
    claim: dict[str, object]


def write(claim: Claim, ring: Ring) -> Marks:
    """Write a claim of version 1, signed with the first secret whatever its dates; unsigned when there is none.

    Raises ClaimError when the block comes out longer than 8 KiB: nobody would read it.
    """
    return _version_1(claim, ring.keys[0] if ring.keys else None)


def mark(claim: Claim, ring: Ring, *, now: datetime, issued_at: datetime) -> Marks:
    """Write a claim with the newest key that is valid now; version 2 where that is an Ed25519 key (``signing_key``).

    It is unsigned when the ring is empty. ``issued_at`` becomes ``iat``: whoever gives the same gets the same text.
    Raises SettingsError where there are keys and none of them may sign, ClaimError as above.
    """
    key = ring.signing_key(now)
    if isinstance(key, KeyPair):
        return write_jws(claim, key, issued_at)
    if key is None and ring:
        raise SettingsError(
            "no key for signing is valid now: `whichrun keys list` shows why, `whichrun keys new` makes another one"
        )
    return _version_1(claim, key)


def write_jws(claim: Claim, pair: KeyPair, issued_at: datetime) -> Marks:
    """Write a claim of version 2 with a key, whatever its dates. Raises as ``mark`` does."""
    text, values = jws.write(claim, pair, issued_at)
    return _marks(claim, text, text, values)


def _version_1(claim: Claim, key: Key | None) -> Marks:
    values = block.fields(claim, None if key is None else sign(claim, key))
    text = block.encode(values)
    return _marks(claim, text, base64url.encode(text.encode()), values)


def _marks(claim: Claim, hidden: str, attribution: str, values: dict[str, object]) -> Marks:
    trailers = [f"Agents-Attribution: {attribution}", f"Agents-Run: {claim.span_id}"]
    if claim.agent_name:
        trailers.append(f"Agents-Agent: {claim.agent_name}")
    return Marks(f"<!-- agents-run: {hidden} -->", "\n".join(trailers), values)
