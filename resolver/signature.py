"""The signature of a webhook delivery.

GitHub sends ``X-Hub-Signature-256: sha256=<HMAC-SHA256 of the raw body, hexadecimal>``; it covers the body only,
not the headers (https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries).
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable

from resolver.errors import SignatureError

_SIGNATURE = re.compile(r"sha256=([0-9a-f]{64})")


def verify(body: bytes, *, signature: str | None, secrets: Iterable[bytes]) -> None:
    """Check a body against the value of its signature header; any one of the secrets suffices (rotation).

    Every secret is tried, in constant time, so that the time taken does not tell which one came close. An empty
    secret never fits: anyone could sign with it. Raises SignatureError, which says whether the signature is
    missing, malformed or wrong.
    """
    if not signature:
        raise SignatureError("the signature is missing: X-Hub-Signature-256 is expected")
    match = _SIGNATURE.fullmatch(signature)
    if match is None:
        raise SignatureError("the signature is malformed: `sha256=` and 64 hexadecimals are expected")
    given = bytes.fromhex(match[1])
    fits = [secret != b"" and hmac.compare_digest(hmac.digest(secret, body, "sha256"), given) for secret in secrets]
    if not any(fits):
        raise SignatureError("the signature is wrong: no webhook secret gives it for this body")
