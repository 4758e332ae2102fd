"""Bodies that others have laid down: read in the types that they come in, packed or not, and within bounds."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, ClassVar, Final, Self, TypeVar

from flask import request
from pydantic import ConfigDict
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from receiver.api.bodies import Body
from receiver.body import read, refuse_larger
from receiver.problems import ApiError

MAX_SENT: Final = 4 * 1024 * 1024
"""Bytes of a body as it is sent."""
MAX_UNPACKED: Final = 8 * 1024 * 1024
"""Bytes of a body once it is unpacked."""
_GZIP: Final = 31
"""To zlib: gzip's format (RFC 1952), with the largest window."""

EncodedT = TypeVar("EncodedT", bound="Encoded")


class Encoded(Body):
    """A body of somebody else's form: what it holds beside what we read is left alone."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True)

    media: ClassVar[Mapping[str, Any]] = {}
    """The types that it comes in, each with its schema; None for that of the model."""

    @classmethod
    def decoded(cls, mimetype: str, raw: bytes) -> Self:
        """Read the bytes of one of the types. Raises ApiError 400 or ValidationError when they are none."""
        raise NotImplementedError


def read_encoded(model: type[EncodedT]) -> EncodedT:
    """Read the present request's body.

    Raises ApiError 400 when it is not what it is said to be, RequestEntityTooLarge for one that is too large packed or
    unpacked, UnsupportedMediaType for any other type or encoding, ValidationError when it does not fit.
    """
    refuse_larger(request, limit=MAX_SENT)
    if request.mimetype not in model.media:
        raise UnsupportedMediaType(f"the body has to be sent as {' or '.join(model.media)}")
    encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in {"gzip", "identity"}:
        raise UnsupportedMediaType("the body may be encoded by gzip, or not at all")
    raw = read(request, limit=MAX_SENT)
    return model.decoded(request.mimetype, unpacked(raw) if encoding == "gzip" else raw)


def unpacked(raw: bytes) -> bytes:
    """Unpack gzip, no further than the bound. Raises ApiError 400 for anything else, RequestEntityTooLarge beyond."""
    reader = zlib.decompressobj(_GZIP)
    try:
        found = reader.decompress(raw, MAX_UNPACKED + 1)
    except zlib.error:
        raise ApiError(HTTPStatus.BAD_REQUEST, "not_gzip", "the body is not gzip") from None
    if len(found) > MAX_UNPACKED:
        raise RequestEntityTooLarge(f"the body is larger than {MAX_UNPACKED} bytes once it is unpacked")
    if not reader.eof or reader.unused_data:
        raise ApiError(HTTPStatus.BAD_REQUEST, "not_gzip", "the body is not one whole file of gzip")
    return found
