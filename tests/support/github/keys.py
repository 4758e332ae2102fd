"""The App's key pair. Making one takes a while: each is made once per process."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa


@dataclass(frozen=True, slots=True)
class KeyPair:
    """An RSA key pair, both halves as PEM; GitHub hands out the private one as PKCS #1."""

    private_pem: bytes
    public_pem: bytes

    def write(self, folder: Path, name: str = "app.private-key.pem") -> Path:
        """Write the private key into a file that its owner alone may read; return its path."""
        file = folder / name
        file.touch(mode=0o600)
        file.write_bytes(self.private_pem)
        return file


def key_pair(name: str = "app") -> KeyPair:
    """Return the key pair of a name, always the same in one process; ``key_pair("other")`` is a wrong one."""
    return _made(name)


@functools.cache
def _made(name: str) -> KeyPair:
    """Make the key pair of a name; the name is what it is kept by."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return KeyPair(private, public)
