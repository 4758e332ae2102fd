"""Writing a claim into its two carriers: a hidden comment, and trailers of a commit message (SPEC §2.1)."""

from __future__ import annotations

from dataclasses import dataclass

from resolver.claims import base64url, block
from resolver.claims.claim import Claim
from resolver.claims.ring import Ring
from resolver.claims.signing import sign


@dataclass(frozen=True, slots=True)
class Marks:
    """A claim as it is handed to an agent; ``claim`` is the JSON object that both carriers hold."""

    hidden_comment: str
    commit_trailers: str
    claim: dict[str, object]


def write(claim: Claim, ring: Ring) -> Marks:
    """Sign a claim with the newest key and write it; unsigned when the ring is empty.

    Raises ClaimError when the block comes out longer than 8 KiB: nobody would read it.
    """
    signature = sign(claim, ring.keys[0]) if ring else None
    values = block.fields(claim, signature)
    text = block.encode(values)
    trailers = [f"Agents-Attribution: {base64url.encode(text.encode())}", f"Agents-Run: {claim.span_id}"]
    if claim.agent_name:
        trailers.append(f"Agents-Agent: {claim.agent_name}")
    return Marks(f"<!-- agents-run: {text} -->", "\n".join(trailers), values)
