"""Ed25519 keys, for claims of version 2: as PEM, as JWK, by their thumbprint (RFC 8037, RFC 7638).

``cryptography`` is imported where it is used: a service without such a key never needs it for claims.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from resolver.claims import base64url
from resolver.claims.curve import is_sound
from resolver.claims.validity import ALWAYS, Validity
from resolver.errors import SettingsError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

SIZE = 32
"""Bytes of a public key, and of a private one."""

_BLOCK = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----\s.*?-----END \1-----", re.DOTALL)
_PRIVATE, _PUBLIC = "PRIVATE KEY", "PUBLIC KEY"


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A public key, and the private one where this service signs with it.

    Valid by construction: raises SettingsError for a point that is no proper key. ``public`` and ``private`` are the
    32 bytes of RFC 8032, ``id`` is the thumbprint of the public JWK (RFC 7638), the ``kid`` of claims.
    """

    public: bytes
    private: bytes | None = field(default=None, repr=False)
    validity: Validity = ALWAYS
    id: str = field(init=False)

    def __post_init__(self) -> None:
        if not is_sound(self.public):
            raise SettingsError("a key is not a proper Ed25519 public key: everybody could sign for it")
        canonical = json.dumps(_members(self.public), separators=(",", ":"), sort_keys=True)
        object.__setattr__(self, "id", base64url.encode(hashlib.sha256(canonical.encode()).digest()))

    def jwk(self) -> dict[str, str]:
        """Return the public key as ``/.well-known/jwks.json`` shows it; never the private part."""
        return {**_members(self.public), "kid": self.id, "use": "sig", "alg": "EdDSA"}

    def within(self, validity: Validity) -> KeyPair:
        """Return the same key with other dates."""
        return replace(self, validity=validity)

    def verifier(self) -> Ed25519PublicKey:
        """Return what checks signatures."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415

        return Ed25519PublicKey.from_public_bytes(self.public)

    def signer(self) -> Ed25519PrivateKey:
        """Return what signs. Raises SettingsError when there is only the public key."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415

        if self.private is None:
            raise SettingsError(f"the key {self.id} has no private part: it cannot sign")
        return Ed25519PrivateKey.from_private_bytes(self.private)


def generate() -> KeyPair:
    """Make a key that nobody has seen, whose id no command line takes for an option."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415

    while True:
        made = Ed25519PrivateKey.generate()
        pair = KeyPair(made.public_key().public_bytes_raw(), made.private_bytes_raw())
        if not pair.id.startswith("-"):  # one in 64 does
            return pair


def to_pem(pair: KeyPair) -> str:
    """Write the private key as PKCS #8 (RFC 8410). Raises SettingsError when there is none."""
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415

    return (
        pair.signer()
        .private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        .decode()
    )


def from_pem(text: str) -> tuple[KeyPair, ...]:
    """Read keys, newest first: blocks PRIVATE KEY sign and verify, blocks PUBLIC KEY verify.

    What stands around the blocks is a remark. A public key beside its private one adds nothing. Raises SettingsError,
    which shows nothing of what it read, for any other block, for a key of another kind, and where there is no key.
    """
    found: dict[str, KeyPair] = {}
    blocks = list(_BLOCK.finditer(text))
    if text.count("-----BEGIN ") != len(blocks):
        raise SettingsError("a block is not whole: each goes from BEGIN to END of the same name")
    for number, block in enumerate(blocks, start=1):
        pair = _from_block(block[1], block[0], number)
        known = found.get(pair.id)
        if known is not None and (known.private is None) == (pair.private is None):
            raise SettingsError(f"block {number} is a key that stands there before: leave one of them out")
        if known is None or known.private is None:
            found[pair.id] = pair
    if not found:
        raise SettingsError("there is no key: write one with `whichrun keys new`")
    return tuple(found.values())


def from_jwk(jwk: Mapping[str, object]) -> KeyPair:
    """Read a public key from a JWK (RFC 8037 §2). Raises SettingsError, which names the member that does not fit."""
    if (jwk.get("kty"), jwk.get("crv")) != ("OKP", "Ed25519"):
        raise SettingsError("a key is not one of the kind OKP with the curve Ed25519")
    x = jwk.get("x")
    try:
        public = base64url.decode(x) if isinstance(x, str) and "=" not in x else b""
    except ValueError:
        public = b""
    if len(public) != SIZE:
        raise SettingsError("a key's member x is not 32 bytes in base64url without padding")
    pair = KeyPair(public)
    if jwk.get("kid", pair.id) != pair.id:
        raise SettingsError("a key's kid is not its thumbprint (RFC 7638)")
    return pair


def ed25519_in(jwks: object) -> Iterator[KeyPair]:
    """Yield the Ed25519 keys of a JWK set; what is of another kind is passed over (RFC 7517 §5).

    Raises SettingsError for what is no JWK set, and for an Ed25519 key that does not fit.
    """
    keys = jwks.get("keys") if isinstance(jwks, dict) else None
    if not isinstance(keys, list) or not all(isinstance(one, dict) for one in keys):
        raise SettingsError("it is not a JWK set: an object with a list `keys` is expected")
    for one in keys:
        if one.get("kty") == "OKP" and one.get("crv") == "Ed25519" and one.get("use", "sig") == "sig":
            yield from_jwk(one)


def _members(public: bytes) -> dict[str, str]:
    """Return what a thumbprint covers (RFC 8037 §2)."""
    return {"kty": "OKP", "crv": "Ed25519", "x": base64url.encode(public)}


def _from_block(kind: str, pem: str, number: int) -> KeyPair:
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415

    try:
        if kind == _PRIVATE:
            private = serialization.load_pem_private_key(pem.encode(), password=None)
            if isinstance(private, ed25519.Ed25519PrivateKey):
                return KeyPair(private.public_key().public_bytes_raw(), private.private_bytes_raw())
        elif kind == _PUBLIC:
            public = serialization.load_pem_public_key(pem.encode())
            if isinstance(public, ed25519.Ed25519PublicKey):
                return KeyPair(public.public_bytes_raw())
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise SettingsError(f"block {number} cannot be read as a key without a password") from None
    raise SettingsError(f"block {number} is not an Ed25519 key: PRIVATE KEY or PUBLIC KEY of that kind is expected")
