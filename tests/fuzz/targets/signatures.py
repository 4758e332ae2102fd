"""The signature's header: nothing but the right one is taken, and nothing but SignatureError comes out."""

from __future__ import annotations

import hmac

from resolver.errors import SignatureError
from resolver.signature import verify
from tests.fuzz.given import text

WORDS = ("sha256=", "sha1=", "SHA256=", "0" * 64, "\u0660", "\n")
SEEDS = ("sha256=" + "0" * 64, "sha256=" + "A" * 64, "", "sha256=" + "0" * 63 + "\n")
_SECRET, _BODY = b"a secret", b'{"zen":"x"}'
_RIGHT = "sha256=" + hmac.new(_SECRET, _BODY, "sha256").hexdigest()


def check(data: bytes) -> None:
    """Any header but the right one is refused, and a body that was changed with the right one too."""
    verify(_BODY, signature=_RIGHT, secrets=[b"", _SECRET])
    header = text(data)
    for body, signature in ((_BODY, header), (data, _RIGHT)):
        try:
            verify(body, signature=signature, secrets=[b"", _SECRET])
        except SignatureError:
            continue
        assert (body, signature) == (_BODY, _RIGHT)
