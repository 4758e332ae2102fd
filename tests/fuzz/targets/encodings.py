"""Base64 and cursors: one text for one value, and everything else refused."""

from __future__ import annotations

from receiver import cursors
from resolver.claims import base64url
from tests.fuzz.given import text

LONGEST = 256
WORDS = ("=", "==", "-", "_", "+", "/", "\n", "\u0130", "eyJ2IjoxLCJhZnRlciI6")
SEEDS = ("e30", "e30=", "e31", cursors.write(1, of="a list"), cursors.write(-(2**63), of="a list"))
_OF = "a list"


def check(data: bytes) -> None:
    """What decodes is what its value encodes to; what is a cursor is what its position is written as."""
    given = text(data)
    try:
        assert base64url.encode(base64url.decode(given)) == given.rstrip("=")
    except ValueError as error:
        assert str(error)  # noqa: PT017 -- either outcome is right
    assert base64url.decode(base64url.encode(data)) == data
    try:
        assert cursors.write(cursors.read(given, of=_OF), of=_OF) == given
    except ValueError as error:
        assert str(error)  # noqa: PT017 -- as above
