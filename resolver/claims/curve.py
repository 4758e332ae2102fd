"""Which 32 bytes are an Ed25519 public key that nobody can sign for without its secret (RFC 8032 §5.1).

OpenSSL takes points of small order, for which one signature fits many messages, and encodings that are not canonical.
Both are refused when a key is loaded, which is rare: so the arithmetic is plain.
"""

from __future__ import annotations

_P = 2**255 - 19
_ORDER = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
_ROOT = pow(2, (_P - 1) // 4, _P)

Point = tuple[int, int, int, int]
"""Extended homogeneous coordinates: X, Y, Z, T."""

_NEUTRAL: Point = (0, 1, 1, 0)


def is_sound(key: bytes) -> bool:
    """Whether bytes are the canonical encoding of a point of prime order, as every key that is made properly is."""
    point = _decoded(key)
    return point is not None and not _is_neutral(point) and _is_neutral(_times(_ORDER, point))


def _decoded(key: bytes) -> Point | None:
    """Return the point that bytes encode; None when they are no canonical encoding of one (RFC 8032 §5.1.3)."""
    if len(key) != 32:  # noqa: PLR2004 - bytes, as the name says
        return None
    number = int.from_bytes(key, "little")
    y, sign = number % 2**255, number >> 255
    if y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _ROOT % _P
    if (x * x - square) % _P or (x == 0 and sign):
        return None
    if x % 2 != sign:
        x = _P - x
    return x, y, 1, x * y % _P


def _sum(one: Point, other: Point) -> Point:
    a = (one[1] - one[0]) * (other[1] - other[0]) % _P
    b = (one[1] + one[0]) * (other[1] + other[0]) % _P
    c = 2 * one[3] * other[3] * _D % _P
    d = 2 * one[2] * other[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _times(factor: int, point: Point) -> Point:
    result = _NEUTRAL
    while factor:
        if factor & 1:
            result = _sum(result, point)
        point = _sum(point, point)
        factor >>= 1
    return result


def _is_neutral(point: Point) -> bool:
    return point[0] % _P == 0 and (point[1] - point[2]) % _P == 0
