"""Keys and claims of version 2 for tests: the example key of RFC 8037, and JWS that were put together by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from resolver.claims import base64url
from resolver.claims.claim import Claim
from resolver.claims.ed25519 import KeyPair, to_pem
from resolver.claims.reader import ClaimReader, Verified
from resolver.claims.ring import Keyring, Ring
from resolver.claims.scan import Block

SEED = base64url.decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A")
"""RFC 8037 A.1."""
NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
CLAIM = Claim(
    span_id="428ecb0920459b24", workspace="default", repository="acme/widgets", number=42, agent_id="agent_1",
    agent_name="coder", instance_id="prod-a",
)  # fmt: skip


def pair_of(seed: bytes) -> KeyPair:
    """Return the key of a seed of 32 bytes."""
    return KeyPair(Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw(), seed)


KEY = pair_of(SEED)
OTHER = pair_of(bytes(range(32)))
HEADER: Mapping[str, object] = {"alg": "EdDSA", "kid": KEY.id, "typ": "agents-run+jwt"}
PAYLOAD: Mapping[str, object] = {
    "iss": "prod-a", "iat": int(NOW.timestamp()), "workspace": "default", "repo": "acme/widgets", "number": 42,
    "span_id": "428ecb0920459b24", "agent_id": "agent_1", "agent_name": "coder",
}  # fmt: skip


def part(value: object) -> str:
    """Return a part of a JWS: JSON, or a text that stands for some, in base64url."""
    text = value if isinstance(value, str) else json.dumps(value)
    return base64url.encode(text.encode("utf-8", "surrogatepass"))


def jws(header: object = HEADER, payload: object = PAYLOAD, *, key: KeyPair = KEY) -> str:
    """Return a JWS whose signature by a key holds, whatever its parts say."""
    signed = f"{part(header)}.{part(payload)}"
    return f"{signed}.{base64url.encode(key.signer().sign(signed.encode()))}"


def changed(values: Mapping[str, object], **changes: object) -> dict[str, object]:
    """Return values with some changed; None takes one out."""
    return {name: value for name, value in {**values, **changes}.items() if value is not None}


def reader(ring: Keyring | None = None, *, instance: str | None = "prod-a") -> ClaimReader:
    """Return a reader with the example key, at the time of the example claim."""
    return ClaimReader(Ring(pairs=(KEY,)) if ring is None else ring, instance, lambda: NOW)


def check(text: str, ring: Keyring | None = None) -> Verified:
    """Verify a text as the block of a hidden comment."""
    return reader(ring).check(Block("hidden_comment", text))


def key_file(folder: Path, *pairs: KeyPair) -> Path:
    """Write a key file that its owner alone may read; return its path."""
    path = folder / "signing.pem"
    path.touch(mode=0o600)
    path.write_text("".join(map(to_pem, pairs)))
    return path
