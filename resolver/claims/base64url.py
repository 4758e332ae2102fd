"""Base64 with the URL alphabet (RFC 4648 §5), decoded strictly: one text for one value."""

from __future__ import annotations

import base64
import binascii
import re

_FORM = re.compile(r"([A-Za-z0-9_-]*)(={0,2})", re.ASCII)


def encode(data: bytes) -> str:
    """Encode without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def decode(text: str) -> bytes:
    """Decode; padding may be left out, but not be wrong.

    Raises ValueError when the text holds any other character, or is not what encoding its value gives.
    """
    form = _FORM.fullmatch(text)
    if form is None:
        raise ValueError("it holds characters outside the alphabet")
    bare, padding = form.groups()
    missing = "=" * (-len(bare) % 4)
    if padding not in {"", missing}:
        raise ValueError("its padding is wrong")
    try:
        data = base64.urlsafe_b64decode(bare + missing)
    except binascii.Error as error:
        raise ValueError("its length is impossible") from error
    if encode(data) != bare:
        raise ValueError("encoding its value again gives another text")
    return data
